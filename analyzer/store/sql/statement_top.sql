-- Statements of a target in a span, ranked, one page, each with the totals of all.
-- A window belongs to the moment it ended. Percentiles are those of the worst window.
-- Cost: one pass over the target's windows in the span (100,000 in about 50 ms).
WITH sums AS MATERIALIZED (
    SELECT fingerprint, sum(calls)::bigint AS calls, sum(rows)::bigint AS rows,
           sum(total_exec_time_ms) AS total_exec_time_ms,
           sum(shared_blks_read)::bigint AS shared_blks_read,
           max(p95_ms) AS p95_ms
    FROM statement_delta
    WHERE target_id = %(target_id)s
      AND ended_at > coalesce(%(started_at)s::timestamptz, '-infinity')
      AND ended_at <= coalesce(%(ended_at)s::timestamptz, 'infinity')
    GROUP BY fingerprint
), total AS (
    SELECT coalesce(sum(total_exec_time_ms), 0) AS total_exec_time_ms,
           coalesce(sum(calls), 0)::bigint AS calls
    FROM sums
), fitting AS (
    SELECT sums.*, count(*) OVER () AS total_count
    FROM sums
    WHERE %(search)s::text = '' OR EXISTS (
        SELECT FROM statement
        WHERE statement.fingerprint = sums.fingerprint
          AND (strpos(lower(normalized_query), lower(%(search)s)) > 0
               OR statement.fingerprint = lower(%(search)s)))
), page AS MATERIALIZED (
    SELECT *, row_number() OVER (ORDER BY (CASE %(sort)s::text
        WHEN 'calls' THEN calls
        WHEN 'mean_time' THEN total_exec_time_ms / greatest(calls, 1)
        WHEN 'rows' THEN rows
        WHEN 'blocks_read' THEN shared_blks_read
        WHEN 'p95' THEN coalesce(p95_ms, -1)
        ELSE total_exec_time_ms END)
        * CASE WHEN %(descending)s THEN -1 ELSE 1 END, fingerprint) AS place
    FROM fitting
    ORDER BY place
    LIMIT %(limit)s OFFSET %(offset)s
), detail AS (
    SELECT fingerprint, sum(shared_blks_hit)::bigint AS shared_blks_hit,
           sum(temp_blks_written)::bigint AS temp_blks_written,
           bool_or(certainty = 'possibly evicted') AS evicted,
           bool_or(certainty = 'new life') AS new_life,
           array_agg(total_exec_time_ms ORDER BY ended_at) AS windows_ms,
           (array_agg(p50_ms ORDER BY p95_ms DESC NULLS LAST, ended_at))[1] AS p50_ms,
           (array_agg(p99_ms ORDER BY p95_ms DESC NULLS LAST, ended_at))[1] AS p99_ms,
           (array_agg(latency_source ORDER BY p95_ms DESC NULLS LAST, ended_at))[1]
               AS latency_source
    FROM statement_delta
    WHERE target_id = %(target_id)s
      AND fingerprint = ANY (ARRAY(SELECT fingerprint FROM page))
      AND ended_at > coalesce(%(started_at)s::timestamptz, '-infinity')
      AND ended_at <= coalesce(%(ended_at)s::timestamptz, 'infinity')
    GROUP BY fingerprint
)
SELECT page.fingerprint, left(normalized_query, 300) AS query, kind,
       page.calls, page.rows, page.total_exec_time_ms,
       page.total_exec_time_ms / greatest(page.calls, 1) AS mean_exec_time_ms,
       coalesce(page.total_exec_time_ms / nullif(total.total_exec_time_ms, 0), 0)
           AS exec_time_ratio,
       detail.shared_blks_hit, page.shared_blks_read, detail.temp_blks_written,
       detail.p50_ms, page.p95_ms, detail.p99_ms, detail.latency_source,
       CASE WHEN detail.evicted THEN 'possibly evicted'
            WHEN detail.new_life THEN 'new life' ELSE 'exact' END AS certainty,
       (SELECT count(*) FROM recommendation_statement AS affected
        JOIN recommendation USING (recommendation_id)
        WHERE affected.fingerprint = page.fingerprint
          AND recommendation.target_id = %(target_id)s
          AND is_current AND state = 'open') AS open_recommendation_count,
       windows_ms[greatest(cardinality(windows_ms) - 29, 1):] AS sparkline_ms,
       page.total_count, total.calls AS total_calls,
       total.total_exec_time_ms AS span_exec_time_ms
FROM page
CROSS JOIN total
JOIN statement USING (fingerprint)
JOIN detail USING (fingerprint)
ORDER BY place
