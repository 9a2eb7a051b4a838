"""Laws of reading, masking and drawing plans, on documents nobody chose."""

from __future__ import annotations

import json
import math
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from analyzer.errors import SourceError
from analyzer.plans.as_tree import render_tree
from analyzer.plans.compare import compare
from analyzer.plans.findings import findings
from analyzer.plans.mask import mask_expression, mask_literals
from analyzer.plans.measure import measure
from analyzer.plans.read_json import read_plan
from analyzer.plans.read_text import read_text_plan
from analyzer.plans.signature import signature

KEYS = st.sampled_from(
    ["Plan", "Plans", "Node Type", "Total Cost", "Plan Rows", "Filter", "Settings",
     "Actual Rows", "Actual Loops", "Actual Total Time", "Shared Hit Blocks", "Alias"]
) | st.text(max_size=5)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=20,
)
NUMBERS = st.floats(0, 1e12)
FACTS = (
    *("Sort Method", "Sort Space Used", "Hash Batches", "Peak Memory Usage", "Workers"),
    *("Heap Blocks", "Lossy Heap Blocks", "Batches", "Heap Fetches", "Disk Usage"),
    *("Workers Planned", "Workers Launched", "Rows Removed by Index Recheck"),
)
ODD = VALUES | st.just("external merge  Disk: 99999999999999999999kB") | st.just(1e308)
NODES: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.fixed_dictionaries(
        {"Node Type": st.text(min_size=1, max_size=9), "Total Cost": NUMBERS},
        optional={
            "Plan Rows": NUMBERS,
            "Actual Rows": NUMBERS,
            "Actual Loops": NUMBERS,
            "Actual Total Time": NUMBERS,
            "Shared Hit Blocks": st.integers(0, 10**9),
            "Filter": st.text(max_size=30),
            "Sort Key": st.lists(st.text(max_size=9), max_size=3),
            **{name: ODD for name in FACTS},
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {"Node Type": st.just("Join"), "Plans": st.lists(inner, max_size=3)}
    ),
    max_leaves=8,
)


@given(VALUES)
def test_any_document_is_read_or_refused(document: object) -> None:
    try:
        read_plan(document, source="x")
    except SourceError as error:
        assert error.detail


@given(NODES)
def test_own_shares_are_shares(node: dict[str, Any]) -> None:
    plan = read_plan({"Plan": node}, source="x")
    for item in measure(plan):
        assert 0 <= item.own_cost_ratio <= 1
        assert item.own_time_ratio is None or 0 <= item.own_time_ratio <= 1
        assert item.estimate_error is None or item.estimate_error >= 1


@given(NODES, st.sampled_from(["Sort", "Hash", "Gather", "Nested Loop", "Hash Join"]))
def test_findings_of_any_plan_are_claims_with_finite_numbers(
    node: dict[str, Any], kind: str
) -> None:
    top = {**node, "Node Type": kind, "Actual Loops": 3.0, "Actual Rows": 1e9,
           "Actual Total Time": 50.0}  # fmt: skip
    plan = read_plan({"Plan": {"Node Type": "Limit", "Plans": [top, node],
                               "Actual Loops": 1, "Actual Total Time": 150.0}},
                     source="x")  # fmt: skip
    for item in findings(plan):
        assert 0 <= item.lost_ratio <= 1
        assert math.isfinite(item.quantity.value)
        assert item.claim.isprintable()


@given(NODES, NODES)
def test_any_two_plans_can_be_compared(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    plans = [read_plan({"Plan": node}, source="x") for node in (one, other)]
    assert all(item.what for item in compare(*plans).changes)
    assert compare(plans[0], plans[0]).changes == ()


@given(NODES)
@example({"Node Type": "Sort", "Total Cost": 0.0, "Sort Key": ["'", ""]})
def test_what_is_read_can_be_drawn_masked_and_read_again(node: dict[str, Any]) -> None:
    plan = read_plan(json.dumps([{"Plan": node}]), source="x")
    masked = mask_literals(plan)
    assert mask_literals(masked) == masked
    assert signature(masked) == signature(plan)
    assert len(list(masked.root.walk())) == len(list(plan.root.walk()))
    assert all(line.isprintable() for line in render_tree(plan).splitlines())


@given(st.text(alphabet="ab'\\ \"", max_size=20), st.text(alphabet="xy' ", max_size=9))
def test_no_string_constant_survives(secret: str, around: str) -> None:
    literal = "'" + secret.replace("'", "''") + "SECRET'"
    column = '"' + around + '"'
    assert "SECRET" not in mask_expression(f"({column} = {literal}::text)")


LINES = st.sampled_from(
    ["Seq Scan on t  (cost=0.00..9.50 rows=3 width=4)", "  ->  ", "    ", "->", "\t",
     "Result  (cost=1.00..2.00 rows=3 width=4) (never executed)", "Filter: (a = 1)",
     "(cost=", "SubPlan 1", " on ", '"', "Buffers: shared hit=5 read=", "9" * 400]
)  # fmt: skip


@given(st.lists(st.lists(LINES | st.text(max_size=8), max_size=4), max_size=8))
def test_any_text_is_read_or_refused(lines: list[list[str]]) -> None:
    try:
        plan = read_text_plan("\n".join(map("".join, lines)), source="x")
    except SourceError as error:
        assert error.detail
    else:
        assert render_tree(plan)


def test_long_lines_are_read_in_linear_time() -> None:
    node = "Seq Scan on t  (cost=0.00..9.50 rows=3 width=4)\n"
    for filler in (" ", "a", " on ", "->", "(", "SubPlan "):
        line = (filler * 900_000)[:900_000]
        read_text_plan(node + line + "(cost=x\n" + line, source="x")
