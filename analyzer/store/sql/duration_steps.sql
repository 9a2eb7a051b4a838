-- Logged durations of a statement in a span, added up over equal steps, oldest first.
-- A slot counts by the moment it, or its window, began.
-- Cost: the slots of the span by the key, with some dozen buckets each.
WITH part AS (
    SELECT date_bin(%(step)s, slot_at, timestamptz '1970-01-01 00:00:00+00') AS step_at,
           total_ms, min_ms, max_ms, buckets, counts
    FROM statement_duration
    WHERE target_id = %(target_id)s AND fingerprint = %(fingerprint)s
      AND slot_at > coalesce(%(started_at)s::timestamptz, '-infinity')
                    - interval '10 minutes'
      AND greatest(slot_at, started_at)
          >= coalesce(%(started_at)s::timestamptz, '-infinity')
      AND greatest(slot_at, started_at)
          < coalesce(%(ended_at)s::timestamptz, 'infinity')
), sums AS (
    SELECT step_at, sum(total_ms) AS total_ms, min(min_ms) AS min_ms,
           max(max_ms) AS max_ms
    FROM part GROUP BY step_at
), counted AS (
    SELECT step_at, bucket, sum(count)::bigint AS count
    FROM part, unnest(buckets, counts) AS of_slot (bucket, count)
    GROUP BY step_at, bucket
)
SELECT step_at, total_ms, min_ms, max_ms,
       array_agg(bucket ORDER BY bucket) AS buckets,
       array_agg(count ORDER BY bucket) AS counts
FROM sums JOIN counted USING (step_at)
GROUP BY step_at, total_ms, min_ms, max_ms
ORDER BY step_at
