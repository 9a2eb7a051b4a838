-- Prolongs a lease, if the claim still holds.
UPDATE job
SET lease_until = clock_timestamp() + make_interval(secs => %(lease_s)s)
WHERE job_id = %(job_id)s AND attempt = %(attempt)s AND state = 'running'
