-- Measured proofs of recommendations: each with its environment, the latest one counts.
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

ALTER TABLE recommendation ADD COLUMN verdict text NOT NULL DEFAULT ''
    CHECK (verdict IN ('', 'confirmed', 'refuted', 'inconclusive'));
