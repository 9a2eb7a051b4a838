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
    cast_made.castfunc AS function_oid
FROM pg_cast AS cast_made
WHERE cast_made.oid >= 16384 AND cast_made.castfunc <> 0
