-- Returns: shadow databases that are kept for later, the one used last first, with when
--     (seconds since 1970), what was written beside them, and whether somebody is in them.
-- Needs: superuser (pg_stat_file). Costs: next to nothing.
SELECT d.datname::text AS name,
       d.oid::bigint AS oid,
       coalesce(extract(epoch FROM
         (pg_stat_file('base/' || d.oid || '/PG_VERSION', true)).modification), 0
       )::float8 AS used_at_s,
       coalesce(shobj_description(d.oid, 'pg_database'), '') AS note,
       EXISTS (SELECT 1 FROM pg_stat_activity AS a WHERE a.datid = d.oid) AS in_use
  FROM pg_database AS d
 WHERE d.datname LIKE 'kept\_%%'
 ORDER BY used_at_s DESC, 1
