-- Returns: schema and version of hypopg, and whether it can hide indexes.
-- Needs: CONNECT only. Costs: one look-up.
SELECT n.nspname,
       e.extversion,
       ARRAY (
           SELECT p.proname::text
             FROM pg_catalog.pg_proc AS p
            WHERE p.pronamespace = n.oid
              AND p.proname = 'hypopg_hide_index'
       )
  FROM pg_catalog.pg_extension AS e
       JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
 WHERE e.extname = 'hypopg'
