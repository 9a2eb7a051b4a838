-- Marks a job done, if the claim still holds; its text of a query is erased.
UPDATE job
SET state = 'done', lease_until = NULL, finished_at = clock_timestamp(),
    progress_ratio = 1, reason = '', hint = '', payload = payload - 'query'
WHERE job_id = %(job_id)s AND attempt = %(attempt)s AND state = 'running'
