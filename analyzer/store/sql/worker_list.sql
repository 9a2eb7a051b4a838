-- Workers, the one seen last first, each with the jobs that run in its processes.
SELECT name, started_at, seen_at, clock_timestamp() - seen_at AS silent_for,
       ARRAY(SELECT job_id FROM job
             WHERE state = 'running' AND starts_with(job.worker, name || '/')
             ORDER BY job_id) AS job_ids
FROM worker_heartbeat
ORDER BY seen_at DESC, name
