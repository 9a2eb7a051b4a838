-- Cancels a job that still waits.
UPDATE job
SET state = 'cancelled', finished_at = clock_timestamp(), payload = payload - 'query',
    reason = %(reason)s, hint = ''
WHERE job_id = %(job_id)s AND state = 'queued'
