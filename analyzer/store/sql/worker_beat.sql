-- Notes that a worker is up, and forgets those that were silent for ten minutes.
WITH gone AS (
    DELETE FROM worker_heartbeat
    WHERE seen_at < clock_timestamp() - interval '10 minutes' AND name <> %(name)s
)
INSERT INTO worker_heartbeat (name, started_at, seen_at)
SELECT %(name)s, moment, moment FROM clock_timestamp() AS moment
ON CONFLICT (name) DO UPDATE SET
    started_at = CASE WHEN %(is_first)s THEN excluded.started_at
                 ELSE worker_heartbeat.started_at END,
    seen_at = excluded.seen_at
