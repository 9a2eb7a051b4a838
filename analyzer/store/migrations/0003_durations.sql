-- Durations of logged executions by slots of time, so that any span can be added up.
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

ALTER TABLE statement_delta ADD COLUMN logged_from_ms double precision;
COMMENT ON COLUMN statement_delta.logged_from_ms IS
    'Every call of the window that took at least so long was logged; null: not known.';
