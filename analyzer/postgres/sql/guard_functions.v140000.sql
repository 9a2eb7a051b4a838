-- What is known of functions, by oid: one row each.
-- The body is given of those in SQL; null where a setting of the function decides what
-- its names mean, or where it is printed without all that it calls.
-- What a member of an extension stands for is named too: the functions of an aggregate,
-- the built-in ones that another name calls. An empty name is one that is no part of the
-- extension, as is a library of another one.
-- Needs: nothing. Costs: index lookups in pg_proc.
SELECT
    function.xmin AS row_version,
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
    NOT EXISTS (
        SELECT
        FROM unnest(
            function.proargtypes::oid[] || function.prorettype
            || function.proallargtypes
        ) AS used (oid)
        WHERE used.oid >= 16384
            AND NOT EXISTS (
                SELECT
                FROM pg_depend AS member
                JOIN pg_extension AS known ON known.oid = member.refobjid
                WHERE member.classid = 'pg_type'::regclass
                    AND member.objid = used.oid
                    AND member.deptype = 'e'
                    AND known.extname = ANY (%(trusted)s::text[])
            )
    ) AS has_known_types,
    EXISTS (
        SELECT
        FROM regexp_matches(
            function.proargdefaults::text, ':(?:funcid|opfuncid|resulttype) (\d+)', 'g'
        ) AS used (oid)
        WHERE used.oid[1]::int8 >= 16384
    ) AS calls_by_default,
    CASE
        WHEN language.lanname = 'sql' AND function.proconfig IS NULL
            THEN
                CASE
                    WHEN function.prosqlbody IS NULL THEN function.prosrc
                    -- Those of PostgreSQL's own are in the register.
                    WHEN function.oid < 16384 THEN ''
                    -- Operators and casts are not all printed.
                    WHEN NOT EXISTS (
                        SELECT
                        FROM pg_depend AS use
                        WHERE use.classid = 'pg_proc'::regclass
                            AND use.objid = function.oid
                            AND use.refclassid
                            IN ('pg_proc'::regclass, 'pg_operator'::regclass)
                            AND use.refobjid >= 16384
                            AND NOT EXISTS (
                                SELECT
                                FROM pg_depend AS member
                                JOIN pg_extension AS known
                                    ON known.oid = member.refobjid
                                WHERE member.classid = use.refclassid
                                    AND member.objid = use.refobjid
                                    AND member.deptype = 'e'
                                    AND known.extname = ANY (%(trusted)s::text[])
                            )
                    ) THEN regexp_replace(
                        pg_get_function_sqlbody(function.oid), '^\s*RETURN ', 'SELECT '
                    )
                END
    END AS body,
    CASE
        WHEN function.oid < 16384 OR extension.oid IS NULL THEN '{}'
        WHEN function.prokind = 'a' THEN
            (
                SELECT array_agg(
                    CASE
                        WHEN part.oid < 16384 THEN part.proname::text
                        WHEN part.prolang = 13 AND EXISTS (
                            SELECT
                            FROM pg_depend AS same
                            WHERE same.classid = 'pg_proc'::regclass
                                AND same.objid = part.oid
                                AND same.deptype = 'e'
                                AND same.refobjid = extension.oid
                        ) THEN 'of the extension'
                        ELSE ''
                    END
                )
                FROM pg_aggregate AS made
                JOIN pg_proc AS part ON part.oid = ANY (
                    ARRAY[
                        made.aggtransfn, made.aggfinalfn, made.aggcombinefn,
                        made.aggserialfn, made.aggdeserialfn, made.aggmtransfn,
                        made.aggminvtransfn, made.aggmfinalfn
                    ]::oid[]
                )
                WHERE made.aggfnoid = function.oid
            )
        WHEN language.lanname = 'internal' THEN
            (
                SELECT coalesce(array_agg(original.proname::text), ARRAY[''])
                FROM pg_proc AS original
                WHERE original.oid < 16384 AND original.prosrc = function.prosrc
            )
        WHEN
            language.lanname = 'c'
            AND regexp_replace(function.probin, '^.*/|-[0-9.]+$', '', 'g') <> replace(extension.extname, 'intarray', '_int')
            THEN ARRAY['']
        ELSE '{}'
    END AS stands_for
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
