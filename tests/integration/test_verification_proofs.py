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
            "SELECT DISTINCT id, a FROM t",
            "SELECT id, a FROM t",
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
