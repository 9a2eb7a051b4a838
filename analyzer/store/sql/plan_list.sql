-- Plans of a statement, the latest seen first; or one by its id.
SELECT plan_id, fingerprint, signature, source, is_measured, generic, total_cost,
       execution_time_ms, first_seen_at, last_seen_at, document
FROM plan
WHERE plan_id = %(plan_id)s
   OR (target_id = %(target_id)s AND fingerprint = %(fingerprint)s)
ORDER BY last_seen_at DESC, is_measured DESC, plan_id DESC
LIMIT 50
