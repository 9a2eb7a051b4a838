-- Returns: functions that are not built in, with the weakest volatility of their name.
--     One that gives several rows or works on several, and so may not be moved or run
--     another number of times either, counts as volatile.
-- Needs: nothing. Costs: a scan of pg_proc.
SELECT function.proname::text AS name,
       CASE WHEN bool_or(function.provolatile = 'v'
                         OR function.prokind <> 'f' OR function.proretset) THEN 'v'
            WHEN bool_or(function.provolatile = 's') THEN 's'
            ELSE 'i' END AS volatility
  FROM pg_catalog.pg_proc AS function
 WHERE function.pronamespace <> 'pg_catalog'::regnamespace
 GROUP BY function.proname
