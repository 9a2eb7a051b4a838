-- Returns: oid of a statistics object, its columns' numbers by name, and its
-- expressions.
-- Needs: 14. Costs: one look-up.
SELECT s.oid::bigint,
       COALESCE(jsonb_object_agg(a.attname, a.attnum)
                FILTER (WHERE a.attnum IS NOT NULL), '{}'),
       COALESCE(pg_get_statisticsobjdef_expressions(s.oid), '{}')
  FROM pg_statistic_ext AS s
       LEFT JOIN pg_attribute AS a
         ON a.attrelid = s.stxrelid
        AND a.attnum = ANY (s.stxkeys::int2[])
 WHERE s.stxname = %s
   AND s.stxnamespace = to_regnamespace(quote_ident(%s))
 GROUP BY s.oid
