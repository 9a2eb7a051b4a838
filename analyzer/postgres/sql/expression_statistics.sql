-- Returns: what ANALYZE knows of the expressions of CREATE STATISTICS, in their order.
-- Needs: 14, and rights on the table as pg_stats_ext_exprs asks them. Costs: next to
-- nothing.
SELECT s.statistics_schemaname::text AS statistics_schema,
       s.statistics_name::text AS name,
       COALESCE((to_jsonb(s) ->> 'inherited')::bool, c.relkind = 'p') AS inherited,
       s.expr AS expression,
       s.null_frac::float8 AS null_frac,
       s.avg_width AS avg_width,
       s.n_distinct::float8 AS n_distinct,
       s.correlation::float8 AS correlation,
       s.most_common_vals::text AS most_common_vals,
       s.most_common_freqs::float8[] AS most_common_freqs,
       s.histogram_bounds::text AS histogram_bounds,
       s.most_common_elems::text AS most_common_elems,
       s.most_common_elem_freqs::float8[] AS most_common_elem_freqs,
       s.elem_count_histogram::float8[] AS elem_count_histogram
  FROM pg_stats_ext_exprs AS s
       JOIN pg_namespace AS n ON n.nspname = s.schemaname
       JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = s.tablename
 WHERE s.schemaname NOT IN ('pg_catalog', 'information_schema')
   AND s.null_frac IS NOT NULL
