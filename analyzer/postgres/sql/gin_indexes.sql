-- Returns: GINs with a file, with a name that bt_metap() of pageinspect takes.
-- Needs: CONNECT only. Costs: one pass over pg_class.
SELECT n.nspname::text AS schema,
       c.relname::text AS name,
       quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS quoted
  FROM pg_class AS c
       JOIN pg_namespace AS n ON n.oid = c.relnamespace
       JOIN pg_am AS a ON a.oid = c.relam
       JOIN pg_index AS i ON i.indexrelid = c.oid
 WHERE c.relkind = 'i'
   AND c.relpersistence = 'p'
   AND a.amname = 'gin'
   AND i.indisvalid
   AND n.nspname NOT IN ('pg_catalog', 'information_schema')
   AND n.nspname NOT LIKE 'pg\_toast%%'
 ORDER BY 1, 2
