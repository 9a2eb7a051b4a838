-- Returns: shadow databases that nobody uses, from processes that were killed.
-- Needs: superuser (pg_stat_file). Costs: next to nothing.
SELECT d.datname::text AS name
  FROM pg_database AS d
 WHERE d.datname LIKE 'shadow\_%%'
   AND NOT EXISTS (SELECT 1 FROM pg_stat_activity AS a WHERE a.datid = d.oid)
   AND (pg_stat_file('base/' || d.oid || '/PG_VERSION', true)).modification
       <= clock_timestamp() - %(min_age_s)s * interval '1 second'
