-- The first and the last slot of a statement in a span; null where there is none.
-- Cost: the slots of the span by the key, read from its index alone where it is vacuumed.
SELECT min(slot_at) AS first_at, max(slot_at) AS last_at
FROM statement_duration
WHERE target_id = %(target_id)s AND fingerprint = %(fingerprint)s
  AND slot_at > coalesce(%(started_at)s::timestamptz, '-infinity')
                - interval '10 minutes'
  AND greatest(slot_at, started_at)
      >= coalesce(%(started_at)s::timestamptz, '-infinity')
  AND greatest(slot_at, started_at) < coalesce(%(ended_at)s::timestamptz, 'infinity')
