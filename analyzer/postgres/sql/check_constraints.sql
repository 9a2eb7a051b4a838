-- Returns: names of a table's own CHECK constraints.
-- Needs: nothing beyond CONNECT. Costs: an index lookup.
SELECT k.conname::text
  FROM pg_catalog.pg_constraint AS k
       JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
       JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE n.nspname = %(schema)s
   AND c.relname = %(name)s
   AND k.contype = 'c'
   AND k.conislocal
