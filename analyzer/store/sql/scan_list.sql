-- Scans, the latest first, without their documents.
SELECT scan_id, scan.target_id, target.name AS target_name, job_id, kind,
       scan.database, server_id, started_at, finished_at, window_started_at,
       window_ended_at, planner_source, statement_count, recommendation_count,
       not_seen_count, did_not_run_count, covered_time_ratio, own_exec_time_ratio
FROM scan JOIN target USING (target_id)
WHERE (%(scan_id)s::bigint IS NULL OR scan_id = %(scan_id)s)
  AND (%(target_id)s::bigint IS NULL OR scan.target_id = %(target_id)s)
  AND (%(kind)s::text IS NULL OR kind = %(kind)s)
ORDER BY scan_id DESC
LIMIT %(limit)s OFFSET %(offset)s
