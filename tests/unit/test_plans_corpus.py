"""Recorded plans with a planted cause have it first; good plans have no findings.

They were recorded on PostgreSQL 18 and 15 by ``python -m tests.support.plan_corpus``.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.domain.plan import PlanNode
from analyzer.plans.findings import findings, findings_or_expected
from analyzer.plans.measure import measure
from analyzer.plans.read_any import read_any_plan
from tests.support.plan_corpus import SETS, VERSIONS, PlannedCase, cases, recorded

PLANS = {(of, v): recorded(v, of) for of in SETS for v in VERSIONS}


def _each(kind: str) -> list[object]:
    return [
        pytest.param(case, PLANS[of, version][case.name], id=f"{case.name}-{version}")
        for of in SETS
        for case in cases(kind, of)
        for version in VERSIONS
        if case.only in ("", version)
    ]


@pytest.mark.parametrize(("case", "text"), _each("planted"))
def test_a_planted_cause_is_named_first(case: PlannedCase, text: str) -> None:
    first = findings(read_any_plan(text, source="recorded"))[0]
    assert first.rule == case.rule
    assert case.words in first.remedy
    assert first.basis == "measured"
    assert 0.1 <= first.lost_ratio <= 1


@pytest.mark.parametrize(("case", "text"), _each("good"))
def test_a_good_plan_has_no_findings(case: PlannedCase, text: str) -> None:
    assert findings(read_any_plan(text, source="recorded")) == (), case.statement


@pytest.mark.parametrize(("case", "text"), _each("good"))
def test_a_good_plan_that_was_not_run_has_none_either(
    case: PlannedCase, text: str
) -> None:
    plan = read_any_plan(text, source="recorded")
    plan = replace(plan, root=_not_run(plan.root), execution_time_ms=None)
    guessed = {"misestimate_harmless_sum"}
    """Half a percent is guessed of what are a seventh of the rows."""
    assert case.name in guessed or findings_or_expected(plan) == (), case.statement


def _not_run(node: PlanNode) -> PlanNode:
    below = tuple(map(_not_run, node.children))
    return replace(node, actual_rows=None, loops=None, children=below)


@pytest.mark.parametrize(("of", "version"), PLANS)
def test_own_times_of_recorded_plans_add_up_to_the_root(of: str, version: str) -> None:
    for name, text in PLANS[of, version].items():
        items = measure(read_any_plan(text, source="recorded"))
        if items[0].total_time_ms is None:
            continue
        own_ms = sum(item.own_time_ms or 0.0 for item in items)
        assert own_ms == pytest.approx(items[0].total_time_ms), name
