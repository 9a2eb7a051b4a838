-- The plan that the scan before found for each statement, by how it was made.
SELECT DISTINCT ON (fingerprint, is_measured, source, generic)
       plan_id, fingerprint, is_measured, source, generic, signature, total_cost
FROM plan
WHERE target_id = %(target_id)s AND fingerprint = ANY(%(fingerprints)s)
  AND scanned_at <= %(seen_at)s
ORDER BY fingerprint, is_measured, source, generic, scanned_at DESC, plan_id DESC
