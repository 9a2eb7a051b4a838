-- Returns: tables that pg_dump cannot lock, since the role may not read them.
-- Needs: CONNECT only. Costs: one pass over pg_class.
SELECT n.nspname::text AS schema,
       c.relname::text AS name
  FROM pg_class AS c
       JOIN pg_namespace AS n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'm', 'v', 'f')
   AND c.relpersistence <> 't'
   AND n.nspname NOT IN ('pg_catalog', 'information_schema')
   AND n.nspname NOT LIKE 'pg\_toast%%'
   AND n.nspname NOT LIKE 'pg\_temp\_%%'
   AND NOT (has_schema_privilege(n.oid, 'USAGE')
            AND has_table_privilege(c.oid, 'SELECT'))
 ORDER BY 1, 2
