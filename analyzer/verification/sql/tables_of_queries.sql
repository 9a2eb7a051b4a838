-- Returns: oids of the tables that relations read, through views, partitions and
-- foreign keys of theirs.
-- Needs: nothing. Costs: a few index look-ups for each relation.
WITH RECURSIVE named AS (
    SELECT unnest(%(oids)s::oid[]) AS oid
), reached (oid) AS (
    SELECT oid FROM named WHERE oid IS NOT NULL
    UNION
    SELECT next.oid
      FROM reached AS r
     CROSS JOIN LATERAL (
            SELECT d.refobjid AS oid
              FROM pg_rewrite AS w
              JOIN pg_depend AS d
                ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
               AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> w.ev_class
             WHERE w.ev_class = r.oid
            UNION ALL
            SELECT i.inhrelid FROM pg_inherits AS i
              JOIN pg_class AS p ON p.oid = i.inhparent AND p.relkind = 'r'
             WHERE i.inhparent = r.oid
            UNION ALL
            SELECT c.confrelid FROM pg_constraint AS c
             WHERE c.conrelid = r.oid AND c.contype = 'f'
           ) AS next
)
SELECT c.oid::bigint
  FROM reached AS r
  JOIN pg_class AS c ON c.oid = r.oid
 WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.oid >= 16384
 ORDER BY c.oid
