-- One job for one slot; returns its id, or no row where the slot has its job already.
WITH slot AS (
    UPDATE schedule SET last_slot_at = %(slot_at)s
    WHERE schedule_id = %(schedule_id)s AND enabled
      AND (last_slot_at IS NULL OR last_slot_at < %(slot_at)s)
    RETURNING *
)
INSERT INTO job (kind, payload, target_id, exclusive_key, schedule_id, slot_at)
SELECT kind, payload, target_id, kind || ':' || target_id, schedule_id, %(slot_at)s
FROM slot
ON CONFLICT (schedule_id, slot_at) DO NOTHING
RETURNING job_id
