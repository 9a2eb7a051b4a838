-- Scans of the index on this server, and since when they are counted.
SELECT idx_scan, (SELECT stats_reset FROM pg_stat_database
                  WHERE datname = current_database())
FROM pg_stat_user_indexes
WHERE schemaname = {schema} AND indexrelname = {name};
