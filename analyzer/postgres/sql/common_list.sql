-- Returns: the bytes of a statistics object's list of most common combinations, and the
--     combinations in their order there.
-- Needs: a superuser of the shadow. Costs: one look-up.
SELECT d.stxdmcv::bytea,
       ARRAY(SELECT to_jsonb(i.values)::text
               FROM pg_mcv_list_items(d.stxdmcv) AS i
              ORDER BY i.index)
  FROM pg_statistic_ext AS s
       JOIN pg_statistic_ext_data AS d ON d.stxoid = s.oid
 WHERE s.stxname = %s
   AND s.stxnamespace = to_regnamespace(%s)
