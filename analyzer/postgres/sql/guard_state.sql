-- Which rows of the catalog the answers to the other questions were made of: one row per
-- object that has one of the names or oids, and per thing that is kept with it, with the
-- transaction that made its row what it is. Asked again last before a statement is sent,
-- so what only a superuser changes is left out: built-in objects, but by their names.
-- Needs: nothing. Costs: index lookups.
WITH relation AS (
    SELECT asked.oid FROM unnest(%(oids)s::oid[]) AS asked (oid)
    UNION
    SELECT child.inhrelid
    FROM pg_inherits AS child
    WHERE child.inhparent = ANY (%(oids)s::oid[])
), space AS (
    SELECT made.oid FROM pg_namespace AS made WHERE made.nspname !~ '^pg_(toast_)?temp_'
)
SELECT 'pg_proc' AS kind, function.oid, function.xmin AS row_version
FROM pg_proc AS function
WHERE function.proname = ANY (%(names)s::text[])
UNION ALL
SELECT 'pg_proc', function.oid, function.xmin
FROM pg_proc AS function
WHERE function.oid = ANY (%(oids)s::oid[])
UNION ALL
SELECT 'pg_operator', operator.oid, operator.xmin
FROM pg_operator AS operator
WHERE operator.oprname = ANY (%(names)s::text[]) AND operator.oid >= 16384
UNION ALL
SELECT 'pg_cast', conversion.oid, conversion.xmin
FROM pg_cast AS conversion
WHERE conversion.oid >= 16384
UNION ALL
SELECT 'pg_type', type.oid, type.xmin
FROM pg_type AS type
JOIN space ON space.oid = type.typnamespace
WHERE type.typname = ANY (%(names)s::text[])
UNION ALL
SELECT 'pg_type', type.oid, type.xmin
FROM pg_type AS type
WHERE type.oid = ANY (%(oids)s::oid[])
UNION ALL
SELECT 'pg_class', class.oid, class.xmin
FROM pg_class AS class
JOIN space ON space.oid = class.relnamespace
WHERE class.relname = ANY (%(names)s::text[])
UNION ALL
SELECT 'pg_rewrite', rule.oid, rule.xmin
FROM pg_rewrite AS rule
WHERE rule.ev_class = ANY (%(oids)s::oid[])
UNION ALL
SELECT 'pg_index', index.indexrelid, index.xmin
FROM pg_index AS index
JOIN relation ON relation.oid = index.indrelid
UNION ALL
SELECT 'pg_constraint', checked.oid, checked.xmin
FROM pg_constraint AS checked
JOIN relation ON relation.oid = checked.conrelid
UNION ALL
SELECT 'pg_constraint', checked.oid, checked.xmin
FROM pg_constraint AS checked
WHERE checked.contypid = ANY (%(oids)s::oid[])
UNION ALL
SELECT 'pg_statistic_ext', statistics.oid, statistics.xmin
FROM pg_statistic_ext AS statistics
JOIN relation ON relation.oid = statistics.stxrelid
UNION ALL
SELECT 'pg_inherits', relation.oid, '0'::xid
FROM relation
