-- Plan flips of a statement, or of all targets since a moment, the latest first.
SELECT plan_flip_id, target_id, target.name AS target_name, fingerprint,
       before_plan_id, after_plan_id, noticed_at, cost_before, cost_after
FROM plan_flip
JOIN target USING (target_id)
WHERE (%(target_id)s::bigint IS NULL OR target_id = %(target_id)s)
  AND (%(fingerprint)s::text IS NULL OR fingerprint = %(fingerprint)s)
  AND (%(since)s::timestamptz IS NULL OR noticed_at >= %(since)s)
ORDER BY noticed_at DESC, cost_after - cost_before DESC, plan_flip_id DESC
LIMIT %(limit)s
