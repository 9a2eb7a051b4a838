-- Takes the counters of a snapshot, as a stream.
COPY snapshot_counter (
    target_id, taken_at, dbid, userid, queryid, toplevel, calls, rows, plans,
    total_plan_time_ms, total_exec_time_ms, min_exec_time_ms, max_exec_time_ms,
    mean_exec_time_ms, stddev_exec_time_ms, shared_blks_hit, shared_blks_read,
    shared_blks_dirtied, shared_blks_written, temp_blks_read, temp_blks_written,
    shared_blk_read_time_ms, shared_blk_write_time_ms, wal_bytes, stats_since)
FROM STDIN
