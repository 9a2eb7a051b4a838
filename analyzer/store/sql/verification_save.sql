-- Writes a measured proof; its verdict becomes the recommendation's, and a confirmed one
-- is measured from now on. Returns nothing.
WITH written AS (
    INSERT INTO verification
        (recommendation_id, verified_at, ground, verdict, saved_ratio, document)
    VALUES (%(recommendation_id)s, %(verified_at)s, %(ground)s, %(verdict)s,
            %(saved_ratio)s, %(document)s)
    RETURNING recommendation_id
), judged AS (
    UPDATE recommendation SET
        verdict = %(verdict)s,
        basis = CASE %(verdict)s WHEN 'confirmed' THEN 'measured'
                ELSE document ->> 'basis' END
    FROM written
    WHERE recommendation.recommendation_id = written.recommendation_id
    RETURNING recommendation.recommendation_id, state
)
INSERT INTO recommendation_event (recommendation_id, what, from_state, to_state, reason)
SELECT recommendation_id, 'measured', state, state, %(reason)s FROM judged
