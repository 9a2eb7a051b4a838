"""EXPLAIN documents of any shape become lines, or none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.report.plan_lines import MAX_LINES, plan_lines
from tests.support.shop_result import orders_plan


def node(**values: Any) -> dict[str, Any]:
    return {"Node Type": "Seq Scan", "Total Cost": 10.0, "Plan Rows": 1.0, **values}


def test_lines_follow_the_tree() -> None:
    lines = plan_lines(dict(orders_plan().raw))
    assert [line.depth for line in lines] == [0, 1, 2]
    assert [line.title for line in lines] == [
        "Limit",
        "Sort",
        "Seq Scan on public.orders",
    ]
    assert lines[1].branch == "└─ "
    assert lines[2].notes == ("Filter: ((status = $1) AND (created_at >= $2))",)
    assert lines[0].time_ms is None


def test_measured_totals_are_of_all_loops() -> None:
    inner = node(
        **{
            "Actual Rows": 2.5,
            "Actual Loops": 4,
            "Actual Total Time": 3.0,
            "Rows Removed by Filter": 10,
        }
    )
    outer = node(**{"Actual Rows": 10, "Actual Loops": 1, "Actual Total Time": 15.0})
    lines = plan_lines([{"Plan": {**outer, "Plans": [inner]}}])
    assert lines[1].actual_rows == 10
    assert lines[1].time_ms == 12
    assert lines[1].rows_removed == 40
    assert lines[1].share_ratio == pytest.approx(0.8)
    assert lines[0].share_ratio == pytest.approx(0.2)


def test_an_estimate_off_by_ten_is_marked() -> None:
    far = node(**{"Actual Rows": 10, "Actual Loops": 1, "Actual Total Time": 1.0})
    near = node(**{"Actual Rows": 9, "Actual Loops": 1, "Actual Total Time": 1.0})
    assert plan_lines({"Plan": far})[0].misestimated
    assert not plan_lines({"Plan": near})[0].misestimated


def test_fewer_rows_below_a_limit_are_no_wrong_estimate() -> None:
    lines = plan_lines(dict(orders_plan(measured=True).raw))
    assert [line.misestimated for line in lines] == [False, False, True]


def test_a_huge_plan_is_cut() -> None:
    wide = node(Plans=[node() for _ in range(MAX_LINES * 2)])
    assert len(plan_lines({"Plan": wide})) == MAX_LINES


def test_a_plan_deeper_than_any_planner_makes_has_no_lines() -> None:
    deep = node()
    for _ in range(5000):
        deep = node(Plans=[deep])
    assert plan_lines({"Plan": deep}) == ()


def test_own_times_are_those_of_the_findings() -> None:
    # Of a CTE the time passes in the node that waits for it, not in its parent.
    times = {"Actual Rows": 1, "Actual Loops": 1}
    cte = node(**times, **{"Parent Relationship": "InitPlan", "Subplan Name": "CTE c"})
    cte["Actual Total Time"] = 60.0
    scan = {**node(**times), "Node Type": "CTE Scan", "CTE Name": "c"}
    scan["Actual Total Time"] = 70.0
    root = {**node(**times), "Actual Total Time": 100.0, "Plans": [cte, scan]}
    lines = plan_lines({"Plan": root})
    assert sum(line.share_ratio for line in lines) == pytest.approx(1.0)
    assert [line.share_ratio for line in lines] == pytest.approx([0.3, 0.6, 0.1])


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Plan", "Plans", "Node Type", "Total Cost", "Actual Rows"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(_JSON)
def test_any_json_is_survived(document: object) -> None:
    for line in plan_lines(document):
        assert 0 <= line.share_ratio <= 1
