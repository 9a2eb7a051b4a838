-- Returns: shadow databases that nobody uses, from processes that were killed; of a cluster
-- of one's own (no age) also roles whose database is not there yet, or no more.
-- Needs: superuser (pg_stat_file). Costs: next to nothing.
-- A database whose removal was cut short has no files any more.
SELECT d.datname::text AS name
  FROM pg_database AS d
 WHERE d.datname LIKE 'shadow\_%%'
   AND NOT EXISTS (SELECT 1 FROM pg_stat_activity AS a WHERE a.datid = d.oid)
   AND coalesce(
         (pg_stat_file('base/' || d.oid || '/PG_VERSION', true)).modification, '-infinity'
       ) <= clock_timestamp() - %(min_age_s)s * interval '1 second'
 UNION
SELECT r.rolname::text
  FROM pg_roles AS r
 WHERE r.rolname LIKE 'shadow\_%%'
   AND %(min_age_s)s = 0
   AND NOT EXISTS (SELECT 1 FROM pg_database AS d WHERE d.datname = r.rolname)
