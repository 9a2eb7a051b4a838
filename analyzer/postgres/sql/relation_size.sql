-- Returns: the bytes of one relation's file.
-- Needs: nothing beyond CONNECT. Costs: a look at the file.
SELECT pg_catalog.pg_relation_size(c.oid)
  FROM pg_catalog.pg_class AS c
       JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE n.nspname = %(schema)s
   AND c.relname = %(name)s
