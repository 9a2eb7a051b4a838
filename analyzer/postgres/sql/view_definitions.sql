-- Returns: views with their queries, in which every name has its schema.
-- Needs: an empty search_path, else the queries name what it holds without a schema.
--     Views that hide rows from functions (security_barrier), and those of extensions,
--     are left out.
-- Costs: a scan of pg_class, and one query printed for each view.
SELECT n.nspname::text AS schema,
       c.relname::text AS name,
       pg_catalog.pg_get_viewdef(c.oid) AS definition
  FROM pg_catalog.pg_class AS c
       JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE c.relkind = 'v'
   AND n.nspname NOT IN ('pg_catalog', 'information_schema')
   AND NOT EXISTS (SELECT 1
                     FROM pg_catalog.pg_options_to_table(c.reloptions) AS o
                    WHERE o.option_name = 'security_barrier'
                      AND o.option_value::boolean)
   AND NOT EXISTS (SELECT 1
                     FROM pg_catalog.pg_depend AS d
                    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                      AND d.objid = c.oid
                      AND d.deptype = 'e')
 ORDER BY 1, 2
 LIMIT 2000
