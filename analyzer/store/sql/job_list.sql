-- Jobs, the latest first; all conditions are optional.
SELECT job.job_id, job.kind, job.payload, job.target_id,
       coalesce(target.name, '') AS target_name, job.state, job.attempt, job.worker,
       job.progress_stage, job.progress_ratio, job.reason, job.hint,
       job.requested_by, job.enqueued_at, job.started_at, job.finished_at,
       job.lease_until, scan.scan_id, job.schedule_id, job.slot_at
FROM job
LEFT JOIN target ON target.target_id = job.target_id
LEFT JOIN scan ON scan.job_id = job.job_id
WHERE (%(job_id)s::bigint IS NULL OR job.job_id = %(job_id)s)
  AND (%(state)s::text IS NULL OR job.state = %(state)s)
  AND (%(target_id)s::bigint IS NULL OR job.target_id = %(target_id)s)
  AND (%(kind)s::text IS NULL OR job.kind = %(kind)s)
ORDER BY job.job_id DESC
LIMIT %(limit)s OFFSET %(offset)s
