-- Returns: conditions that each row of a table must fulfil: CHECKs, and for a
-- partitioned table that some partition takes it.
-- Needs: nothing. Costs: one look at pg_constraint and pg_inherits.
SELECT c.conrelid::bigint AS table_oid, pg_get_expr(c.conbin, c.conrelid) AS condition
  FROM pg_constraint AS c
 WHERE c.conrelid = ANY (%(oids)s::oid[]) AND c.contype = 'c'
UNION ALL
SELECT p.oid::bigint,
       string_agg('(' || coalesce(pg_get_partition_constraintdef(l.relid), 'true')
                  || ')', ' OR ')
  FROM unnest(%(oids)s::oid[]) AS p (oid)
  JOIN pg_class AS c ON c.oid = p.oid AND c.relkind = 'p'
 CROSS JOIN LATERAL pg_partition_tree(p.oid::regclass) AS l
 WHERE l.isleaf
 GROUP BY p.oid
 ORDER BY 1, 2
