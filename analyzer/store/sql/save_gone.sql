-- Marks recommendations that a scan did not make again, except those of advisors that
-- could not run this time.
WITH gone AS (
    UPDATE recommendation SET is_current = false
    WHERE target_id = %(target_id)s AND is_current
      AND recommendation_id <> ALL (%(made)s::bigint[])
      AND advisor <> ALL (%(did_not_run)s::text[])
    RETURNING recommendation_id, state
)
INSERT INTO recommendation_event (recommendation_id, what, from_state, to_state)
SELECT recommendation_id, 'gone', state, state FROM gone
