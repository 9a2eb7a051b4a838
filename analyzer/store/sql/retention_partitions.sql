-- Drops the partitions whose days are over; tells how many. Works on a full disk.
SELECT drop_partitions('statement_delta', before) +
       drop_partitions('snapshot_counter', before)
FROM (SELECT (now() - make_interval(days => %(days)s))::date) AS age (before)
