-- Returns: conditions that each row of a table must fulfil, with the columns they
-- read: CHECKs, and for a partitioned table that some partition takes it.
-- Needs: nothing. Costs: one look at pg_constraint and pg_inherits.
SELECT c.conrelid::bigint AS table_oid, pg_get_expr(c.conbin, c.conrelid) AS condition,
       ARRAY(SELECT a.attname::text
               FROM pg_attribute AS a
              WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
              ORDER BY a.attnum) AS columns
  FROM pg_constraint AS c
 WHERE c.conrelid = ANY (%(oids)s::oid[]) AND c.contype = 'c'
UNION ALL
SELECT p.oid::bigint,
       string_agg('(' || coalesce(pg_get_partition_constraintdef(l.relid), 'true')
                  || ')', ' OR '),
       -- Of a key with an expression no column is told.
       ARRAY(SELECT a.attname::text
               FROM pg_partitioned_table AS k
               JOIN pg_attribute AS a
                 ON a.attrelid = k.partrelid AND a.attnum = ANY (k.partattrs::int2[])
              WHERE k.partrelid = p.oid AND 0 <> ALL (k.partattrs::int2[])
              ORDER BY a.attnum)
  FROM unnest(%(oids)s::oid[]) AS p (oid)
  JOIN pg_class AS c ON c.oid = p.oid AND c.relkind = 'p'
 CROSS JOIN LATERAL pg_partition_tree(p.oid::regclass) AS l
 WHERE l.isleaf
 GROUP BY p.oid
 ORDER BY 1, 2
