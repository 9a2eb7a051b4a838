-- Returns: functions that are not built in, with the weakest volatility of their name.
-- Needs: nothing. Costs: a scan of pg_proc.
SELECT function.proname::text AS name,
       CASE WHEN bool_or(function.provolatile = 'v') THEN 'v'
            WHEN bool_or(function.provolatile = 's') THEN 's'
            ELSE 'i' END AS volatility
  FROM pg_catalog.pg_proc AS function
 WHERE function.pronamespace <> 'pg_catalog'::regnamespace
   AND function.prokind = 'f'
 GROUP BY function.proname
