-- Returns: one row about the server and how far this session may go on it.
-- Needs: CONNECT only; settings that only some roles see come as NULL.
-- Costs: a few milliseconds, no locks.
SELECT
    to_char(pg_postmaster_start_time() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
        AS started_at,
    pg_database_size(current_database()) AS size_bytes,
    (SELECT role.rolconnlimit FROM pg_roles AS role WHERE role.rolname = session_user)
        AS connection_limit,
    (
        SELECT coalesce(json_object_agg(setting.name, setting.setting), '{}')
        FROM pg_settings AS setting
        WHERE setting.name = ANY (
            ARRAY[
                'auto_explain.log_format', 'auto_explain.log_min_duration',
                'compute_query_id', 'event_triggers', 'log_destination', 'log_line_prefix',
                'log_lock_waits', 'log_min_duration_sample', 'log_min_duration_statement',
                'log_parameter_max_length', 'logging_collector',
                'pg_stat_statements.max', 'pg_stat_statements.track',
                'session_preload_libraries', 'shared_preload_libraries',
                'standard_conforming_strings', 'temp_file_limit', 'track_io_timing'
            ]
        )
    ) AS settings,
    -- Since PostgreSQL 17.
    (
        SELECT coalesce(array_agg(made.evtname::text ORDER BY made.evtname), '{}')
        FROM pg_event_trigger AS made
        WHERE made.evtevent = 'login' AND made.evtenabled <> 'D'
    ) AS login_triggers,
    (
        SELECT count(*)::int
        FROM pg_class AS relation
        WHERE relation.relkind IN ('r', 'm')
            AND relation.reltuples < 0
            AND relation.relnamespace NOT IN (
                SELECT space.oid
                FROM pg_namespace AS space
                WHERE space.nspname IN ('pg_catalog', 'information_schema', 'pg_toast')
            )
    ) AS never_analyzed_count
