-- One statement of a target, summed over all windows kept.
-- Seen by a submission only, it has no window: then its counters are zero.
SELECT statement.fingerprint, normalized_query, kind, truncated,
       ARRAY(SELECT queryid FROM statement_key
             WHERE statement_key.fingerprint = statement.fingerprint
               AND target_id = %(target_id)s ORDER BY queryid) AS queryids,
       databases, first_seen_at, last_seen_at, calls, rows, total_exec_time_ms,
       total_exec_time_ms / greatest(calls, 1) AS mean_exec_time_ms,
       min_exec_time_ms, max_exec_time_ms
FROM statement
CROSS JOIN LATERAL (
    SELECT min(started_at) AS first_seen_at, max(ended_at) AS last_seen_at,
           coalesce(sum(calls), 0)::bigint AS calls,
           coalesce(sum(rows), 0)::bigint AS rows,
           coalesce(sum(total_exec_time_ms), 0) AS total_exec_time_ms,
           coalesce(min(min_exec_time_ms), 0) AS min_exec_time_ms,
           coalesce(max(max_exec_time_ms), 0) AS max_exec_time_ms,
           (SELECT coalesce(array_agg(DISTINCT name ORDER BY name), '{}')
            FROM statement_delta AS seen, unnest(databases) AS name
            WHERE seen.target_id = %(target_id)s
              AND seen.fingerprint = %(fingerprint)s) AS databases
    FROM statement_delta
    WHERE target_id = %(target_id)s AND fingerprint = statement.fingerprint
) AS sums
WHERE fingerprint = %(fingerprint)s
  AND (last_seen_at IS NOT NULL OR EXISTS (
       SELECT FROM plan WHERE target_id = %(target_id)s
          AND plan.fingerprint = %(fingerprint)s))
