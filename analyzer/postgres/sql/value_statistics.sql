-- Returns: values of columns that the statistics know, as text; for partitioned tables
-- those of the whole tree. One row per asked column that was analyzed.
-- Needs: SELECT on the columns, pg_read_all_data (14+), or superuser.
-- Costs: index lookups in pg_statistic.
SELECT DISTINCT ON (1, 2, 3)
       s.schemaname::text AS schema,
       s.tablename::text AS relation,
       s.attname::text AS name,
       COALESCE(s.most_common_vals::text::text[], '{}') AS common,
       COALESCE(s.most_common_freqs, '{}')::float8[] AS frequencies,
       COALESCE(s.histogram_bounds::text::text[], '{}') AS bounds
  FROM unnest(%(schemas)s::text[], %(relations)s::text[], %(names)s::text[])
           AS asked (schema, relation, name)
       JOIN pg_stats AS s
         ON s.schemaname = asked.schema
            AND s.tablename = asked.relation
            AND s.attname = asked.name
 ORDER BY 1, 2, 3, s.inherited DESC
