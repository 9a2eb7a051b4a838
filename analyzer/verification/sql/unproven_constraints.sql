-- Returns: constraints that are NOT VALID, NOT ENFORCED or DEFERRABLE, with statements
-- that drop them, or keep of a foreign key what it links and enforce it no longer.
-- Needs: ownership of the tables and domains. Costs: one look at pg_constraint.
SELECT c.conname::text AS name,
       CASE WHEN c.contype = 'f' AND c.conenforced
            THEN format('ALTER TABLE %s ALTER CONSTRAINT %I NOT ENFORCED', c.conrelid::regclass, c.conname)
            WHEN c.contype = 'f' THEN ''
            WHEN c.conrelid <> 0
            THEN format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', c.conrelid::regclass, c.conname)
            ELSE format('ALTER DOMAIN %s DROP CONSTRAINT IF EXISTS %I CASCADE', c.contypid::regtype, c.conname)
       END AS statement
  FROM pg_constraint AS c
  JOIN pg_namespace AS n ON n.oid = c.connamespace
 WHERE (c.contype IN ('c', 'f', 'n') AND NOT c.convalidated
        OR c.contype IN ('f', 'p', 'u', 'x') AND c.condeferrable)
   AND c.conparentid = 0 AND c.coninhcount = 0
   AND n.nspname NOT IN ('pg_catalog', 'information_schema')
 ORDER BY c.contype <> 'f', c.oid
