-- Returns: relations that somebody holds or wants exclusively, whom pg_dump would wait for.
-- Needs: CONNECT only. Costs: one look at the lock table.
SELECT DISTINCT n.nspname::text AS schema,
       c.relname::text AS name
  FROM pg_locks AS l
       JOIN pg_class AS c ON c.oid = l.relation
       JOIN pg_namespace AS n ON n.oid = c.relnamespace
 WHERE l.locktype = 'relation'
   AND l.mode = 'AccessExclusiveLock'
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND c.relkind IN ('r', 'p', 'm', 'v', 'f')
   AND c.relpersistence <> 't'
   AND n.nspname NOT IN ('pg_catalog', 'information_schema')
   AND n.nspname NOT LIKE 'pg\_toast%%'
 ORDER BY 1, 2
