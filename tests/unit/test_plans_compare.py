"""What differs between two plans: each kind of change, and nothing where none is."""

from __future__ import annotations

from typing import Any

from analyzer.domain.explanation import ChangeKind
from analyzer.domain.plan import Plan
from analyzer.plans.compare import compare
from analyzer.plans.read_json import read_plan


def node(kind: str, *children: dict[str, Any], **fields: Any) -> dict[str, Any]:
    named = {name.replace("_", " ").title(): value for name, value in fields.items()}
    return {
        "Node Type": kind,
        "Total Cost": 10.0,
        "Plan Rows": 5,
        **named,
        "Plans": list(children),
    }


def scan(table: str, kind: str = "Seq Scan", **fields: Any) -> dict[str, Any]:
    return node(kind, relation_name=table, schema="public", alias=table, **fields)


def plan(root: dict[str, Any]) -> Plan:
    return read_plan({"Plan": root}, source="test")


def join(kind: str, *children: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return node(kind, *children, join_type="Inner", **fields)


def test_a_plan_does_not_differ_from_itself() -> None:
    one = plan(join("Hash Join", scan("a"), node("Hash", scan("b")), total_cost=40.0))
    diff = compare(one, one)
    assert diff.changes == ()
    assert diff.same_shape


def test_another_access_path_of_the_same_table() -> None:
    before = plan(node("Limit", scan("a", total_cost=90.0), total_cost=90.0))
    after = plan(
        node(
            "Limit",
            scan("a", "Index Scan", index_name="a_x", index_cond="(x = 1)"),
            total_cost=10.0,
        )
    )
    (change,) = compare(before, after).changes
    assert change.kind is ChangeKind.REPLACED
    assert change.before == "Seq Scan on public.a"
    assert change.after == "Index Scan using a_x on public.a"
    assert (change.cost_before, change.cost_after) == (90.0, 10.0)


def test_a_bitmap_scan_is_one_node_and_names_its_indexes() -> None:
    bitmap = scan("a", "Bitmap Heap Scan", total_cost=20.0)
    bitmap["Plans"] = [
        node("Bitmap Index Scan", index_name="a_x", index_cond="(x = 1)")
    ]
    (change,) = compare(plan(scan("a")), plan(bitmap)).changes
    assert change.after == "Bitmap Heap Scan on public.a by a_x"


def test_another_join_method_and_its_hash_are_one_change() -> None:
    before = plan(join("Nested Loop", scan("a"), scan("b"), total_cost=40.0))
    after = plan(join("Hash Join", scan("a"), node("Hash", scan("b")), total_cost=40.0))
    diff = compare(before, after)
    assert [(c.kind, c.before, c.after) for c in diff.changes] == [
        (ChangeKind.REPLACED, "Nested Loop", "Hash Join")
    ]
    assert not diff.same_shape


def test_another_join_order_removes_one_join_and_adds_another() -> None:
    before = plan(join("Hash Join", join("Hash Join", scan("a"), scan("b")), scan("c")))
    after = plan(join("Hash Join", join("Hash Join", scan("a"), scan("c")), scan("b")))
    changes = {c.kind: c.what for c in compare(before, after).changes}
    assert changes == {
        ChangeKind.REMOVED: "Hash Join of a, b is gone",
        ChangeKind.ADDED: "Hash Join of a, c is new",
    }


def test_a_sort_that_is_gone() -> None:
    before = plan(node("Limit", node("Sort", scan("a"))))
    after = plan(node("Limit", scan("a")))
    (change,) = compare(before, after).changes
    assert (change.kind, change.before) == (ChangeKind.REMOVED, "Sort")


def test_two_uses_of_one_table_are_told_apart_by_their_aliases() -> None:
    def pair(kind: str) -> Plan:
        one = {**scan("a"), "Alias": "a1"}
        other = {**scan("a", kind), "Alias": "a2"}
        return plan(join("Nested Loop", one, other))

    (change,) = compare(pair("Seq Scan"), pair("Tid Scan")).changes
    assert change.before == "Seq Scan on public.a a2"


def test_estimates_that_changed_while_the_choice_did_not() -> None:
    before, after = scan("a", total_cost=10.0), scan("a", total_cost=30.0)
    (change,) = compare(plan(before), plan(after)).changes
    assert change.kind is ChangeKind.ESTIMATED_ANEW
    assert change.what == "Seq Scan on public.a itself costs more"
    slight = scan("a", total_cost=10.05)
    assert compare(plan(before), plan(slight)).changes == ()


def test_another_condition_on_the_same_index() -> None:
    before = scan("a", "Index Scan", index_name="i", index_cond="(x = 1)")
    after = scan("a", "Index Scan", index_name="i", index_cond="(x = 1) AND (y = 2)")
    (change,) = compare(plan(before), plan(after)).changes
    assert change.what.startswith("Index Cond of Index Scan using i on public.a")
