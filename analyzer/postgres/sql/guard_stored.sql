-- Functions that the catalog keeps in expressions of relations and domains, reached by
-- themselves or behind an operator of the database: one row per holder and function.
-- A view's query and a domain's check do not show each operator that they use (NULLIF,
-- IS DISTINCT FROM, USING), so the dependencies tell. Those of a table are made simpler
-- when it is planned, and so what is constant in them is called: of indexes, statistics,
-- checks (which may leave a child out) and keys of partitions, of parents as well.
-- Needs: nothing. Costs: index lookups in pg_depend, pg_index and pg_inherits.
WITH RECURSIVE root AS (
    SELECT asked.oid, class.relkind
    FROM unnest(%(relations)s::oid[]) AS asked (oid)
    JOIN pg_class AS class ON class.oid = asked.oid
), part AS (
    SELECT root.oid AS root, root.oid FROM root WHERE root.relkind <> 'v'
    UNION
    SELECT part.root, child.inhrelid
    FROM part
    JOIN pg_inherits AS child ON child.inhparent = part.oid
), above AS (
    SELECT root.oid AS root, root.oid FROM root WHERE root.relkind <> 'v'
    UNION
    SELECT above.root, parent.inhparent
    FROM above
    JOIN pg_inherits AS parent ON parent.inhrelid = above.oid
), holder AS (
    SELECT part.root, 'table' AS kind, 'pg_class'::regclass AS classid, part.oid
    FROM part
    UNION
    SELECT above.root, 'table', 'pg_class'::regclass, above.oid FROM above
    UNION ALL
    SELECT part.root, 'table', 'pg_class'::regclass, index.indexrelid
    FROM part
    JOIN pg_index AS index ON index.indrelid = part.oid
    WHERE index.indexprs IS NOT NULL OR index.indpred IS NOT NULL
    UNION ALL
    SELECT part.root, 'table', 'pg_statistic_ext'::regclass, statistics.oid
    FROM part
    JOIN pg_statistic_ext AS statistics ON statistics.stxrelid = part.oid
    UNION ALL
    SELECT part.root, 'table', 'pg_constraint'::regclass, checked.oid
    FROM part
    JOIN pg_constraint AS checked ON checked.conrelid = part.oid
    WHERE checked.contype = 'c'
    UNION ALL
    SELECT part.root, 'default', 'pg_attrdef'::regclass, value.oid
    FROM part
    JOIN pg_attrdef AS value ON value.adrelid = part.oid
    UNION ALL
    SELECT root.oid, 'view', 'pg_rewrite'::regclass, rule.oid
    FROM root
    JOIN pg_rewrite AS rule ON rule.ev_class = root.oid
    WHERE root.relkind = 'v'
    UNION ALL
    SELECT type.oid, 'default', 'pg_type'::regclass, type.oid
    FROM pg_type AS type
    WHERE type.oid = ANY (%(domains)s::oid[])
    UNION ALL
    SELECT type.oid, 'domain', 'pg_constraint'::regclass, checked.oid
    FROM pg_type AS type
    JOIN pg_constraint AS checked ON checked.contypid = type.oid
    WHERE type.oid = ANY (%(checked)s::oid[])
)
SELECT DISTINCT
    holder.kind AS holder,
    coalesce(
        (SELECT class.relname FROM pg_class AS class WHERE class.oid = holder.root),
        (SELECT type.typname FROM pg_type AS type WHERE type.oid = holder.root)
    ) AS held_by,
    CASE
        WHEN use.refclassid = 'pg_proc'::regclass THEN use.refobjid
        ELSE operator.oprcode::oid
    END AS function_oid
FROM holder
JOIN pg_depend AS use
    ON use.classid = holder.classid
    AND use.objid = holder.oid
    AND use.refobjid >= 16384
    AND use.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)
LEFT JOIN pg_operator AS operator
    ON use.refclassid = 'pg_operator'::regclass AND operator.oid = use.refobjid
WHERE use.refclassid = 'pg_proc'::regclass OR operator.oprcode <> 0
