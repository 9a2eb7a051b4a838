-- Writes a scan; returns its id.
INSERT INTO scan (target_id, job_id, kind, server_id, database, started_at,
                  finished_at, window_started_at, window_ended_at, planner_source,
                  statement_count, recommendation_count, not_seen_count,
                  did_not_run_count, covered_time_ratio, own_exec_time_ratio, document)
VALUES (%(target_id)s, %(job_id)s, %(kind)s, %(server_id)s, %(database)s,
        %(started_at)s, %(finished_at)s, %(window_started_at)s, %(window_ended_at)s,
        %(planner_source)s, %(statement_count)s, %(recommendation_count)s,
        %(not_seen_count)s, %(did_not_run_count)s, %(covered_time_ratio)s,
        %(own_exec_time_ratio)s, %(document)s)
RETURNING scan_id
