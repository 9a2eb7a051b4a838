"""Which chains of rules a search offers; rules and costs are given by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from analyzer.rewriting.protocol import Found, Rule, Setting, Subject
from analyzer.rewriting.search import Searcher
from analyzer.statements.ddl import catalog_from_ddl
from tests.support.recorded_planner import RecordedPlanner

CATALOG = catalog_from_ddl("CREATE TABLE t (id bigint PRIMARY KEY);", {"t": 1_000_000})
TEXTS = ("SELECT 0 FROM t", "SELECT 1 FROM t", "SELECT 2 FROM t")


class ByText(RecordedPlanner):
    """Each text has a cost, and a plan that looks like no other."""

    def __init__(self, costs: dict[str, float]) -> None:
        super().__init__(lambda query, values, create, hidden: (costs[query], []))

    def plan_with(self, query, parameters=(), *, create=(), hide=()):
        plan = super().plan_with(query, parameters, create=create, hide=hide)
        return replace(plan, root=replace(plan.root, node_type=query))


def step(slug: str, before: str, after: str, *, is_hidden: bool = False) -> Rule:
    def find(given: Subject) -> Iterator[Found]:
        if given.query == before:
            yield Found(what=slug, query=after)

    return Rule(slug=slug, doc="", find=find, is_hidden=is_hidden)


def chains(costs: tuple[float, ...], *, is_hidden: bool = False) -> list[list[str]]:
    rules = (
        step("one", TEXTS[0], TEXTS[1]),
        step("two", TEXTS[1], TEXTS[2], is_hidden=is_hidden),
    )
    planner = ByText(dict(zip(TEXTS, costs, strict=True)))
    found = Searcher(Setting(catalog=CATALOG), rules, planner).search(TEXTS[0], ())
    return [[step.rule for step in item.steps] for item in found.paying]


@pytest.mark.parametrize(
    ("costs", "wanted"),
    [
        ((9000.0, 500.0, 100.0), [["one", "two"], ["one"]]),
        ((9000.0, 500.0, 500.0), [["one"]]),
        ((9000.0, 500.0, 600.0), [["one"]]),
        ((9000.0, 9000.0, 500.0), [["one", "two"]]),
    ],
)
def test_every_step_has_to_bring_something(costs, wanted) -> None:
    assert chains(costs) == wanted


def test_a_gain_that_costs_cannot_show_is_not_asked_for() -> None:
    assert chains((9000.0, 500.0, 500.0), is_hidden=True) == [["one"], ["one", "two"]]
