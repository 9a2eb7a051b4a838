-- Returns: for each foreign key to tables of some names the statement that drops it.
-- Needs: nothing. Costs: one look at pg_constraint.
SELECT format('ALTER TABLE %%I.%%I DROP CONSTRAINT IF EXISTS %%I', n.nspname, c.relname, k.conname)
  FROM pg_catalog.pg_constraint AS k
  JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_class AS t ON t.oid = k.confrelid
 WHERE k.contype = 'f' AND k.conparentid = 0 AND t.relname = ANY (%(names)s)
