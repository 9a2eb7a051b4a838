-- Writes a recommendation, or takes note that it was made again; its state stays,
-- but one that was applied and is made again is open again. Returns its id.
WITH before AS (
    SELECT recommendation_id, state, is_current FROM recommendation
    WHERE target_id = %(target_id)s AND identity = %(identity)s
), written AS (
    INSERT INTO recommendation (target_id, identity, advisor, title, action_kind,
        basis, impact_ratio, is_current, first_seen_at, last_seen_at, first_scan_id,
        last_scan_id, document)
    VALUES (%(target_id)s, %(identity)s, %(advisor)s, %(title)s, %(action_kind)s,
        %(basis)s, %(impact_ratio)s, true, %(seen_at)s, %(seen_at)s, %(scan_id)s,
        %(scan_id)s, %(document)s)
    ON CONFLICT (target_id, identity) DO UPDATE SET
        title = excluded.title,
        -- What was measured stays measured; a new scan only estimates.
        basis = CASE recommendation.verdict WHEN 'confirmed' THEN recommendation.basis
                ELSE excluded.basis END,
        impact_ratio = excluded.impact_ratio, is_current = true,
        last_seen_at = greatest(recommendation.last_seen_at, excluded.last_seen_at),
        last_scan_id = excluded.last_scan_id, document = excluded.document,
        state = CASE recommendation.state WHEN 'applied' THEN 'open'
                ELSE recommendation.state END
    RETURNING recommendation_id, state
), noted AS (
    INSERT INTO recommendation_event
        (recommendation_id, what, from_state, to_state, reason)
    SELECT written.recommendation_id,
           CASE WHEN before.recommendation_id IS NULL THEN 'first seen'
                ELSE 'seen again' END,
           coalesce(before.state, ''), written.state,
           CASE WHEN before.state = 'applied'
                THEN 'A scan recommends it although it was marked as applied.'
                ELSE '' END
    FROM written LEFT JOIN before USING (recommendation_id)
    WHERE before.recommendation_id IS NULL OR NOT before.is_current
       OR before.state <> written.state
)
SELECT recommendation_id FROM written
