-- Returns: when the counters were reset, and evictions since then.
-- Needs: pg_stat_statements 1.9 (PostgreSQL 14).
-- Costs: nothing.
SELECT i.stats_reset, i.dealloc FROM {info} AS i
