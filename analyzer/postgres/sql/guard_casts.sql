-- Casts of the database's own that call a function: one row each, with that function.
-- Needs: nothing. Costs: a scan of pg_cast, which has a few hundred rows.
SELECT
    cast_made.castsource AS source_oid,
    cast_made.casttarget AS target_oid,
    cast_made.castsource < 16384 AS is_source_built_in,
    cast_made.casttarget < 16384 AS is_target_built_in,
    cast_made.castcontext::text AS context,
    format_type(cast_made.castsource, NULL) AS source,
    format_type(cast_made.casttarget, NULL) AS target,
    function.provolatile::text AS volatility,
    language.lanname AS language,
    function.prosecdef AS is_security_definer,
    coalesce(extension.extname, '') AS extension,
    false AS is_built_in,
    (
        SELECT owner.rolsuper FROM pg_roles AS owner
        WHERE owner.oid = function.proowner
    ) AS is_superusers
FROM pg_cast AS cast_made
JOIN pg_proc AS function ON function.oid = cast_made.castfunc
JOIN pg_language AS language ON language.oid = function.prolang
LEFT JOIN pg_depend AS membership
    ON membership.classid = 'pg_proc'::regclass
    AND membership.objid = function.oid
    AND membership.deptype = 'e'
    AND membership.refclassid = 'pg_extension'::regclass
LEFT JOIN pg_extension AS extension ON extension.oid = membership.refobjid
WHERE cast_made.oid >= 16384
