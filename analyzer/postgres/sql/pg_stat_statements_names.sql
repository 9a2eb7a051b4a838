-- Returns: names of databases and roles by oid, the time, version and current role.
-- Needs: nothing beyond the right to connect.
-- Costs: two small catalogs.
SELECT 'database' AS kind, d.oid::bigint AS id, d.datname::text AS name
FROM pg_catalog.pg_database AS d
UNION ALL
SELECT 'role', r.oid::bigint, r.rolname::text
FROM pg_catalog.pg_roles AS r
UNION ALL
SELECT 'current role', 0, CURRENT_USER::text
UNION ALL
SELECT 'now', 0, pg_catalog.to_char(
  pg_catalog.clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')
