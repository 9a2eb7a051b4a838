-- Notes how far a job has come, if the claim still holds.
UPDATE job SET progress_stage = %(stage)s, progress_ratio = %(ratio)s
WHERE job_id = %(job_id)s AND attempt = %(attempt)s AND state = 'running'
