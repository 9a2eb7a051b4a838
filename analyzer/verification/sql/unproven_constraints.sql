-- Returns: constraints that are NOT VALID or NOT ENFORCED, and unique ones that are
-- DEFERRABLE, with statements that drop them.
-- Needs: ownership of the tables and domains. Costs: one look at pg_constraint.
SELECT c.conname::text AS name,
       CASE WHEN c.conrelid <> 0
            THEN format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', c.conrelid::regclass, c.conname)
            ELSE format('ALTER DOMAIN %s DROP CONSTRAINT IF EXISTS %I CASCADE', c.contypid::regtype, c.conname)
       END AS statement
  FROM pg_constraint AS c
  JOIN pg_namespace AS n ON n.oid = c.connamespace
 WHERE (c.contype IN ('c', 'f', 'n') AND NOT c.convalidated
        OR c.contype IN ('p', 'u', 'x') AND c.condeferrable)
   AND c.conparentid = 0 AND c.coninhcount = 0
   AND n.nspname NOT IN ('pg_catalog', 'information_schema')
 ORDER BY c.oid
