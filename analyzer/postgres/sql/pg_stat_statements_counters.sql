-- Returns: the counters of all entries, without texts; columns are put in by name.
-- Needs: USAGE on the extension's schema; pg_read_all_stats for entries of others.
-- Costs: a walk through shared memory; the text file is not read.
SELECT {columns} FROM {statements}(false) AS s
