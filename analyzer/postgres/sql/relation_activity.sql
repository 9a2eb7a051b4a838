-- Returns: cumulative counters of the relations asked for, since the last reset.
-- Needs: CONNECT only. Costs: one look-up in the statistics system per relation.
SELECT relid::bigint AS relation_oid,
       COALESCE(seq_scan, 0) AS seq_scan,
       COALESCE(idx_scan, 0) AS idx_scan,
       n_tup_ins, n_tup_upd, n_tup_hot_upd, n_tup_del,
       n_live_tup, n_dead_tup, n_mod_since_analyze,
       GREATEST(last_analyze, last_autoanalyze) AS last_analyzed_at,
       GREATEST(last_vacuum, last_autovacuum) AS last_vacuumed_at
  FROM pg_stat_all_tables
 WHERE relid = ANY (%(oids)s::oid[])
