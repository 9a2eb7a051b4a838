-- Measured proofs of a recommendation, the latest first.
SELECT verification_id, recommendation_id, verified_at, ground, verdict, saved_ratio,
       document
FROM verification WHERE recommendation_id = %(recommendation_id)s
ORDER BY verified_at DESC, verification_id DESC LIMIT %(limit)s
