-- Writes a job; returns its id. Cost: one row.
INSERT INTO job (kind, payload, target_id, exclusive_key, requested_by)
VALUES (%(kind)s, %(payload)s, %(target_id)s, %(exclusive_key)s, %(requested_by)s)
RETURNING job_id
