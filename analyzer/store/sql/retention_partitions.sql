-- Drops the days that are over, and their sums; tells how many partitions.
-- Works on a full disk.
WITH age AS (
    SELECT (now() AT TIME ZONE 'UTC' - make_interval(days => %(days)s))::date AS before
), sums AS (
    DELETE FROM statement_day USING age WHERE day < before
)
SELECT drop_partitions('statement_delta', before) +
       drop_partitions('statement_duration', before) +
       drop_partitions('snapshot_counter', before)
FROM age
