-- Takes the oldest job that may run now; returns its id, or no row.
-- The attempt it raises is the fencing token of the claim. The caller holds the lock
-- of job_claim_lock, so that two claims cannot both see an exclusive key as free.
UPDATE job
SET state = 'running', attempt = attempt + 1, worker = %(worker)s,
    lease_until = clock_timestamp() + make_interval(secs => %(lease_s)s),
    started_at = clock_timestamp(), progress_stage = '', progress_ratio = 0
WHERE job_id = (
    SELECT job_id FROM job AS waiting
    WHERE state = 'queued' AND run_after <= clock_timestamp()
      AND NOT EXISTS (
          SELECT FROM job AS other
          WHERE other.state = 'running'
            AND other.exclusive_key = waiting.exclusive_key)
    ORDER BY job_id
    LIMIT 1
    FOR UPDATE SKIP LOCKED)
RETURNING job_id
