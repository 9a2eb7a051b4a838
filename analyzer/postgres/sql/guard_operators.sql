-- Operators a name could mean, with the functions behind them: one row per candidate.
-- Needs: nothing. Costs: index lookups in pg_operator.
SELECT
    asked.schema AS asked_schema,
    asked.name AS asked_name,
    space.nspname AS schema,
    function.proname AS function_name,
    function.provolatile::text AS volatility,
    language.lanname AS language,
    function.prosecdef AS is_security_definer,
    coalesce(extension.extname, '') AS extension,
    operator.oid < 16384 AS is_built_in,
    (
        SELECT owner.rolsuper FROM pg_roles AS owner
        WHERE owner.oid = function.proowner
    ) AS is_superusers
FROM unnest(%(schemas)s::text[], %(names)s::text[]) AS asked (schema, name)
JOIN pg_operator AS operator ON operator.oprname = asked.name
JOIN pg_namespace AS space ON space.oid = operator.oprnamespace
JOIN pg_proc AS function ON function.oid = operator.oprcode
JOIN pg_language AS language ON language.oid = function.prolang
LEFT JOIN pg_depend AS membership
    ON membership.classid = 'pg_proc'::regclass
    AND membership.objid = function.oid
    AND membership.deptype = 'e'
    AND membership.refclassid = 'pg_extension'::regclass
LEFT JOIN pg_extension AS extension ON extension.oid = membership.refobjid
WHERE
    CASE
        WHEN asked.schema = '' THEN space.nspname = ANY (%(path)s::text[])
        ELSE space.nspname = asked.schema
    END
