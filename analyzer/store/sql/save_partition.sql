-- Makes sure that the day of a moment has its partition.
SELECT add_partition(%(parent)s::text::regclass,
                     (%(moment)s::timestamptz AT TIME ZONE 'UTC')::date)
