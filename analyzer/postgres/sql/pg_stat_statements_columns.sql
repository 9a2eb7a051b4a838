-- Returns: schema, version and output columns of pg_stat_statements(showtext).
-- Needs: nothing beyond the right to connect.
-- Costs: a look-up in the catalogs.
SELECT n.nspname AS schema,
       e.extversion AS version,
       p.proargnames::text[] AS columns,
       EXISTS (SELECT FROM pg_catalog.pg_class AS c
               WHERE c.relnamespace = n.oid
                 AND c.relname = 'pg_stat_statements_info') AS has_info
FROM pg_catalog.pg_extension AS e
JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
JOIN pg_catalog.pg_proc AS p
  ON p.pronamespace = n.oid AND p.proname = 'pg_stat_statements' AND p.pronargs = 1
WHERE e.extname = 'pg_stat_statements'
