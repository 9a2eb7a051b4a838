-- The oldest transactions that CONCURRENTLY would wait for; pg_monitor sees all.
SELECT pid, now() - xact_start AS age, state, left(query, 60) AS query
FROM pg_stat_activity
WHERE xact_start IS NOT NULL
ORDER BY xact_start
LIMIT 5;
