-- The history of a recommendation, the oldest event first.
SELECT happened_at, user_name, what, from_state, to_state, reason
FROM recommendation_event WHERE recommendation_id = %(recommendation_id)s
ORDER BY event_id
