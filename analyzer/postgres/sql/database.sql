-- Returns: one row about the server and the database we are connected to.
-- Needs: CONNECT only. Costs: a few milliseconds, no locks.
SELECT current_setting('server_version_num')::int AS server_version_num,
       (SELECT system_identifier::text FROM pg_control_system()) AS server_id,
       current_database()::text AS database,
       clock_timestamp() AS read_at,
       pg_is_in_recovery() AS is_replica,
       current_setting('block_size')::int AS block_size,
       pg_encoding_to_char(d.encoding)::text AS encoding,
       d.datcollate::text AS lc_collate,
       d.datctype::text AS lc_ctype,
       COALESCE(to_jsonb(d) ->> 'datlocprovider', 'c') AS locale_provider,
       COALESCE(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale', '')
           AS locale,
       s.stats_reset AS stats_reset_at,
       (SELECT count(*) FROM pg_stat_replication)::int AS replica_count
  FROM pg_database AS d
       LEFT JOIN pg_stat_database AS s ON s.datid = d.oid
 WHERE d.datname = current_database()
