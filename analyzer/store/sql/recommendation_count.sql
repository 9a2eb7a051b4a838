-- How many current recommendations are in each state.
SELECT state, count(*) AS recommendation_count FROM recommendation
WHERE is_current AND verdict <> 'refuted'
  AND (%(target_id)s::bigint IS NULL OR target_id = %(target_id)s)
GROUP BY state
