-- Sums the day of a window anew, for the statements of that window.
-- Cost: one pass over the windows of these statements on that day.
INSERT INTO statement_day (
    target_id, day, fingerprint, calls, rows, total_exec_time_ms, shared_blks_hit,
    shared_blks_read, temp_blks_written, p95_ms, p50_ms, p99_ms, evicted, new_life,
    latency_source)
SELECT target_id, %(day)s, fingerprint, sum(calls), sum(rows), sum(total_exec_time_ms),
       sum(shared_blks_hit), sum(shared_blks_read), sum(temp_blks_written), max(p95_ms),
       (array_agg(p50_ms ORDER BY p95_ms DESC NULLS LAST, ended_at, started_at))[1],
       (array_agg(p99_ms ORDER BY p95_ms DESC NULLS LAST, ended_at, started_at))[1],
       bool_or(certainty = 'possibly evicted'), bool_or(certainty = 'new life'),
       (array_agg(latency_source
                  ORDER BY p95_ms DESC NULLS LAST, ended_at, started_at))[1]
FROM statement_delta
WHERE target_id = %(target_id)s
  AND ended_at >= %(day)s::date::timestamp AT TIME ZONE 'UTC'
  AND ended_at < (%(day)s::date + 1)::timestamp AT TIME ZONE 'UTC'
  AND fingerprint = ANY (%(fingerprints)s)
GROUP BY target_id, fingerprint
ON CONFLICT (target_id, fingerprint, day) DO UPDATE SET
    calls = excluded.calls, rows = excluded.rows,
    total_exec_time_ms = excluded.total_exec_time_ms,
    shared_blks_hit = excluded.shared_blks_hit,
    shared_blks_read = excluded.shared_blks_read,
    temp_blks_written = excluded.temp_blks_written, p95_ms = excluded.p95_ms,
    p50_ms = excluded.p50_ms, p99_ms = excluded.p99_ms, evicted = excluded.evicted,
    new_life = excluded.new_life, latency_source = excluded.latency_source
