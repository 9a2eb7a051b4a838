"""Rows that one plan of a statement was seen to have, in its other plans."""

from __future__ import annotations

from typing import Any

import pytest

from analyzer.domain.plan import PlanNode
from analyzer.indexing.known_rows import known_rows, with_known_rows
from analyzer.indexing.time_model import anchor
from tests.support.plan_nodes import a_plan, model, node


def scan(alias: str, rows: float, ran: float | None = None, **more: Any) -> Any:
    found = node("Seq Scan", 100, rows, Relation_Name="items", Schema="public", **more)
    return found | {"Alias": alias} | actual(ran)


def actual(rows: float | None) -> dict[str, float]:
    return {} if rows is None else {"Actual Rows": rows, "Actual Loops": 1}


def hashed(outer: Any, inner: Any, rows: float, ran: float | None = None) -> Any:
    seen = actual(inner.get("Actual Rows"))
    inner = node("Hash", 110, inner["Plan Rows"], inner) | seen
    sides = {"Parent Relationship": "Outer"}, {"Parent Relationship": "Inner"}
    return node("Hash Join", 300, rows, outer | sides[0], inner | sides[1]) | actual(
        ran
    )


def searched(outer: Any, inner: Any, rows: float, **more: Any) -> Any:
    sides = {"Parent Relationship": "Outer"}, {"Parent Relationship": "Inner"}
    return node("Nested Loop", 300, rows, outer | sides[0], inner | sides[1], **more)


def lookup(alias: str, rows: float, condition: str) -> Any:
    names = {"Relation_Name": "items", "Schema": "public", "Index_Name": "i"}
    found = node("Index Scan", 4, rows, **names, Index_Cond=condition)
    return found | {"Alias": alias}


# Three tables; a and b were expected to give 10 rows together and gave 5,000.
RUN = hashed(
    hashed(scan("a", 100, 100), scan("b", 1_000, 1_000), 10, 5_000),
    scan("c", 50, 50),
    10,
    4_000,
)


def rows_of(root: Any, ran: Any = RUN) -> dict[str, float]:
    known = known_rows(a_plan(ran))
    found = with_known_rows(a_plan(root), known).root
    return {_name(item): item.plan_rows for item in found.walk()}


def _name(item: PlanNode) -> str:
    return item.alias or "".join(sorted(n.alias for n in item.walk())) + item.node_type


def test_the_same_join_has_the_same_rows_by_another_way() -> None:
    other = hashed(
        scan("c", 50), searched(scan("b", 1_000), lookup("a", 1, "(id = b.x)"), 10), 10
    )
    rows = rows_of(other)
    assert rows["abNested Loop"] == 5_000
    assert rows["abcHash Join"] == 4_000
    # Each of the 1,000 rows finds five.
    assert rows["a"] == pytest.approx(5.0)


def test_a_join_that_was_not_seen_is_wrong_by_what_is_below_it() -> None:
    other = hashed(hashed(scan("a", 200), scan("c", 50), 40), scan("b", 1_000), 10)
    rows = rows_of(other)
    assert rows["a"] == 100
    assert rows["acHash Join"] == 20
    assert rows["abcHash Join"] == 4_000


def test_what_is_written_to_is_not_what_is_read() -> None:
    ran = node("ModifyTable", 9, 0, scan("a", 100, 7)) | {"Alias": "a"} | actual(0)
    assert rows_of(scan("a", 100), ran)["a"] == 7


def test_what_runs_for_each_row_has_not_the_rows_of_the_whole() -> None:
    other = searched(scan("c", 50), lookup("b", 1, "(id = c.x)"), 50)
    assert rows_of(other)["b"] == 1


@pytest.mark.parametrize(
    "ran",
    [
        node("Limit", 9, 5, scan("a", 100, 7)) | actual(5),
        searched(scan("b", 9, 9), scan("a", 100, 7), 9, Join_Type="Semi") | actual(9),
        searched(scan("b", 9, 9), scan("a", 100, 7), 9, Inner_Unique=True) | actual(9),
        node("Merge Join", 9, 5, scan("a", 100, 7), scan("b", 9, 9)) | actual(5),
    ],
)
def test_what_was_not_read_to_its_end_is_not_known(ran: Any) -> None:
    assert rows_of(scan("a", 100), ran)["a"] == 100


def test_processes_count_together_where_they_are_gathered() -> None:
    ran = node("Gather", 9, 5, scan("a", 100, 7)) | actual(21)
    assert rows_of(scan("a", 100), ran)["a"] == 21


def test_a_sort_below_a_limit_is_read_to_its_end() -> None:
    ran = node("Limit", 9, 5, node("Sort", 9, 7, scan("a", 100, 7))) | actual(5)
    assert rows_of(scan("a", 100), ran)["a"] == 7


def test_groups_are_not_the_rows_that_they_were_made_of() -> None:
    keys = {"Strategy": "Hashed", "Group Key": ["a.x"], "Partial Mode": "Simple"}
    ran = node("Aggregate", 200, 30, scan("a", 100, 900)) | keys | actual(12)
    assert rows_of(scan("a", 100), ran) == {"a": 900}
    again = node("Aggregate", 200, 30, scan("a", 100)) | keys
    assert rows_of(again, ran) == {"a": 900, "aAggregate": 12}
    other = again | {"Group Key": ["a.y"]}
    assert rows_of(other, ran) == {"a": 900, "aAggregate": 30}


def test_rows_of_what_is_appended_add_up() -> None:
    seen = known_rows(a_plan(hashed(scan("a", 10, 100), scan("b", 10, 40), 9, 9)))
    root = node("Append", 9, 20, scan("a", 10), scan("b", 10))
    assert with_known_rows(a_plan(root), seen).root.plan_rows == 140


def test_a_plan_that_was_run_keeps_its_rows() -> None:
    plan = a_plan(RUN)
    assert with_known_rows(plan, known_rows(a_plan(scan("a", 1, 3)))) is plan


def test_hidden_work_goes_with_the_nodes_that_did_it() -> None:
    """The planner expects 10 rows of a join that gives a million, as it is done now."""
    ran = hashed(scan("a", 100, 100), scan("b", 1_000, 1_000), 10, 1_000_000)
    planned = hashed(scan("a", 100), scan("b", 1_000), 10)
    known = known_rows(a_plan(ran))
    tied = anchor(
        model(), a_plan(planned), mean_ms=500, measured=a_plan(ran), known=known
    )
    now = model().predicted_ms(a_plan(planned), known)
    assert tied.predicted_ms(now) == pytest.approx(500, rel=0.05)
    assert tied.predicted_ms(now / 10) < 100
