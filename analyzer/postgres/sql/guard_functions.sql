-- What is known of functions, by oid: one row each.
-- The body is given of those in SQL whose names are looked up when they are called: it
-- is empty where the names were fixed at creation (BEGIN ATOMIC, RETURN), and null where
-- a setting of the function decides what they mean.
-- Needs: nothing. Costs: index lookups in pg_proc.
SELECT
    function.oid,
    function.proname AS name,
    space.nspname AS schema,
    function.pronargs AS argument_count,
    function.provolatile::text AS volatility,
    function.proretset AS returns_set,
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
        WHEN language.lanname = 'sql' AND function.proconfig IS NULL
            THEN function.prosrc
    END AS body
FROM pg_proc AS function
JOIN pg_namespace AS space ON space.oid = function.pronamespace
JOIN pg_language AS language ON language.oid = function.prolang
LEFT JOIN pg_depend AS membership
    ON membership.classid = 'pg_proc'::regclass
    AND membership.objid = function.oid
    AND membership.deptype = 'e'
    AND membership.refclassid = 'pg_extension'::regclass
LEFT JOIN pg_extension AS extension ON extension.oid = membership.refobjid
WHERE function.oid = ANY (%(oids)s::oid[])
