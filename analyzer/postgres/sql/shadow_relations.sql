-- Returns: relations of a shadow with their files; of an index also its table and, on
--     a partitioned table, the index it belongs to.
-- Needs: CONNECT only. Costs: one pass over pg_class.
SELECT c.oid::bigint AS oid,
       n.nspname::text AS schema,
       c.relname::text AS name,
       c.relkind::text AS kind,
       COALESCE(a.amname::text, '') AS method,
       COALESCE(pg_relation_filepath(c.oid), '') AS filepath,
       i.indrelid::bigint AS table_oid,
       h.inhparent::bigint AS parent_oid
  FROM pg_class AS c
       JOIN pg_namespace AS n ON n.oid = c.relnamespace
       LEFT JOIN pg_am AS a ON a.oid = c.relam
       LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
       LEFT JOIN pg_inherits AS h ON h.inhrelid = c.oid
 WHERE c.relkind IN ('r', 'm', 'p', 'i', 'I')
   AND c.oid > %(newer_than)s::oid
   AND c.relpersistence <> 't'
   AND n.nspname NOT LIKE 'pg\_toast%%'
