"""Verdicts on statements that write, and on rows that constraints and policies rule."""

from __future__ import annotations

import pytest

from analyzer.domain.equivalence import (
    CheckedSchema,
    CheckOptions,
    Outcome,
)
from analyzer.verification.equivalence import EquivalenceChecker

pytestmark = pytest.mark.integration

W = CheckedSchema(
    ddl="CREATE TABLE t (id int PRIMARY KEY, a int, s text);"
    "CREATE TABLE u (b int, t_id int REFERENCES t ON DELETE CASCADE);"
    "CREATE TABLE w (id serial, x int);"
    "CREATE TABLE v (id int, a int);"
    "CREATE TABLE d (id int, s text DEFAULT 'none');"
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN NEW.a := 7; RETURN NEW; END $$;"
    "CREATE TRIGGER g BEFORE UPDATE ON v FOR EACH ROW EXECUTE FUNCTION f()"
)


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        (
            "DELETE FROM u WHERE b IN (SELECT id FROM t)",
            "DELETE FROM u USING t WHERE t.id = u.b",
            Outcome.EQUIVALENT,
        ),
        (
            "DELETE FROM u WHERE b NOT IN (SELECT a FROM t) RETURNING b",
            "DELETE FROM u WHERE NOT EXISTS (SELECT 1 FROM t WHERE a = b) RETURNING b",
            Outcome.REFUTED,
        ),
        (
            "UPDATE t SET a = (SELECT max(b) FROM u WHERE t_id = id)",
            "UPDATE t SET a = m FROM (SELECT t_id, max(b) AS m FROM u GROUP BY t_id) x"
            " WHERE t_id = id",
            Outcome.REFUTED,
        ),
        (
            "DELETE FROM t WHERE a = 5",
            "DELETE FROM t WHERE a = 5 AND NOT EXISTS (SELECT FROM u WHERE t_id = id)",
            Outcome.REFUTED,
        ),
        (
            "UPDATE t SET a = 3 WHERE id = $1",
            "UPDATE t SET a = 3 WHERE id = $1 AND a IS DISTINCT FROM 3",
            Outcome.REFUTED,
        ),
        (
            "INSERT INTO u (b) SELECT DISTINCT id FROM t",
            "INSERT INTO u (b) SELECT id FROM t",
            Outcome.EQUIVALENT,
        ),
        (
            "UPDATE t SET a = b FROM u",
            "UPDATE t SET a = b FROM u WHERE true",
            Outcome.REFUSED,
        ),
        # One statement in two texts, though which row of u is taken is open.
        (
            "UPDATE t SET a = b FROM u",
            "UPDATE t SET a = u.b FROM u",
            Outcome.EQUIVALENT,
        ),
        (
            "INSERT INTO w (x) SELECT a FROM t",
            "INSERT INTO w (x) SELECT a FROM t WHERE true",
            Outcome.REFUSED,
        ),
        (
            "MERGE INTO t USING (SELECT DISTINCT b FROM u) x ON b = id"
            " WHEN MATCHED THEN DELETE",
            "DELETE FROM t WHERE id IN (SELECT b FROM u)",
            Outcome.EQUIVALENT,
        ),
        (
            "MERGE INTO t USING u ON b = id WHEN MATCHED THEN DELETE",
            "DELETE FROM t WHERE id IN (SELECT b FROM u WHERE t_id = 1)",
            Outcome.REFUTED,
        ),
        (
            "UPDATE v SET a = 1 WHERE id = 1",
            "UPDATE v SET a = 1 WHERE id IN (1)",
            Outcome.REFUSED,
        ),
        (
            "INSERT INTO d (id) SELECT id FROM t",
            "INSERT INTO d (id, s) SELECT id, 'none' FROM t",
            Outcome.EQUIVALENT,
        ),
        (
            "WITH g AS (DELETE FROM t RETURNING id) DELETE FROM u",
            "DELETE FROM u",
            Outcome.REFUSED,
        ),
    ],
)
def test_writes_are_compared_by_what_they_leave(
    checker: EquivalenceChecker, before: str, after: str, outcome: Outcome
) -> None:
    verdict = checker.check(W, before, after, options=CheckOptions(databases=400))
    assert verdict.outcome is outcome, verdict
    if verdict.counterexample:
        assert verdict.counterexample.before != verdict.counterexample.after


def test_inserts_tell_a_null_from_a_default(checker: EquivalenceChecker) -> None:
    found = checker.check(
        W,
        "SELECT id FROM d WHERE s <> 'x'",
        "SELECT id FROM d WHERE s IS DISTINCT FROM 'x'",
    ).counterexample
    assert found is not None
    assert found.inserts[0].endswith("NULL)")


def test_a_foreign_key_promises_nothing_where_rows_are_hidden(
    checker: EquivalenceChecker,
) -> None:
    schema = (
        "CREATE TABLE p (id int PRIMARY KEY);"
        "CREATE TABLE c (id int, p_id int NOT NULL REFERENCES p);"
    )
    pair = ("SELECT c.id FROM c JOIN p ON p.id = p_id", "SELECT id FROM c")
    assert checker.check(CheckedSchema(ddl=schema), *pair).is_accepted
    hidden = schema + "ALTER TABLE p ENABLE ROW LEVEL SECURITY"
    verdict = checker.check(CheckedSchema(ddl=hidden), *pair)
    assert verdict.outcome is Outcome.REFUTED
    assert any("row-level security" in caveat for caveat in verdict.caveats)
