-- The whole first schema. Times are timestamptz; durations are milliseconds.

CREATE FUNCTION add_partition(parent regclass, day date) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    child text := format('%s_%s', parent, to_char(day, 'YYYYMMDD'));
BEGIN
    -- Looked at first: creating a partition locks the whole table against readers.
    IF to_regclass(child) IS NULL THEN
        PERFORM pg_advisory_xact_lock(hashtext('pgproof partitions'));
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS %s PARTITION OF %s'
            ' FOR VALUES FROM (%L) TO (%L)',
            child, parent, day::timestamp AT TIME ZONE 'UTC',
            (day + 1)::timestamp AT TIME ZONE 'UTC');
    END IF;
END
$$;
COMMENT ON FUNCTION add_partition IS
    'Makes sure that the day (UTC) has its partition.';

CREATE FUNCTION drop_partitions(parent regclass, before date) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    child regclass;
    dropped integer := 0;
BEGIN
    FOR child IN
        SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = parent
        AND to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD') < before
    LOOP
        EXECUTE format('DROP TABLE %s', child);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;
COMMENT ON FUNCTION drop_partitions IS
    'Drops the partitions of days before the given one; tells how many.';

CREATE TABLE target (
    target_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name <> ''),
    host text NOT NULL,
    port integer NOT NULL CHECK (port BETWEEN 1 AND 65535),
    database text NOT NULL,
    username text NOT NULL,
    password bytea NOT NULL,
    sslmode text NOT NULL,
    explain_analyze boolean NOT NULL,
    hypopg boolean NOT NULL,
    is_clone boolean NOT NULL,
    log_paths text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN target.password IS 'Encrypted; the key is not in this database.';

CREATE TABLE statement (
    fingerprint text COLLATE "C" PRIMARY KEY,
    normalized_query text NOT NULL,
    kind text NOT NULL,
    truncated boolean NOT NULL DEFAULT false
);

CREATE TABLE statement_key (
    target_id bigint NOT NULL REFERENCES target ON DELETE CASCADE,
    queryid bigint NOT NULL,
    fingerprint text COLLATE "C" NOT NULL REFERENCES statement,
    PRIMARY KEY (target_id, queryid)
);
CREATE INDEX statement_key_fingerprint ON statement_key (fingerprint, target_id);

CREATE TABLE app_user (
    user_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    role text NOT NULL CHECK (role IN ('viewer', 'developer', 'dba')),
    password_hash text NOT NULL,
    disabled boolean NOT NULL DEFAULT false,
    session_version integer NOT NULL DEFAULT 1,
    failed_logins integer NOT NULL DEFAULT 0,
    last_failed_at timestamptz,
    last_login_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX app_user_name ON app_user (lower(name));

CREATE TABLE schedule (
    schedule_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target_id bigint NOT NULL REFERENCES target ON DELETE CASCADE,
    kind text NOT NULL,
    cron text NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    payload jsonb NOT NULL DEFAULT '{}',
    last_slot_at timestamptz,
    changed_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (target_id, kind)
);
COMMENT ON COLUMN schedule.changed_at IS 'Slots before it are not made up for.';

CREATE TABLE job (
    job_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    target_id bigint REFERENCES target ON DELETE CASCADE,
    exclusive_key text,
    requested_by text NOT NULL DEFAULT '',
    schedule_id bigint REFERENCES schedule ON DELETE SET NULL,
    slot_at timestamptz,
    state text NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    attempt integer NOT NULL DEFAULT 0,
    worker text NOT NULL DEFAULT '',
    lease_until timestamptz,
    run_after timestamptz NOT NULL DEFAULT now(),
    progress_stage text NOT NULL DEFAULT '',
    progress_ratio double precision NOT NULL DEFAULT 0,
    reason text NOT NULL DEFAULT '',
    hint text NOT NULL DEFAULT '',
    enqueued_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    UNIQUE (schedule_id, slot_at),
    CHECK ((state = 'running') = (lease_until IS NOT NULL))
);
CREATE INDEX job_queued ON job (job_id) WHERE state = 'queued';
CREATE INDEX job_running ON job (lease_until) WHERE state = 'running';
CREATE UNIQUE INDEX job_exclusive ON job (exclusive_key) WHERE state = 'running';
CREATE INDEX job_target ON job (target_id, job_id);
CREATE INDEX job_finished ON job (finished_at);

CREATE TABLE scan (
    scan_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target_id bigint NOT NULL REFERENCES target ON DELETE CASCADE,
    job_id bigint UNIQUE REFERENCES job ON DELETE SET NULL,
    kind text NOT NULL,
    server_id text NOT NULL,
    database text NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    window_started_at timestamptz NOT NULL,
    window_ended_at timestamptz NOT NULL,
    planner_source text NOT NULL,
    statement_count integer NOT NULL,
    recommendation_count integer NOT NULL,
    not_seen_count integer NOT NULL,
    did_not_run_count integer NOT NULL,
    covered_time_ratio double precision NOT NULL,
    own_exec_time_ratio double precision,
    document jsonb NOT NULL
);
CREATE INDEX scan_target ON scan (target_id, scan_id);

CREATE TABLE snapshot (
    target_id bigint NOT NULL REFERENCES target ON DELETE CASCADE,
    taken_at timestamptz NOT NULL,
    server_id text NOT NULL,
    server_version_num integer NOT NULL,
    stats_reset_at timestamptz,
    dealloc bigint,
    database_names jsonb NOT NULL,
    user_names jsonb NOT NULL,
    missing_columns text[] NOT NULL,
    PRIMARY KEY (target_id, taken_at)
);

CREATE TABLE snapshot_counter (
    target_id bigint NOT NULL,
    taken_at timestamptz NOT NULL,
    dbid bigint NOT NULL,
    userid bigint NOT NULL,
    queryid bigint NOT NULL,
    toplevel boolean NOT NULL,
    calls bigint NOT NULL,
    rows bigint NOT NULL,
    plans bigint NOT NULL,
    total_plan_time_ms double precision NOT NULL,
    total_exec_time_ms double precision NOT NULL,
    min_exec_time_ms double precision NOT NULL,
    max_exec_time_ms double precision NOT NULL,
    mean_exec_time_ms double precision NOT NULL,
    stddev_exec_time_ms double precision NOT NULL,
    shared_blks_hit bigint NOT NULL,
    shared_blks_read bigint NOT NULL,
    shared_blks_dirtied bigint NOT NULL,
    shared_blks_written bigint NOT NULL,
    temp_blks_read bigint NOT NULL,
    temp_blks_written bigint NOT NULL,
    shared_blk_read_time_ms double precision NOT NULL,
    shared_blk_write_time_ms double precision NOT NULL,
    wal_bytes bigint NOT NULL,
    stats_since timestamptz,
    PRIMARY KEY (target_id, taken_at, dbid, userid, queryid, toplevel),
    FOREIGN KEY (target_id, taken_at) REFERENCES snapshot ON DELETE CASCADE
) PARTITION BY RANGE (taken_at);

CREATE TABLE statement_delta (
    target_id bigint NOT NULL REFERENCES target ON DELETE CASCADE,
    ended_at timestamptz NOT NULL,
    started_at timestamptz NOT NULL,
    calls bigint NOT NULL,
    rows bigint NOT NULL,
    total_exec_time_ms double precision NOT NULL,
    shared_blks_read bigint NOT NULL,
    fingerprint text COLLATE "C" NOT NULL,
    p95_ms double precision,
    p50_ms double precision,
    p99_ms double precision,
    latency_max_ms double precision,
    latency_sample_count bigint,
    latency_source text NOT NULL,
    certainty text NOT NULL,
    databases text[] NOT NULL,
    plans bigint NOT NULL,
    total_plan_time_ms double precision NOT NULL,
    min_exec_time_ms double precision NOT NULL,
    max_exec_time_ms double precision NOT NULL,
    mean_exec_time_ms double precision NOT NULL,
    stddev_exec_time_ms double precision NOT NULL,
    shared_blks_hit bigint NOT NULL,
    shared_blks_dirtied bigint NOT NULL,
    shared_blks_written bigint NOT NULL,
    temp_blks_read bigint NOT NULL,
    temp_blks_written bigint NOT NULL,
    shared_blk_read_time_ms double precision NOT NULL,
    shared_blk_write_time_ms double precision NOT NULL,
    wal_bytes bigint NOT NULL,
    logged_from_ms double precision,
    PRIMARY KEY (target_id, fingerprint, ended_at, started_at)
) PARTITION BY RANGE (ended_at);
COMMENT ON COLUMN statement_delta.logged_from_ms IS
    'Every call of the window that took at least so long was logged; null: not known.';
COMMENT ON TABLE statement_delta IS
    'What a statement added in one window; the natural key makes writing repeatable. '
    'Columns that lists add up come first: the later a column, the dearer to read.';
CREATE INDEX statement_delta_window ON statement_delta (target_id, ended_at);

CREATE TABLE statement_duration (
    target_id bigint NOT NULL REFERENCES target ON DELETE CASCADE,
    fingerprint text COLLATE "C" NOT NULL,
    slot_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    started_at timestamptz NOT NULL,
    total_ms double precision NOT NULL,
    min_ms double precision NOT NULL,
    max_ms double precision NOT NULL,
    sample_count bigint NOT NULL,
    buckets smallint[] NOT NULL,
    counts bigint[] NOT NULL,
    PRIMARY KEY (target_id, fingerprint, slot_at, ended_at, started_at)
) PARTITION BY RANGE (slot_at);
COMMENT ON TABLE statement_duration IS
    'Histograms of ten minutes, one for each window that reaches into them: like the '
    'window itself they can be written again. Buckets as in workload/duration_sketch.';

CREATE TABLE statement_day (
    target_id bigint NOT NULL REFERENCES target ON DELETE CASCADE,
    day date NOT NULL,
    fingerprint text COLLATE "C" NOT NULL,
    calls bigint NOT NULL,
    rows bigint NOT NULL,
    total_exec_time_ms double precision NOT NULL,
    shared_blks_hit bigint NOT NULL,
    shared_blks_read bigint NOT NULL,
    temp_blks_written bigint NOT NULL,
    p95_ms double precision,
    p50_ms double precision,
    p99_ms double precision,
    evicted boolean NOT NULL,
    new_life boolean NOT NULL,
    latency_source text NOT NULL,
    PRIMARY KEY (target_id, fingerprint, day)
) WITH (fillfactor = 70);
COMMENT ON TABLE statement_day IS
    'Windows of statement_delta that ended on that day (UTC), added up; percentiles '
    'are those of the worst window. Never added to, always summed anew.';
CREATE INDEX statement_day_span ON statement_day (target_id, day);

CREATE TABLE worker_heartbeat (
    name text COLLATE "C" PRIMARY KEY,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL
);
COMMENT ON TABLE worker_heartbeat IS
    'The workers that are up; one that was not seen for long is gone.';

CREATE TABLE plan (
    plan_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target_id bigint NOT NULL REFERENCES target ON DELETE CASCADE,
    fingerprint text COLLATE "C" NOT NULL,
    signature text NOT NULL,
    is_measured boolean NOT NULL,
    source text NOT NULL,
    generic boolean NOT NULL,
    total_cost double precision NOT NULL,
    execution_time_ms double precision,
    first_seen_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    document jsonb NOT NULL,
    scanned_at timestamptz,
    UNIQUE (target_id, fingerprint, signature, is_measured)
);
COMMENT ON COLUMN plan.scanned_at IS
    'When a scan last found this shape; null: only plans of submitted queries had it.';

CREATE TABLE plan_flip (
    plan_flip_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target_id bigint NOT NULL REFERENCES target ON DELETE CASCADE,
    fingerprint text COLLATE "C" NOT NULL,
    before_plan_id bigint NOT NULL REFERENCES plan ON DELETE CASCADE,
    after_plan_id bigint NOT NULL REFERENCES plan ON DELETE CASCADE,
    noticed_at timestamptz NOT NULL,
    cost_before double precision NOT NULL,
    cost_after double precision NOT NULL,
    UNIQUE (after_plan_id, noticed_at)
);
COMMENT ON TABLE plan_flip IS
    'Costs are of the two moments; the plans themselves are the last of their shape.';
CREATE INDEX plan_flip_of_statement ON plan_flip (target_id, fingerprint, noticed_at);
CREATE INDEX plan_flip_before ON plan_flip (before_plan_id);

CREATE TABLE recommendation (
    recommendation_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target_id bigint NOT NULL REFERENCES target ON DELETE CASCADE,
    identity text NOT NULL,
    advisor text NOT NULL,
    title text NOT NULL,
    action_kind text NOT NULL,
    basis text NOT NULL,
    impact_ratio double precision NOT NULL,
    state text NOT NULL DEFAULT 'open'
        CHECK (state IN ('open', 'accepted', 'dismissed', 'applied')),
    is_current boolean NOT NULL,
    first_seen_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    first_scan_id bigint REFERENCES scan ON DELETE SET NULL,
    last_scan_id bigint REFERENCES scan ON DELETE SET NULL,
    document jsonb NOT NULL,
    verdict text NOT NULL DEFAULT ''
        CHECK (verdict IN ('', 'confirmed', 'refuted', 'inconclusive')),
    UNIQUE (target_id, identity)
);
CREATE INDEX recommendation_rank ON recommendation (state, is_current, impact_ratio);
CREATE INDEX recommendation_first_scan ON recommendation (first_scan_id);
CREATE INDEX recommendation_last_scan ON recommendation (last_scan_id);

CREATE TABLE recommendation_statement (
    recommendation_id bigint NOT NULL REFERENCES recommendation ON DELETE CASCADE,
    fingerprint text COLLATE "C" NOT NULL,
    exec_time_ratio double precision NOT NULL,
    PRIMARY KEY (recommendation_id, fingerprint)
);
CREATE INDEX recommendation_statement_fingerprint
    ON recommendation_statement (fingerprint);

CREATE TABLE recommendation_event (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recommendation_id bigint NOT NULL REFERENCES recommendation ON DELETE CASCADE,
    happened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    user_name text NOT NULL DEFAULT '',
    what text NOT NULL,
    from_state text NOT NULL DEFAULT '',
    to_state text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT ''
);
CREATE INDEX recommendation_event_of ON recommendation_event (recommendation_id);

CREATE TABLE verification (
    verification_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recommendation_id bigint NOT NULL REFERENCES recommendation ON DELETE CASCADE,
    verified_at timestamptz NOT NULL,
    ground text NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('confirmed', 'refuted', 'inconclusive')),
    saved_ratio double precision,
    document jsonb NOT NULL
);
CREATE INDEX verification_of ON verification (recommendation_id, verified_at);

CREATE TABLE audit (
    audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    happened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    user_name text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    detail jsonb NOT NULL
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail can only be added to';
END
$$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
