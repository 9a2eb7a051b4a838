-- Writes a statement's window; writing it again replaces it.
INSERT INTO statement_delta (
    target_id, fingerprint, ended_at, started_at, calls, rows, plans,
    total_plan_time_ms, total_exec_time_ms, min_exec_time_ms, max_exec_time_ms,
    mean_exec_time_ms, stddev_exec_time_ms, shared_blks_hit, shared_blks_read,
    shared_blks_dirtied, shared_blks_written, temp_blks_read, temp_blks_written,
    shared_blk_read_time_ms, shared_blk_write_time_ms, wal_bytes, certainty, databases,
    latency_sample_count, p50_ms, p95_ms, p99_ms, latency_max_ms, latency_source)
VALUES (
    %(target_id)s, %(fingerprint)s, %(ended_at)s, %(started_at)s, %(calls)s, %(rows)s,
    %(plans)s, %(total_plan_time_ms)s, %(total_exec_time_ms)s, %(min_exec_time_ms)s,
    %(max_exec_time_ms)s, %(mean_exec_time_ms)s, %(stddev_exec_time_ms)s,
    %(shared_blks_hit)s, %(shared_blks_read)s, %(shared_blks_dirtied)s,
    %(shared_blks_written)s, %(temp_blks_read)s, %(temp_blks_written)s,
    %(shared_blk_read_time_ms)s, %(shared_blk_write_time_ms)s, %(wal_bytes)s,
    %(certainty)s, %(databases)s, %(latency_sample_count)s, %(p50_ms)s, %(p95_ms)s,
    %(p99_ms)s, %(latency_max_ms)s, %(latency_source)s)
ON CONFLICT (target_id, fingerprint, ended_at, started_at) DO UPDATE SET
    calls = excluded.calls, rows = excluded.rows, plans = excluded.plans,
    total_plan_time_ms = excluded.total_plan_time_ms,
    total_exec_time_ms = excluded.total_exec_time_ms,
    min_exec_time_ms = excluded.min_exec_time_ms,
    max_exec_time_ms = excluded.max_exec_time_ms,
    mean_exec_time_ms = excluded.mean_exec_time_ms,
    stddev_exec_time_ms = excluded.stddev_exec_time_ms,
    shared_blks_hit = excluded.shared_blks_hit,
    shared_blks_read = excluded.shared_blks_read,
    shared_blks_dirtied = excluded.shared_blks_dirtied,
    shared_blks_written = excluded.shared_blks_written,
    temp_blks_read = excluded.temp_blks_read,
    temp_blks_written = excluded.temp_blks_written,
    shared_blk_read_time_ms = excluded.shared_blk_read_time_ms,
    shared_blk_write_time_ms = excluded.shared_blk_write_time_ms,
    wal_bytes = excluded.wal_bytes, certainty = excluded.certainty,
    databases = excluded.databases,
    latency_sample_count = excluded.latency_sample_count,
    p50_ms = excluded.p50_ms, p95_ms = excluded.p95_ms, p99_ms = excluded.p99_ms,
    latency_max_ms = excluded.latency_max_ms, latency_source = excluded.latency_source
