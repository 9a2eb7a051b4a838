-- Windows of a statement, the oldest first, at most the last 1,000.
SELECT * FROM (
    SELECT started_at, ended_at, calls, rows, total_exec_time_ms,
           total_exec_time_ms / greatest(calls, 1) AS mean_exec_time_ms,
           shared_blks_hit, shared_blks_read, temp_blks_written, p50_ms, p95_ms,
           p99_ms, latency_sample_count, latency_source, certainty
    FROM statement_delta
    WHERE target_id = %(target_id)s AND fingerprint = %(fingerprint)s
      AND (%(started_at)s::timestamptz IS NULL OR ended_at > %(started_at)s)
      AND (%(ended_at)s::timestamptz IS NULL OR ended_at <= %(ended_at)s)
    ORDER BY ended_at DESC, started_at DESC LIMIT 1000) AS latest
ORDER BY ended_at, started_at
