"""Which equivalences are proved, and by what."""

from __future__ import annotations

import pytest

from analyzer.domain.equivalence import (
    CheckedSchema,
    CheckOptions,
    ConditionKind,
    Derivation,
    DerivationStep,
    Level,
    Outcome,
    RuleCondition,
)
from analyzer.domain.index import RelationName
from analyzer.verification.equivalence import EquivalenceChecker

pytestmark = pytest.mark.integration

T = CheckedSchema(ddl="CREATE TABLE t (id int PRIMARY KEY, a int, s text)")


def test_an_equal_plan_is_a_proof_and_the_strongest(
    checker: EquivalenceChecker,
) -> None:
    verdict = checker.check(
        T,
        "SELECT a FROM t WHERE a BETWEEN 1 AND 2",
        "SELECT y.a FROM t AS y WHERE y.a >= 1 AND y.a <= 2",
        options=CheckOptions(databases=60),
    )
    assert verdict.level is Level.PLANNER_EQUAL
    assert Level.Z3_PROVED in [level for level, _ in verdict.proofs]
    assert verdict.coverage.databases == 60


def test_plans_that_look_alike_prove_nothing(checker: EquivalenceChecker) -> None:
    for before, after in (
        (
            "SELECT id FROM t ORDER BY id LIMIT 2",
            "SELECT id FROM t ORDER BY id LIMIT 3",
        ),
        (
            "SELECT DISTINCT ON (a) a, s FROM t ORDER BY a, s, id",
            "SELECT DISTINCT ON (a, s) a, s FROM t ORDER BY a, s, id",
        ),
    ):
        assert checker.check(T, before, after).outcome is Outcome.REFUTED


def test_a_derivation_counts_only_while_its_conditions_hold(
    checker: EquivalenceChecker,
) -> None:
    table = RelationName("public", "t")

    def level(kind: ConditionKind, *columns: str) -> Level:
        condition = RuleCondition(kind=kind, relation=table, columns=columns)
        step = DerivationStep(rule="distinct_on_key", conditions=(condition,))
        verdict = checker.check(
            T,
            "SELECT DISTINCT id + 0 AS id, a FROM t",
            "SELECT id + 0 AS id, a FROM t",
            derivation=Derivation(steps=(step,)),
            options=CheckOptions(databases=60),
        )
        return verdict.level

    assert level(ConditionKind.UNIQUE, "id", "a") is Level.RULE_PROVED
    assert level(ConditionKind.NOT_NULL, "id") is Level.RULE_PROVED
    assert level(ConditionKind.NOT_NULL, "a") is Level.TESTED
    assert level(ConditionKind.UNIQUE, "a") is Level.TESTED
    assert level(ConditionKind.NOT_NULL) is Level.TESTED
    assert level(ConditionKind.NOT_NULL, "nowhere") is Level.TESTED


K = CheckedSchema(
    ddl="CREATE TABLE t (id int PRIMARY KEY, a int, b int NOT NULL, UNIQUE (a),"
    " UNIQUE (b));"
    "CREATE TABLE p (id int PRIMARY KEY, a int); CREATE TABLE c () INHERITS (p)"
)


@pytest.mark.parametrize(
    ("before", "after", "is_proved"),
    [
        ("SELECT id FROM t", "SELECT DISTINCT id FROM t", True),
        ("SELECT DISTINCT * FROM t WHERE a > 1", "SELECT * FROM t WHERE a > 1", True),
        ("SELECT x.b, x.a FROM t AS x", "SELECT DISTINCT x.b, x.a FROM t AS x", True),
        ("SELECT id FROM ONLY p", "SELECT DISTINCT id FROM ONLY p", False),
        # NULLs are many, and DISTINCT leaves one.
        ("SELECT a FROM t", "SELECT DISTINCT a FROM t", False),
        ("SELECT id FROM p", "SELECT DISTINCT id FROM p", False),
        (
            "SELECT b FROM t AS x (c, b, d)",
            "SELECT DISTINCT b FROM t AS x (c, b, d)",
            False,
        ),
        (
            "SELECT b FROM t GROUP BY ROLLUP (b), ROLLUP (b)",
            "SELECT DISTINCT b FROM t GROUP BY ROLLUP (b), ROLLUP (b)",
            False,
        ),
        (
            "SELECT id, generate_series(1, 2) / 2 AS n FROM t",
            "SELECT DISTINCT id, generate_series(1, 2) / 2 AS n FROM t",
            False,
        ),
        ("SELECT x.id FROM t x, t y", "SELECT DISTINCT x.id FROM t x, t y", False),
        (
            "WITH t AS (SELECT a AS id FROM t) SELECT id FROM t",
            "WITH t AS (SELECT a AS id FROM t) SELECT DISTINCT id FROM t",
            False,
        ),
    ],
)
def test_distinct_is_proved_away_by_a_key_alone(
    checker: EquivalenceChecker, before: str, after: str, is_proved: bool
) -> None:
    verdict = checker.check(K, before, after, options=CheckOptions(databases=200))
    assert (verdict.level is Level.RULE_PROVED) is is_proved, verdict
    if is_proved:
        assert "is a key" in verdict.reason


@pytest.mark.parametrize(
    ("before", "after", "is_one"),
    [
        ("SELECT a FROM t LIMIT 1", "SELECT x.a FROM t AS x LIMIT 1", True),
        (
            "SELECT x.id FROM t x, t y LIMIT 1",
            "SELECT y.id FROM t y, t x LIMIT 1",
            True,
        ),
        (
            "SELECT x.id FROM t x, t y LIMIT 1",
            "SELECT y.id FROM t x, t y LIMIT 1",
            False,
        ),
        ("SELECT a FROM t LIMIT 1", "SELECT a FROM t FETCH FIRST ROW ONLY", True),
        ("SELECT a FROM t LIMIT 1", "SELECT a FROM t LIMIT 2", False),
        ("SELECT a FROM t LIMIT 1", "SELECT id AS a FROM t LIMIT 1", False),
        (
            "SELECT a FROM t ORDER BY s LIMIT 1",
            "SELECT a FROM t ORDER BY s FETCH FIRST ROW WITH TIES",
            False,
        ),
        (
            "SELECT a FROM t WHERE id > $1 LIMIT 1",
            "SELECT x.a FROM t AS x WHERE x.id > $1 LIMIT 1",
            True,
        ),
        (
            "SELECT s FROM (SELECT s FROM t LIMIT 3) AS x WHERE s = '{ALIAS a}'",
            "SELECT s FROM (SELECT s FROM t LIMIT 3) AS x WHERE s = '{ALIAS b}'",
            False,
        ),
    ],
)
def test_one_query_in_two_texts_needs_no_fixed_result(
    checker: EquivalenceChecker, before: str, after: str, is_one: bool
) -> None:
    verdict = checker.check(T, before, after, options=CheckOptions(databases=200))
    assert verdict.is_accepted is is_one, verdict
    if is_one:
        assert "reads both as one query" in verdict.reason
