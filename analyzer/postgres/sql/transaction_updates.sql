-- Returns: rows that this session has updated and not yet told the statistics of, and of
--     these the HOT ones: a difference of two readings is what a statement did.
-- Needs: nothing beyond CONNECT. Costs: a look at the session's own counters.
SELECT COALESCE(sum(n_tup_upd), 0)::bigint AS updated,
       COALESCE(sum(n_tup_hot_upd), 0)::bigint AS hot
  FROM pg_catalog.pg_stat_xact_user_tables
