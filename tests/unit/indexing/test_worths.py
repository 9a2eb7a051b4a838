"""What statements are worth, by a planner that answers as told."""

from __future__ import annotations

from types import SimpleNamespace

from analyzer.domain.workload import ParameterSet
from analyzer.errors import PlanningFailed
from analyzer.indexing.worths import PlanWorths
from tests.support.catalogs import definition


def test_a_set_that_cannot_be_planned_with_is_worth_nothing_and_is_told() -> None:
    refusal = PlanningFailed("not so", detail="SQLSTATE 42601.")
    planner = SimpleNamespace(costs_with=lambda questions: [refusal for _ in questions])
    statement = SimpleNamespace(normalized_query="SELECT 1")
    subject = SimpleNamespace(
        fingerprint="f", item=SimpleNamespace(statement=statement)
    )
    planned = SimpleNamespace(
        plan=SimpleNamespace(total_cost=100.0),
        used=frozenset(),
        parameters=ParameterSet(values=(), label="", source="", weight=1.0),
    )
    worths = PlanWorths(planner)
    worths.start(subject, [planned])
    wanted = frozenset({definition("t", "a")})
    assert worths.of([(subject, wanted)]) == [(100.0, frozenset())]
    assert worths.unplanned == {"f": "not so (SQLSTATE 42601.)"}
