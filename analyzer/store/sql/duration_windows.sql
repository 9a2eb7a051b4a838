-- Windows of a statement that a span touches, and what of their log lies in it.
-- Cost: one window and its slots each, by the keys.
SELECT calls, logged_count, logged_in_window, logged_from_ms,
       started_at >= coalesce(%(started_at)s::timestamptz, '-infinity')
       AND ended_at <= coalesce(%(ended_at)s::timestamptz, 'infinity') AS is_whole,
       p50_ms, p95_ms, p99_ms
FROM statement_delta AS window_of
CROSS JOIN LATERAL (
    SELECT coalesce(sum(sample_count), 0)::bigint AS logged_in_window,
           coalesce(sum(sample_count) FILTER (
               WHERE greatest(slot_at, started_at)
                     >= coalesce(%(started_at)s::timestamptz, '-infinity')
                 AND greatest(slot_at, started_at)
                     < coalesce(%(ended_at)s::timestamptz, 'infinity')
           ), 0)::bigint AS logged_count
    FROM statement_duration AS slot
    WHERE slot.target_id = window_of.target_id
      AND slot.fingerprint = window_of.fingerprint
      AND slot.ended_at = window_of.ended_at AND slot.started_at = window_of.started_at
      AND slot_at > window_of.started_at - interval '10 minutes'
      AND slot_at < window_of.ended_at
) AS logged
WHERE target_id = %(target_id)s AND fingerprint = %(fingerprint)s
  AND ended_at > coalesce(%(started_at)s::timestamptz, '-infinity')
  AND started_at < coalesce(%(ended_at)s::timestamptz, 'infinity')
ORDER BY ended_at, started_at
