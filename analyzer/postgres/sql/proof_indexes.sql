-- Returns: indexes that were built to be measured, by the mark in their name.
-- Needs: nothing beyond CONNECT. Costs: one scan of pg_class.
SELECT n.nspname::text AS schema,
       c.relname::text AS name
  FROM pg_catalog.pg_class AS c
       JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('i', 'I')
   AND c.relname LIKE 'pgproof\_proof\_%%'
 ORDER BY 1, 2
