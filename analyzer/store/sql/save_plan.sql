-- Writes a plan; of plans with the same shape the last one is kept.
INSERT INTO plan (target_id, fingerprint, signature, is_measured, source, generic,
                  total_cost, execution_time_ms, first_seen_at, last_seen_at,
                  scanned_at, document)
VALUES (%(target_id)s, %(fingerprint)s, %(signature)s, %(is_measured)s, %(source)s,
        %(generic)s, %(total_cost)s, %(execution_time_ms)s, %(seen_at)s, %(seen_at)s,
        %(scanned_at)s, %(document)s)
ON CONFLICT (target_id, fingerprint, signature, is_measured) DO UPDATE SET
    source = excluded.source, generic = excluded.generic,
    total_cost = excluded.total_cost, execution_time_ms = excluded.execution_time_ms,
    last_seen_at = greatest(plan.last_seen_at, excluded.last_seen_at),
    first_seen_at = least(plan.first_seen_at, excluded.first_seen_at),
    scanned_at = greatest(plan.scanned_at, excluded.scanned_at),
    document = excluded.document
