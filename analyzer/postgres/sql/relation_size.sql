-- Returns: the bytes of one relation's file, or of the files of all its partitions.
-- Needs: nothing beyond CONNECT. Costs: a look at the file.
SELECT COALESCE(
           (SELECT sum(pg_catalog.pg_relation_size(part.relid))::bigint
              FROM pg_catalog.pg_partition_tree(c.oid) AS part),
           pg_catalog.pg_relation_size(c.oid))
  FROM pg_catalog.pg_class AS c
       JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE n.nspname = %(schema)s
   AND c.relname = %(name)s
