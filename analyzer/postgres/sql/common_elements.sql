-- Returns: shares of the most common elements of a column, the mean number of different
--     elements of a row (arrays only), the mean length of an element, whether it is an
--     array, and the column's mean width.
-- Needs: rights on the column as pg_stats asks them. Costs: one row of pg_stats.
SELECT s.most_common_elem_freqs::float8[],
       s.elem_count_histogram[array_length(s.elem_count_histogram, 1)]::float8,
       COALESCE((SELECT avg(octet_length(e))::float8
                   FROM unnest(s.most_common_elems::text::text[]) AS e), 8),
       s.elem_count_histogram IS NOT NULL,
       s.avg_width::float8
  FROM pg_catalog.pg_stats AS s
 WHERE s.schemaname = %s AND s.tablename = %s AND s.attname = %s
 ORDER BY s.inherited
 LIMIT 1
