-- Schedules by target and kind, with the moment after which the next slot lies.
SELECT schedule_id, schedule.target_id, target.name AS target_name, kind, cron,
       enabled, payload, last_slot_at,
       greatest(last_slot_at, changed_at) AS slots_after
FROM schedule JOIN target USING (target_id)
WHERE (%(target_id)s::bigint IS NULL OR schedule.target_id = %(target_id)s)
ORDER BY target.name, kind
