"""What statements are worth, by a planner that answers as told."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from analyzer.domain.workload import ParameterSet
from analyzer.errors import PlanningFailed
from analyzer.indexing.benefit import Subject
from analyzer.indexing.worths import PlanWorths
from tests.support.catalogs import definition
from tests.support.workloads import run


@pytest.mark.parametrize(
    ("keys", "method", "may_skip", "concerned"),
    [
        (("a", "b"), "btree", True, True),
        # Read whole as well, but its cost would be that of a skip scan.
        (("a", "b"), "btree", False, False),
        (("b", "a"), "btree", False, True),
        (("a", "b"), "gin", False, True),
        # Nothing to search by: read whole on any server.
        (("a",), "btree", False, True),
    ],
)
def test_a_later_column_alone_is_searched_by_servers_with_skip_scans(
    keys: tuple[str, ...], method: str, may_skip: bool, concerned: bool
) -> None:
    index = replace(definition("t", *keys), method=method)
    read = frozenset({"a"}) if keys == ("a",) else frozenset({"b"})
    subject = Subject(
        item=run("SELECT 1"),
        leading={index.relation: frozenset({"b"})},
        read={index.relation: (read,)},
        may_skip=may_skip,
    )
    assert subject.concerns(index) is concerned


def test_a_set_that_cannot_be_planned_with_is_worth_nothing_and_is_told() -> None:
    refusal = PlanningFailed("not so", detail="SQLSTATE 42601.")
    planner = SimpleNamespace(costs_with=lambda questions: [refusal for _ in questions])
    subject = SimpleNamespace(
        fingerprint="f", item=SimpleNamespace(planned_query="SELECT 1")
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
