-- Returns: what CREATE STATISTICS has gathered, with the numbers of its columns.
-- Needs: rights on the table as pg_stats_ext asks them. Costs: next to nothing.
SELECT s.schemaname::text AS schema,
       s.tablename::text AS relation,
       s.statistics_name::text AS name,
       s.statistics_schemaname::text AS statistics_schema,
       s.n_distinct::text AS n_distinct,
       s.dependencies::text AS dependencies,
       s.attnames::text[] AS names,
       to_jsonb(s) -> 'exprs' AS expressions,
       to_jsonb(s.most_common_vals)::text AS combinations,
       s.most_common_freqs::float8[] AS frequencies,
       s.most_common_base_freqs::float8[] AS base_frequencies,
       COALESCE((to_jsonb(s) ->> 'inherited')::bool, c.relkind = 'p') AS inherited,
       (SELECT jsonb_object_agg(a.attnum, a.attname)
          FROM pg_attribute AS a
         WHERE a.attrelid = c.oid
           AND a.attnum > 0
           AND NOT a.attisdropped) AS attributes
  FROM pg_stats_ext AS s
       JOIN pg_namespace AS n ON n.nspname = s.schemaname
       JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = s.tablename
 WHERE s.schemaname NOT IN ('pg_catalog', 'information_schema')
 ORDER BY 1, 2, 3
