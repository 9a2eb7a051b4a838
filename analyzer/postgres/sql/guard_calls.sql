-- Functions a call by name could mean: one row per candidate of each asked name.
-- A name without a schema is looked for in the schemas of the search path, in all of
-- them, since which candidate is chosen depends on the types of the arguments.
-- Needs: nothing. Costs: index lookups in pg_proc.
SELECT
    asked.schema AS asked_schema,
    asked.name AS asked_name,
    function.oid AS function_oid
FROM unnest(%(schemas)s::text[], %(names)s::text[]) AS asked (schema, name)
JOIN pg_proc AS function ON function.proname = asked.name
JOIN pg_namespace AS space ON space.oid = function.pronamespace
WHERE
    CASE
        WHEN asked.schema = '' THEN space.nspname = ANY (%(path)s::text[])
        ELSE space.nspname = asked.schema
    END
