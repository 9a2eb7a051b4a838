-- Operators a name could mean, with the functions behind them: one row per candidate.
-- Needs: nothing. Costs: index lookups in pg_operator.
SELECT
    asked.schema AS asked_schema,
    asked.name AS asked_name,
    space.nspname AS schema,
    operator.oid < 16384 AS is_built_in,
    operator.oprcode::oid AS function_oid
FROM unnest(%(schemas)s::text[], %(names)s::text[]) AS asked (schema, name)
JOIN pg_operator AS operator ON operator.oprname = asked.name
JOIN pg_namespace AS space ON space.oid = operator.oprnamespace
WHERE operator.oprcode <> 0
    AND CASE
        WHEN asked.schema = '' THEN space.nspname = ANY (%(path)s::text[])
        ELSE space.nspname = asked.schema
    END
