-- Returns: oid of a statistics object without expressions, and its columns' numbers
-- by name.
-- Needs: CONNECT only. Costs: one look-up.
SELECT s.oid::bigint, jsonb_object_agg(a.attname, a.attnum)
  FROM pg_statistic_ext AS s
       JOIN pg_attribute AS a
         ON a.attrelid = s.stxrelid
        AND a.attnum = ANY (s.stxkeys::int2[])
 WHERE s.stxname = %s
   AND s.stxnamespace = to_regnamespace(quote_ident(%s))
   AND s.stxexprs IS NULL
 GROUP BY s.oid
