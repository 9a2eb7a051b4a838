-- When the planner chose another plan for a statement than in the scan before.
ALTER TABLE plan ADD COLUMN scanned_at timestamptz;
COMMENT ON COLUMN plan.scanned_at IS
    'When a scan last found this shape; null: only plans of submitted queries had it.';

-- From here on a signature knows the shape of conditions; older ones are not compared.
UPDATE plan SET signature = 'before 0004 ' || signature;

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
