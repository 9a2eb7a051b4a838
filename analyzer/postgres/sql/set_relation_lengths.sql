-- Returns: one row for each table or index whose length and rows the planner now knows.
--     The number of all-visible blocks stays as it is where it is NULL.
-- Needs: ownership (PostgreSQL 18). Costs: one catalog update for each.
SELECT pg_catalog.pg_restore_relation_stats(
           'schemaname', w.schema, 'relname', w.name, 'relpages', w.blks,
           'reltuples', w.rows, 'relallvisible', w.visible)
  FROM unnest(%(schemas)s::text[], %(names)s::text[], %(blks)s::int[],
              %(rows)s::real[], %(visible)s::int[])
       AS w (schema, name, blks, rows, visible)
