-- Returns: settings that plans, vacuum, memory and logging depend on, and where each
--     value comes from. DateStyle is what a new session of the role has, since ours has
--     one of its own. Needs: CONNECT only. Costs: next to nothing.
SELECT s.name,
       CASE WHEN s.setting IS NULL THEN ''
            WHEN s.name = 'DateStyle' THEN s.reset_val
            ELSE current_setting(s.name) END AS value,
       s.source
  FROM pg_settings AS s
 WHERE (s.category LIKE 'Query Tuning%%'
        OR s.category LIKE 'Resource Usage%%'
        OR s.category LIKE '%%acuum%%'
        OR s.category LIKE 'Reporting and Logging%%'
        OR s.category LIKE 'Write-Ahead Log%%'
        OR s.category LIKE 'Statistics%%'
        OR s.name = ANY (%(names)s))
 ORDER BY 1
