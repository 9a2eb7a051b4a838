-- Statements of a target in a span, ranked, one page, each with the totals of all.
-- A window belongs to the moment it ended. Percentiles are those of the worst window.
-- Needs the span's whole days; only what lies around them is read window by window.
-- Cost: a row for each statement and day, and the windows of at most two days (30 days
-- of 1,000 statements in about 30 ms); texts and trends for the page only. What is
-- materialized is so for the first minutes of a partition, when it has no statistics.
WITH part AS NOT MATERIALIZED (
    SELECT fingerprint, day::timestamp AS moment, calls, rows, total_exec_time_ms,
           shared_blks_hit, shared_blks_read, temp_blks_written, p95_ms, p50_ms, p99_ms,
           evicted, new_life, latency_source
    FROM statement_day
    WHERE target_id = %(target_id)s
      AND day >= %(whole_from)s AND day < %(whole_until)s
    UNION ALL
    SELECT fingerprint, ended_at AT TIME ZONE 'UTC', calls, rows, total_exec_time_ms,
           shared_blks_hit, shared_blks_read, temp_blks_written, p95_ms, p50_ms, p99_ms,
           certainty = 'possibly evicted', certainty = 'new life', latency_source
    FROM statement_delta
    WHERE target_id = %(target_id)s
      AND ended_at > coalesce(%(started_at)s::timestamptz, 'infinity')
      AND ended_at < %(whole_from)s::timestamp AT TIME ZONE 'UTC'
      AND ended_at <= coalesce(%(ended_at)s::timestamptz, 'infinity')
    UNION ALL
    SELECT fingerprint, ended_at AT TIME ZONE 'UTC', calls, rows, total_exec_time_ms,
           shared_blks_hit, shared_blks_read, temp_blks_written, p95_ms, p50_ms, p99_ms,
           certainty = 'possibly evicted', certainty = 'new life', latency_source
    FROM statement_delta
    WHERE target_id = %(target_id)s
      AND ended_at >= %(whole_until)s::timestamp AT TIME ZONE 'UTC'
      AND ended_at <= coalesce(%(ended_at)s::timestamptz, '-infinity')
), sums AS MATERIALIZED (
    SELECT fingerprint, sum(calls)::bigint AS calls, sum(rows)::bigint AS rows,
           sum(total_exec_time_ms) AS total_exec_time_ms,
           sum(shared_blks_read)::bigint AS shared_blks_read,
           max(p95_ms) AS p95_ms
    FROM part
    GROUP BY fingerprint
), total AS MATERIALIZED (
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
), detail AS MATERIALIZED (
    SELECT fingerprint, sum(shared_blks_hit)::bigint AS shared_blks_hit,
           sum(temp_blks_written)::bigint AS temp_blks_written,
           bool_or(evicted) AS evicted, bool_or(new_life) AS new_life,
           (array_agg(p50_ms ORDER BY p95_ms DESC NULLS LAST, moment))[1] AS p50_ms,
           (array_agg(p99_ms ORDER BY p95_ms DESC NULLS LAST, moment))[1] AS p99_ms,
           (array_agg(latency_source ORDER BY p95_ms DESC NULLS LAST, moment))[1]
               AS latency_source
    FROM part
    WHERE fingerprint = ANY (ARRAY(SELECT fingerprint FROM page))
    GROUP BY fingerprint
), advice AS MATERIALIZED (
    SELECT fingerprint, count(*) AS open_count
    FROM recommendation JOIN recommendation_statement USING (recommendation_id)
    WHERE target_id = %(target_id)s AND is_current AND state = 'open'
      AND fingerprint = ANY (ARRAY(SELECT fingerprint FROM page))
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
       coalesce(advice.open_count, 0) AS open_recommendation_count,
       ARRAY(SELECT total_exec_time_ms FROM (
                 SELECT total_exec_time_ms, ended_at, started_at
                 FROM statement_delta AS window_of
                 WHERE window_of.target_id = %(target_id)s
                   AND window_of.fingerprint = page.fingerprint
                   AND ended_at > coalesce(%(started_at)s::timestamptz, '-infinity')
                   AND ended_at <= coalesce(%(ended_at)s::timestamptz, 'infinity')
                 ORDER BY ended_at DESC, started_at DESC LIMIT 30) AS latest
             ORDER BY ended_at, started_at) AS sparkline_ms,
       page.total_count, total.calls AS total_calls,
       total.total_exec_time_ms AS span_exec_time_ms
FROM page
CROSS JOIN total
JOIN statement USING (fingerprint)
JOIN detail USING (fingerprint)
LEFT JOIN advice USING (fingerprint)
ORDER BY place
