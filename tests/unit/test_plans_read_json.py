"""EXPLAIN (FORMAT JSON) to plans, and what is measured, drawn and masked of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.domain.plan import Plan
from analyzer.errors import SourceError
from analyzer.plans.as_tree import render_tree
from analyzer.plans.mask import mask_expression, mask_literals
from analyzer.plans.measure import measure
from analyzer.plans.read_json import MAX_DEPTH, read_plan
from analyzer.plans.signature import signature

SCAN: dict[str, Any] = {
    "Node Type": "Index Scan",
    "Parent Relationship": "Inner",
    "Schema": "public",
    "Relation Name": "orders",
    "Alias": "o",
    "Index Name": "orders_customer",
    "Startup Cost": 0.29,
    "Total Cost": 8.0,
    "Plan Rows": 2,
    "Plan Width": 40,
    "Actual Startup Time": 0.01,
    "Actual Total Time": 0.5,
    "Actual Rows": 20.5,
    "Actual Loops": 10,
    "Index Cond": "(o.customer_id = c.id)",
    "Filter": "(o.note <> 'top secret'::text)",
    "Rows Removed by Filter": 3,
    "Shared Hit Blocks": 30,
    "Shared Read Blocks": 5,
    "Output": ["o.id"],
}
OUTER: dict[str, Any] = {
    "Node Type": "Seq Scan",
    "Parent Relationship": "Outer",
    "Relation Name": "customer",
    "Alias": "c",
    "Startup Cost": 0.0,
    "Total Cost": 20.0,
    "Plan Rows": 10,
    "Plan Width": 8,
    "Actual Total Time": 1.0,
    "Actual Rows": 10,
    "Actual Loops": 1,
    "Shared Hit Blocks": 7,
}
JOIN: dict[str, Any] = {
    "Node Type": "Nested Loop",
    "Join Type": "Left",
    "Startup Cost": 0.3,
    "Total Cost": 110.0,
    "Plan Rows": 20,
    "Plan Width": 48,
    "Actual Total Time": 7.0,
    "Actual Rows": 205,
    "Actual Loops": 1,
    "Shared Hit Blocks": 37,
    "Shared Read Blocks": 5,
    "Plans": [OUTER, SCAN],
}
DOCUMENT = [
    {
        "Plan": JOIN,
        "Settings": {"work_mem": "64MB"},
        "Planning Time": 0.2,
        "Execution Time": 7.5,
    }
]


@pytest.fixture
def plan() -> Plan:
    return read_plan(DOCUMENT, source="target")


def test_fields_have_their_units_and_places(plan: Plan) -> None:
    root, inner = plan.root, plan.root.children[1]
    assert (root.node_type, root.join_type, root.total_cost) == (
        "Nested Loop",
        "Left",
        110,
    )
    assert (inner.schema, inner.relation, inner.alias) == ("public", "orders", "o")
    assert (inner.actual_rows, inner.loops, inner.rows_removed_by_filter) == (
        20.5,
        10,
        3,
    )
    assert inner.buffers and inner.buffers.shared_read_blks == 5
    assert inner.details == {"Actual Startup Time": 0.01}
    assert plan.settings == {"work_mem": "64MB"}
    assert (plan.planning_time_ms, plan.execution_time_ms) == (0.2, 7.5)
    assert plan.index_names() == {"orders_customer"}


def test_plan_that_was_not_run_has_no_times() -> None:
    node = {k: v for k, v in SCAN.items() if not k.startswith(("Actual", "Shared"))}
    root = read_plan([{"Plan": node}], source="x").root
    assert root.actual_rows is None
    assert root.loops is None
    assert root.buffers is None
    assert all(
        item.own_time_ms is None
        for item in measure(read_plan({"Plan": node}, source=""))
    )


@pytest.mark.parametrize(
    "form", [json.dumps(DOCUMENT), json.dumps(DOCUMENT).encode(), DOCUMENT[0], DOCUMENT]
)
def test_all_forms_of_the_same_document(plan: Plan, form: object) -> None:
    assert read_plan(form, source="target") == plan


@pytest.mark.parametrize(
    "document",
    [
        "",
        "{",
        "[]",
        "[1]",
        "[{}, {}]",
        '{"Plan": []}',
        '{"Plan": {}}',
        '{"Plan": {"Node Type": 5}}',
        '{"Plan": {"Node Type": "x", "Total Cost": "1"}}',
        '{"Plan": {"Node Type": "x", "Total Cost": true}}',
        '{"Plan": {"Node Type": "x", "Total Cost": NaN}}',
        '{"Plan": {"Node Type": "x", "Total Cost": 1e999}}',
        '{"Plan": {"Node Type": "x", "Plan Rows": ' + "9" * 400 + "}}",
        '{"Plan": {"Node Type": "x", "Plans": {}}}',
        '{"Plan": {"Node Type": "x", "Plans": [null]}}',
        '{"Plan": {"Node Type": "x", "Plans": [7]}}',
        '{"Plan": {"Node Type": "x", "Filter": ["a"]}}',
        '{"Plan": {"Node Type": "x"}, "Settings": []}',
        "[" * 100_000,
        '{"Plan":' * 50_000,
        None,
        5,
        b"\xff\xfe",
    ],
)
def test_what_is_no_plan_is_refused(document: object) -> None:
    with pytest.raises(SourceError) as caught:
        read_plan(document, source="x")
    assert caught.value.hint


def test_depth_is_limited() -> None:
    def nested(depth: int) -> dict[str, Any]:
        node: dict[str, Any] = {"Node Type": "Result"}
        for _ in range(depth - 1):
            node = {"Node Type": "Limit", "Plans": [node]}
        return {"Plan": node}

    deepest = read_plan(nested(MAX_DEPTH), source="x")
    assert len(list(deepest.root.walk())) == MAX_DEPTH
    assert render_tree(mask_literals(deepest))
    assert signature(deepest)
    with pytest.raises(SourceError, match="not a plan"):
        read_plan(nested(MAX_DEPTH + 1), source="x")
    with pytest.raises(SourceError):
        read_plan(nested(5_000), source="x")


def test_own_share_is_without_children_and_over_all_loops(plan: Plan) -> None:
    join, outer, inner = measure(plan)
    assert [item.path for item in (join, outer, inner)] == [(), (0,), (1,)]
    assert inner.total_time_ms == 5.0
    assert join.own_time_ms == pytest.approx(7.0 - 5.0 - 1.0)
    assert join.own_time_ratio == pytest.approx(1 / 7)
    assert inner.actual_rows_total == 205
    assert inner.estimate_error == pytest.approx(10.25)
    assert inner.underestimated
    assert outer.estimate_error == 1
    assert join.own_buffers and join.own_buffers.shared_hit_blks == 0
    assert inner.own_buffers and inner.own_buffers.shared_hit_blks == 30


def test_node_that_never_ran_has_no_error() -> None:
    node = {**SCAN, "Actual Loops": 0, "Actual Rows": 0}
    (item,) = measure(read_plan({"Plan": node}, source="x"))
    assert item.estimate_error is None
    assert item.own_time_ms == 0
    assert "never run" in render_tree(read_plan({"Plan": node}, source="x"))


def test_signature_follows_choices_not_numbers(plan: Plan) -> None:
    cheaper = json.loads(json.dumps(DOCUMENT))
    cheaper[0]["Plan"]["Total Cost"] = 1.5
    cheaper[0]["Plan"]["Plans"][1]["Filter"] = "(o.note <> 'other'::text)"
    cheaper[0]["Plan"]["Plans"][1]["Alias"] = "p"
    assert signature(read_plan(cheaper, source="y")) == signature(plan)
    for path, value in (("Index Name", "other"), ("Node Type", "Index Only Scan")):
        changed = json.loads(json.dumps(DOCUMENT))
        changed[0]["Plan"]["Plans"][1][path] = value
        assert signature(read_plan(changed, source="y")) != signature(plan)


def test_signature_knows_a_hypothetical_index_by_its_definition() -> None:
    definition = IndexDefinition(
        relation=RelationName("public", "orders"), keys=(IndexKey(attribute="a"),)
    )

    def made(name: str) -> Plan:
        node = {**SCAN, "Index Name": name}
        plan = read_plan({"Plan": node}, source="x")
        return Plan(root=plan.root, source="x", hypothetical_indexes={name: definition})

    assert signature(made("<13>btree_orders")) == signature(made("<14>btree_orders"))


def test_tree_is_one_safe_line_per_fact(plan: Plan) -> None:
    text = render_tree(plan)
    assert text.splitlines()[0].startswith("Nested Loop Left Join  (cost 110.00")
    assert "-> Index Scan using orders_customer on public.orders o" in text
    assert "10 times more rows than estimated" in text
    assert "execution time 7.500 ms" in text
    hostile = {
        **SCAN,
        "Alias": "a\x1b[31m\nSeq Scan on x\u202e",
        "Filter": "y\r\nz" * 999,
    }
    drawn = render_tree(read_plan({"Plan": hostile}, source="s\nt"))
    assert all(line.isprintable() for line in drawn.splitlines())
    assert "\nSeq Scan" not in drawn
    assert max(map(len, drawn.splitlines())) < 400


def test_masking_leaves_no_constant(plan: Plan) -> None:
    masked = mask_literals(plan)
    assert "secret" not in repr(masked) + json.dumps(masked.raw)
    assert masked.root.children[1].filter == "(o.note <> ?::text)"
    assert masked.total_cost == plan.total_cost
    assert mask_literals(masked) == masked
    assert signature(masked) == signature(plan)


def test_query_text_of_auto_explain_is_dropped() -> None:
    plan = read_plan({"Query Text": "SELECT 'secret'", "Plan": SCAN}, source="x")
    assert "Query Text" not in mask_literals(plan).raw


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("(a = 5)", "(a = ?)"),
        ("(a = '-5'::integer)", "(a = ?::integer)"),
        ("(a2 > 1.5e+10) OR (t1.b3 < .5)", "(a2 > ?) OR (t1.b3 < .5)"),
        ("(a = $1)", "(a = $1)"),
        ("(\"it's 5\" = 'x')", '("it\'s 5" = ?)'),
        (r"(a = 'back\')", "(a = ?)"),
        ("(a = 'two '' quotes' AND b = 'c')", "(a = ? AND b = ?)"),
        ("(a = E'x')", "(a = ?)"),
        ("(a = 'unfinished", "(a = ?"),
        ("(a)::numeric(10,2)", "(a)::numeric(?,?)"),
    ],
)
def test_expression_is_masked(text: str, masked: str) -> None:
    assert mask_expression(text) == masked
