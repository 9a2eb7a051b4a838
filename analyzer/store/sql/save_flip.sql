-- Notes that a statement's plan has another shape than in the scan before.
INSERT INTO plan_flip (target_id, fingerprint, before_plan_id, after_plan_id,
                       noticed_at, cost_before, cost_after)
SELECT target_id, fingerprint, %(before_plan_id)s, plan_id,
       %(seen_at)s, %(cost_before)s, %(total_cost)s
FROM plan
WHERE target_id = %(target_id)s AND fingerprint = %(fingerprint)s
  AND signature = %(signature)s AND is_measured = %(is_measured)s
ON CONFLICT (after_plan_id, noticed_at) DO NOTHING
