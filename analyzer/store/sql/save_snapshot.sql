-- Writes the head of a snapshot; returns a row only where it is new.
INSERT INTO snapshot (target_id, taken_at, server_id, server_version_num,
                      stats_reset_at, dealloc, database_names, user_names,
                      missing_columns)
VALUES (%(target_id)s, %(taken_at)s, %(server_id)s, %(server_version_num)s,
        %(stats_reset_at)s, %(dealloc)s, %(database_names)s, %(user_names)s,
        %(missing_columns)s)
ON CONFLICT (target_id, taken_at) DO NOTHING
RETURNING target_id
