"""When a server goes over to a generic plan, and when that is worth a finding."""

from __future__ import annotations

import pytest

from analyzer.domain.plan import Plan, PlanNode
from analyzer.plans.generic_choice import generic_finding, is_taken, settings_of


def plan(cost: float, kind: str = "Seq Scan") -> Plan:
    node = PlanNode(
        node_type=kind, startup_cost=0, total_cost=cost, plan_rows=1, relation="t"
    )
    return Plan(root=node, source="shadow")


def test_planning_counts_for_custom_plans() -> None:
    # Two relations' worth of planning, 2.5 each, make the custom plan dearer.
    assert is_taken(plan(14.9), [plan(10.0)])
    assert not is_taken(plan(15.1), [plan(10.0)])
    assert is_taken(plan(100.0), [plan(10.0), plan(200.0)])
    assert not is_taken(plan(1.0), [])


@pytest.mark.parametrize(
    ("custom", "forced", "is_told"),
    [(100.0, 400.0, True), (100.0, 200.0, False), (1.0, 90.0, False)],
)
def test_only_much_dearer_plans_are_told(
    custom: float, forced: float, is_told: bool
) -> None:
    found = generic_finding(plan(custom), plan(forced), "frequent")
    assert (found is not None) == is_told


def test_settings_leave_the_kinds_of_nodes_that_the_plan_has() -> None:
    settings = settings_of(plan(1.0, "Index Scan"))
    assert "enable_indexscan" not in settings
    assert settings["enable_seqscan"] == "off"
