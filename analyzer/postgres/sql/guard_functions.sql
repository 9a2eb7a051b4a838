-- Functions a call by name could mean: one row per candidate of each asked name.
-- A name without a schema is looked for in the schemas of the search path, in all of
-- them, since which candidate is chosen depends on the types of the arguments.
-- Needs: nothing. Costs: index lookups in pg_proc.
SELECT
    function.oid,
    function.pronargs AS argument_count,
    asked.schema AS asked_schema,
    asked.name AS asked_name,
    space.nspname AS schema,
    function.provolatile::text AS volatility,
    language.lanname AS language,
    function.prosecdef AS is_security_definer,
    coalesce(extension.extname, '') AS extension,
    function.oid < 16384 AS is_built_in,
    (
        SELECT owner.rolsuper FROM pg_roles AS owner
        WHERE owner.oid = function.proowner
    ) AS is_superusers,
    (
        function.prorettype = ANY ('{internal,cstring}'::regtype[])
        OR function.proargtypes::oid[] && '{internal,cstring}'::regtype[]::oid[]
    ) AS is_internal,
    (
        function.pronargs > 0
        AND (
            function.provariadic <> 0
            OR EXISTS (
                SELECT
                FROM pg_type AS argument
                WHERE argument.oid = function.proargtypes[0]
                    AND argument.typtype IN ('c', 'p', 'd')
            )
        )
    ) AS takes_row,
    CASE
        WHEN language.lanname = 'sql'
            AND function.oid >= 16384
            AND function.provolatile = 'i'
            AND function.prokind = 'f'
            AND NOT function.proretset
            AND NOT function.prosecdef
            AND function.proconfig IS NULL
            THEN function.prosrc
    END AS body
FROM unnest(%(schemas)s::text[], %(names)s::text[]) AS asked (schema, name)
JOIN pg_proc AS function ON function.proname = asked.name
JOIN pg_namespace AS space ON space.oid = function.pronamespace
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
