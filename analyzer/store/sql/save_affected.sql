-- Writes that a recommendation affects a statement.
INSERT INTO recommendation_statement (recommendation_id, fingerprint, exec_time_ratio)
VALUES (%(recommendation_id)s, %(fingerprint)s, %(exec_time_ratio)s)
ON CONFLICT (recommendation_id, fingerprint) DO NOTHING
