-- Ends an attempt without success, if the claim still holds: back into the queue
-- after a pause that grows, or failed for good.
UPDATE job
SET state = CASE WHEN again THEN 'queued' ELSE 'failed' END,
    run_after = clock_timestamp() + make_interval(secs => attempt),
    finished_at = CASE WHEN again THEN NULL ELSE clock_timestamp() END,
    payload = CASE WHEN again THEN payload ELSE payload - 'query' END,
    lease_until = NULL, reason = %(reason)s, hint = %(hint)s
FROM (
    SELECT %(retry)s AND attempt < %(max_attempts)s AS again
    FROM job WHERE job_id = %(job_id)s
) AS decision
WHERE job_id = %(job_id)s AND attempt = %(attempt)s AND state = 'running'
