-- System views, each with a digest of its query: one row per view that was asked for.
-- Needs: the search_path pg_catalog. Costs: printing some thirty queries.
SELECT
    space.nspname || '.' || class.relname AS name,
    left(md5(pg_get_viewdef(class.oid)), 20) AS digest
FROM unnest(%(schemas)s::text[], %(names)s::text[]) AS asked (schema, name)
JOIN pg_namespace AS space ON space.nspname = asked.schema
JOIN pg_class AS class
    ON class.relnamespace = space.oid AND class.relname = asked.name
WHERE class.relkind = 'v' AND class.oid < 16384
