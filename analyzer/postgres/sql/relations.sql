-- Returns: user tables, partitioned tables, views, materialized views, foreign tables.
--     One that somebody holds or wants exclusively is told by is_locked and is not
--     measured, since pg_relation_size() would wait for it.
-- Needs: CONNECT only. Costs: one file look-up per relation; a lock on each, shared.
SELECT c.oid::bigint AS oid,
       n.nspname::text AS schema,
       c.relname::text AS name,
       c.relkind::text AS kind,
       -- Before version 14 a relation that was never analyzed had 0 rows, not -1.
       CASE WHEN c.reltuples = 0 AND c.relpages = 0
                 AND current_setting('server_version_num')::int < 140000
            THEN -1 ELSE c.reltuples END::float8 AS reltuples,
       c.relpages,
       c.relallvisible,
       CASE WHEN c.relkind NOT IN ('r', 'm') THEN 0
            WHEN l.relation IS NOT NULL THEN 0
            ELSE COALESCE(pg_relation_size(c.oid), 0)
       END AS size_bytes,
       l.relation IS NOT NULL AS is_locked,
       c.relkind = 'r' AND c.relhassubclass
           AND EXISTS (SELECT 1 FROM pg_inherits AS b WHERE b.inhparent = c.oid)
           AS has_children,
       has_schema_privilege(n.oid, 'USAGE')
           AND has_table_privilege(c.oid, 'SELECT') AS may_select,
       pn.nspname::text AS parent_schema,
       p.relname::text AS parent_name
  FROM pg_class AS c
       JOIN pg_namespace AS n ON n.oid = c.relnamespace
       LEFT JOIN pg_inherits AS i ON i.inhrelid = c.oid AND c.relispartition
       LEFT JOIN pg_class AS p ON p.oid = i.inhparent
       LEFT JOIN pg_namespace AS pn ON pn.oid = p.relnamespace
       LEFT JOIN (SELECT DISTINCT relation
                    FROM pg_locks
                   WHERE locktype = 'relation'
                     AND mode = 'AccessExclusiveLock'
                     AND database = (SELECT oid FROM pg_database
                                      WHERE datname = current_database())) AS l
              ON l.relation = c.oid
 WHERE c.relkind IN ('r', 'p', 'm', 'v', 'f')
   AND c.relpersistence <> 't'
   AND n.nspname NOT IN ('pg_catalog', 'information_schema')
   AND n.nspname NOT LIKE 'pg\_toast%%'
   AND n.nspname NOT LIKE 'pg\_temp\_%%'
   AND NOT EXISTS (SELECT 1
                     FROM pg_depend AS d
                    WHERE d.classid = 'pg_class'::regclass
                      AND d.objid = c.oid
                      AND d.deptype = 'e')
 ORDER BY 2, 3
