-- The head of the latest snapshot of a target.
SELECT server_id, taken_at, server_version_num, stats_reset_at, dealloc,
       database_names, user_names, missing_columns
FROM snapshot WHERE target_id = %(target_id)s
ORDER BY taken_at DESC LIMIT 1
