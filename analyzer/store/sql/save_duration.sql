-- Writes what a statement's log has in one slot of a window.
INSERT INTO statement_duration (
    target_id, fingerprint, slot_at, ended_at, started_at, total_ms, min_ms, max_ms,
    sample_count, buckets, counts)
VALUES (
    %(target_id)s, %(fingerprint)s, %(slot_at)s, %(ended_at)s, %(started_at)s,
    %(total_ms)s, %(min_ms)s, %(max_ms)s, %(sample_count)s, %(buckets)s, %(counts)s)
ON CONFLICT (target_id, fingerprint, slot_at, ended_at, started_at) DO UPDATE SET
    total_ms = excluded.total_ms, min_ms = excluded.min_ms, max_ms = excluded.max_ms,
    sample_count = excluded.sample_count, buckets = excluded.buckets,
    counts = excluded.counts
