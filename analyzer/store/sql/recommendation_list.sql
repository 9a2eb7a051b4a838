-- Recommendations that fit, one page, each with the count of all that fit.
SELECT recommendation_id, target_id, target.name AS target_name, identity, advisor,
       title, action_kind, basis, impact_ratio, state, is_current, verdict, first_seen_at,
       last_seen_at, count(*) OVER () AS total_count
FROM recommendation JOIN target USING (target_id)
WHERE (%(recommendation_id)s::bigint IS NULL
       OR recommendation_id = %(recommendation_id)s)
  AND (%(target_id)s::bigint IS NULL OR target_id = %(target_id)s)
  AND (%(state)s::text IS NULL OR state = %(state)s)
  AND (%(advisor)s::text IS NULL OR advisor = %(advisor)s)
  AND (%(action_kind)s::text IS NULL OR action_kind = %(action_kind)s)
  AND (%(current)s::boolean IS NULL OR is_current = %(current)s)
  AND (verdict <> 'refuted' OR %(refuted)s)
  AND (%(search)s = '' OR strpos(lower(title), lower(%(search)s)) > 0)
  AND (%(fingerprint)s::text IS NULL OR EXISTS (
       SELECT FROM recommendation_statement AS affected
       WHERE affected.recommendation_id = recommendation.recommendation_id
         AND affected.fingerprint = %(fingerprint)s))
ORDER BY (CASE %(sort)s
              WHEN 'impact' THEN impact_ratio
              WHEN 'first_seen' THEN extract(epoch FROM first_seen_at)
              ELSE extract(epoch FROM last_seen_at) END)
         * CASE WHEN %(descending)s THEN -1 ELSE 1 END,
         recommendation_id
LIMIT %(limit)s OFFSET %(offset)s
