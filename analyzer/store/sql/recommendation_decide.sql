-- Changes the state of a recommendation and writes that into its history.
WITH before AS (
    SELECT recommendation_id, state FROM recommendation
    WHERE recommendation_id = %(recommendation_id)s FOR UPDATE
), changed AS (
    UPDATE recommendation SET state = %(decision)s
    FROM before WHERE recommendation.recommendation_id = before.recommendation_id
)
INSERT INTO recommendation_event
    (recommendation_id, user_name, what, from_state, to_state, reason)
SELECT recommendation_id, %(user)s, 'decided', state, %(decision)s, %(reason)s
FROM before
