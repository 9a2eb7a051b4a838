-- Casts of the database's own that call a function: one row each, with that function.
-- Needs: nothing. Costs: a scan of pg_cast, which has a few hundred rows.
SELECT
    -- Whoever has a value can make an array of it, and multiranges of ranges.
    ARRAY(
        WITH RECURSIVE source AS (
            SELECT cast_made.castsource AS oid
            UNION
            SELECT part.oid
            FROM source
            CROSS JOIN LATERAL (
                SELECT type.typelem AS oid
                FROM pg_type AS type
                WHERE type.oid = source.oid AND type.typcategory = 'A'
                UNION ALL
                -- A multirange is an internal part of its range (14 and later).
                SELECT own.refobjid
                FROM pg_depend AS own
                JOIN pg_range AS range ON range.rngtypid = own.refobjid
                WHERE own.classid = 'pg_type'::regclass
                    AND own.objid = source.oid
                    AND own.refclassid = 'pg_type'::regclass
                    AND own.deptype = 'i'
            ) AS part
            WHERE part.oid <> 0
        )
        SELECT source.oid FROM source
    ) AS source_oids,
    cast_made.casttarget AS target_oid,
    -- Functions of extensions that may be called give values of types nobody names.
    (
        cast_made.castsource < 16384
        OR EXISTS (
            SELECT
            FROM pg_depend AS membership
            JOIN pg_extension AS extension ON extension.oid = membership.refobjid
            WHERE membership.classid = 'pg_type'::regclass
                AND membership.objid = cast_made.castsource
                AND membership.deptype = 'e'
                AND membership.refclassid = 'pg_extension'::regclass
                AND extension.extname = ANY (%(trusted)s::text[])
        )
    ) AS is_source_anywhere,
    cast_made.casttarget < 16384 AS is_target_built_in,
    cast_made.castcontext::text AS context,
    format_type(cast_made.castsource, NULL) AS source,
    format_type(cast_made.casttarget, NULL) AS target,
    cast_made.xmin AS row_version,
    cast_made.castfunc AS function_oid
FROM pg_cast AS cast_made
WHERE cast_made.oid >= 16384 AND cast_made.castfunc <> 0
