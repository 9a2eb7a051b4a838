-- Returns: for columns of texts and exact numbers the lengths of the values that the
-- statistics know, without header, each with its share of the rows that are not NULL.
-- Needs: SELECT on the columns, pg_read_all_data (14+), or superuser.
-- Costs: index lookups in pg_statistic; a hundred values or two of each column.
SELECT s.attname::text AS name,
       CASE a.atttypid
           -- A number just made has a header of four bytes.
           WHEN 'pg_catalog.numeric'::regtype
               THEN pg_column_size(known.value::pg_catalog.numeric) - 4
           ELSE octet_length(known.value)
       END AS length_bytes,
       sum(known.share)::float8 AS share
  FROM pg_stats AS s
       JOIN pg_attribute AS a
         ON a.attrelid = format('%%I.%%I', s.schemaname, s.tablename)::regclass
            AND a.attname = s.attname
       CROSS JOIN LATERAL (
           SELECT value, frequency
             FROM unnest(s.most_common_vals::text::text[], s.most_common_freqs)
                      AS common (value, frequency)
            UNION ALL
           SELECT bound,
                  greatest(0, 1 - s.null_frac - COALESCE(
                      (SELECT sum(f) FROM unnest(s.most_common_freqs) AS f), 0
                  )) / cardinality(s.histogram_bounds::text::text[])
             FROM unnest(s.histogram_bounds::text::text[]) AS bound
       ) AS known (value, share)
 WHERE s.schemaname = %(schema)s
   AND s.tablename = %(relation)s
   AND NOT s.inherited
   AND a.atttypid = ANY ('{pg_catalog.text,pg_catalog.varchar,pg_catalog.bpchar,pg_catalog.numeric}'::regtype[])
   AND known.share > 0
 GROUP BY 1, 2
 ORDER BY 1, 2
