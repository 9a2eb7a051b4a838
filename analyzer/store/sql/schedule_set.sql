-- Makes or changes the schedule of a target and kind; returns its id.
INSERT INTO schedule (target_id, kind, cron, enabled)
VALUES (%(target_id)s, %(kind)s, %(cron)s, %(enabled)s)
ON CONFLICT (target_id, kind) DO UPDATE
SET cron = excluded.cron, enabled = excluded.enabled, changed_at = clock_timestamp()
RETURNING schedule_id
