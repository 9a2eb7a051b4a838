-- Returns: columns that rows can be made for, with what pg_stats knows of them, as text.
-- Needs: the owner of the tables. Costs: one scan of pg_attribute and pg_statistic.
SELECT n.nspname::text AS schema,
       c.relname::text AS relation,
       a.attname::text AS name,
       format_type(a.atttypid, a.atttypmod) AS type_name,
       format_type(COALESCE(NULLIF(t.typbasetype, 0), a.atttypid), NULL) AS base_name,
       a.attnotnull AS not_null,
       s.attname IS NOT NULL AS is_known,
       COALESCE(s.null_frac, 0)::float8 AS null_frac,
       COALESCE(s.avg_width, 8) AS avg_width,
       COALESCE(s.n_distinct, 0)::float8 AS n_distinct,
       s.correlation::float8 AS correlation,
       COALESCE(s.most_common_vals::text::text[], '{}') AS common,
       COALESCE(s.most_common_freqs, '{}')::float8[] AS frequencies,
       COALESCE(s.histogram_bounds::text::text[], '{}') AS bounds,
       COALESCE((SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder)
                   FROM pg_enum AS e
                  WHERE e.enumtypid = COALESCE(NULLIF(t.typbasetype, 0), a.atttypid)),
                '{}') AS labels
  FROM pg_class AS c
       JOIN pg_namespace AS n ON n.oid = c.relnamespace
       JOIN pg_attribute AS a ON a.attrelid = c.oid
       JOIN pg_type AS t ON t.oid = a.atttypid
       LEFT JOIN pg_stats AS s
         ON s.schemaname = n.nspname
            AND s.tablename = c.relname
            AND s.attname = a.attname
            AND NOT s.inherited
 WHERE c.relkind = 'r'
   AND a.attnum > 0
   AND NOT a.attisdropped
   AND a.attgenerated = ''
   AND n.nspname NOT IN ('pg_catalog', 'information_schema')
   AND n.nspname NOT LIKE 'pg\_%%'
 ORDER BY 1, 2, a.attnum
