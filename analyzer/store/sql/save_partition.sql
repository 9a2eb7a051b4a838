-- Makes sure that a day (UTC) has its partition.
SELECT add_partition(%(parent)s::text::regclass, %(day)s)
