-- Returns: the planner's statistics of columns; for partitioned tables those of the tree.
-- Needs: SELECT on the columns, pg_read_all_data (14+), or superuser.
-- Costs: one pass over pg_statistic; values themselves are not read.
SELECT DISTINCT ON (1, 2, 3)
       s.schemaname::text AS schema,
       s.tablename::text AS relation,
       s.attname::text AS name,
       s.n_distinct::float8 AS n_distinct,
       s.null_frac::float8 AS null_frac,
       s.avg_width AS avg_width_bytes,
       s.correlation::float8 AS correlation,
       COALESCE(s.most_common_freqs, '{}')::float8[] AS most_common_freqs
  FROM pg_stats AS s
 WHERE s.schemaname NOT IN ('pg_catalog', 'information_schema')
 ORDER BY 1, 2, 3, s.inherited
