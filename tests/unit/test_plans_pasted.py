"""Plans as people paste them: frames, quotes, broken lines, hostile documents."""

from __future__ import annotations

import json

import pytest

from analyzer.errors import SourceError
from analyzer.plans.findings import findings
from analyzer.plans.measure import measure
from analyzer.plans.read_any import is_plan, read_any_plan

PLAIN = """\
Hash Join  (cost=1.09..32.08 rows=32 width=224) (actual time=0.524..0.525 rows=7 loops=1)
  Hash Cond: (c.relnamespace = n.oid)
  ->  Seq Scan on pg_class c  (cost=0.00..29.84 rows=64 width=73) (actual time=0.026..0.397 rows=128 loops=1)
        Filter: ((relkind = ANY ('{r,p}'::"char"[])) AND pg_table_is_visible(oid))
        Rows Removed by Filter: 12
  ->  Hash  (cost=1.07..1.07 rows=2 width=68) (actual time=0.011..0.011 rows=4 loops=1)
        Buckets: 1024  Batches: 1  Memory Usage: 9kB
        ->  Seq Scan on pg_namespace n  (cost=0.00..1.07 rows=2 width=68) (actual time=0.006..0.008 rows=4 loops=1)
Planning Time: 0.188 ms
Execution Time: 0.238 ms"""  # noqa: E501
LINES = PLAIN.split("\n")
WIDTH = max(map(len, LINES))


def ascii_frame() -> str:
    edge = "+" + "-" * (WIDTH + 2) + "+"
    rows = [f"| {line:<{WIDTH}} |" for line in ["QUERY PLAN".center(WIDTH), *LINES]]
    return "\n".join([edge, rows[0], edge, *rows[1:], edge, "(10 rows)"])


def unicode_frame() -> str:
    rows = [f"│ {line:<{WIDTH}} │" for line in LINES]
    middle = "├" + "─" * (WIDTH + 2) + "┤"
    return "\n".join(["┌" + "─" * (WIDTH + 2) + "┐", "│ QUERY PLAN │", middle, *rows])


def psql() -> str:
    rows = [f" {line}" for line in LINES]
    head = ["explain analyze select 1;", "QUERY PLAN".center(WIDTH), "-" * WIDTH]
    return "\n".join([*head, *rows, "(10 rows)", "", "Time: 3.021 ms"])


def wrapped(width: int) -> str:
    pieces = [
        line[at : at + width] for line in LINES for at in range(0, len(line), width)
    ]
    return "\n".join(["QUERY PLAN", "-" * width, "-" * 20, *pieces])


PASTED = {
    "plain": PLAIN,
    "psql": psql(),
    "ascii frame": ascii_frame(),
    "unicode frame": unicode_frame(),
    "dbeaver": "\n".join(
        f"{line:<{WIDTH}}|" for line in ["QUERY PLAN", "-" * WIDTH, *LINES]
    ),
    "pgadmin": "\n".join('"' + line.replace('"', '""') + '"' for line in LINES),
    "single quotes": "\n".join(f"'{line}'" for line in LINES),
    "wrapped at 80": wrapped(80),
    "wrapped at 60": wrapped(60),
    "carriage returns": PLAIN.replace("\n", "\r\n"),
    "auto_explain": "LOG:  duration: 0.3 ms  plan:\n\tQuery Text: SELECT f(\n  1)\n\t"
    + PLAIN.replace("\n", "\n\t"),
}  # fmt: skip


@pytest.mark.parametrize("text", PASTED.values(), ids=PASTED.keys())
def test_frame_changes_nothing(text: str) -> None:
    assert is_plan(text)
    plan = read_any_plan(text, source="test")
    expected = read_any_plan(PLAIN, source="test")
    assert [n.node_type for n in plan.root.walk()] == [
        n.node_type for n in expected.root.walk()
    ]
    assert [n.actual_rows for n in plan.root.walk()] == [7, 128, 4, 4]
    scan = plan.root.children[0]
    assert (scan.relation, scan.alias, scan.rows_removed_by_filter) == (
        "pg_class",
        "c",
        12,
    )
    assert plan.root.details["Hash Cond"] == "(c.relnamespace = n.oid)"
    assert plan.execution_time_ms == 0.238


def test_workers_are_no_parents_and_do_not_change_the_node() -> None:
    text = """\
Gather  (cost=0.00..10.00 rows=9 width=4) (actual time=1.000..9.000 rows=9 loops=1)
  Workers Planned: 2
  Workers Launched: 2
  Buffers: shared hit=30
  ->  Sort  (cost=0.00..9.00 rows=3 width=4) (actual time=1.000..8.000 rows=3 loops=3)
        Sort Key: a
        Buffers: shared hit=30
        Worker 0:  actual time=1.000..8.000 rows=3 loops=1
          Sort Method: external merge  Disk: 400kB
          Buffers: shared hit=11
        Worker 1:  actual time=1.000..7.000 rows=3 loops=1
          Buffers: shared hit=12
        ->  Seq Scan on t  (cost=0.00..8.00 rows=3 width=4) (actual time=0.500..6.000 rows=3 loops=3)
Settings: work_mem = '64kB', jit = 'off'
"""  # noqa: E501
    plan = read_any_plan(text, source="test")
    sort = plan.root.children[0]
    assert [child.node_type for child in sort.children] == ["Seq Scan"]
    assert sort.buffers
    assert sort.buffers.shared_hit_blks == 30
    assert [w.get("Actual Rows") for w in sort.details["Workers"]] == [3, 3]
    assert plan.settings == {"work_mem": "64kB", "jit": "off"}
    own = [item.own_time_ms or 0 for item in measure(plan)]
    assert own == pytest.approx([1.0, 2.0, 6.0])


def test_time_of_a_cte_is_where_it_is_waited_for() -> None:
    text = """\
Limit  (cost=0.00..9.00 rows=1 width=4) (actual time=90.000..100.000 rows=1 loops=1)
  CTE slow
    ->  Seq Scan on t  (cost=0.00..8.00 rows=9 width=4) (actual time=0.000..80.000 rows=9 loops=1)
  ->  Sort  (cost=0.00..1.00 rows=9 width=4) (actual time=95.000..99.000 rows=1 loops=1)
        ->  CTE Scan on slow  (cost=0.00..1.00 rows=9 width=4) (actual time=1.000..90.000 rows=9 loops=1)
"""  # noqa: E501
    own = {
        i.node.node_type: i.own_time_ms
        for i in measure(read_any_plan(text, source="t"))
    }
    assert own == pytest.approx({"Limit": 1, "Seq Scan": 80, "Sort": 9, "CTE Scan": 10})


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE x [<!ENTITY a "b">]><explain><Query><Plan><Node-Type>&a;'
        "</Node-Type></Plan></Query></explain>",
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><explain><Query><Plan/></Query></explain>',
        "<explain><Query><Plan>" + "<Plans><Plan>" * 900,
        "<explain><Query><Plan></Query></explain>",
        '- Plan:\n    Node Type: "Result\n',
        '- Plan:\n    Node Type: "Result"\n  Total Cost: 1\n   x: 2\n',
        "- Plan: \n" + "".join("  " * n + "x:\n" for n in range(1, 2000)),
        '{"Plan": {"Node Type": "Result", "Plans": [' * 300,
        "Seq Scan on t  (cost=0..0 rows=1 width=1)\n->" + " " * 3_000 + "x" * 3_000,
    ],
)
def test_damaged_or_hostile_document_is_refused(document: str) -> None:
    try:
        plan = read_any_plan(document, source="test")
    except SourceError as error:
        assert error.detail
        assert "passwd" not in error.detail
    else:
        assert plan.root.node_type != "b"


@pytest.mark.parametrize(
    "text", ["<b>&\"'</b>", "'; DROP", "\x1b[31m", "{{7*7}}", "\u202e"]
)
def test_hostile_text_in_every_field_stays_text(text: str) -> None:
    names = [
        *("Node Type", "Relation Name", "Alias", "Index Name", "Filter", "Join Type"),
        *("Subplan Name", "Index Cond", "Sort Key", "Parent Relationship"),
    ]
    node = {**dict.fromkeys(names, text), "Actual Rows": 5, "Actual Loops": 1}
    plan = read_any_plan(json.dumps([{"Plan": node}]), source="test")
    assert plan.root.node_type == text
    assert findings(plan) == ()


def test_plan_of_ten_thousand_nodes_is_read() -> None:
    parts = [{"Node Type": "Seq Scan", "Total Cost": 1.0} for _ in range(10_000)]
    document = json.dumps([{"Plan": {"Node Type": "Append", "Plans": parts}}])
    assert len(measure(read_any_plan(document, source="test"))) == 10_001


def test_subplan_that_stands_below_a_deeper_child_is_its_parents() -> None:
    text = """\
Subquery Scan on l  (cost=0.00..99.00 rows=5 width=4) (actual time=60.0..80.0 rows=2 loops=1)
  Filter: (ANY (l.id = (hashed SubPlan 1).col1))
  ->  Limit  (cost=0.00..9.00 rows=9 width=4) (actual time=0.1..0.3 rows=9 loops=1)
        ->  Seq Scan on t  (cost=0.00..8.00 rows=9 width=4) (actual time=0.1..0.2 rows=9 loops=1)
  SubPlan 1
    ->  Seq Scan on u  (cost=0.00..8.00 rows=9 width=4) (actual time=0.1..70.0 rows=900 loops=1)
"""  # noqa: E501
    plan = read_any_plan(text, source="test")
    limit, subplan = plan.root.children
    assert (limit.node_type, len(limit.children)) == ("Limit", 1)
    assert (subplan.subplan_name, subplan.relation) == ("SubPlan 1", "u")
    assert [item.own_time_ms for item in measure(plan)][-1] == pytest.approx(70.0)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ('- Plan: \n    Node Type: "Result"\n    Plans: 3\n', "FORMAT YAML"),
        ("<explain><Query><Plan></Plan></Query></explain>", "FORMAT XML"),
        ('[{"Plan": {"Node Type": 3}}]', "FORMAT JSON"),
    ],
)
def test_refusal_speaks_of_the_form_that_was_given(text: str, form: str) -> None:
    with pytest.raises(SourceError) as refused:
        read_any_plan(text, source="test")
    assert form in str(refused.value)
    assert form in (refused.value.hint or "")


_SCAN = "Seq Scan on a  (cost=0.00..1.00 rows=1 width=4)"
_IN_FRAMES = f"""\
                    QUERY PLAN
-----------------------------------------------------
 {_SCAN}
   Filter: (x = 1)
(2 rows)

"""
_IN_A_BOX = f"""\
+---------------------------------------------------+
|                    QUERY PLAN                     |
+---------------------------------------------------+
| {_SCAN}   |
|   Filter: (x = 1)                                 |
+---------------------------------------------------+
(2 rows)

"""
_IN_CSV = f"""\
2026-01-01 00:00:00 UTC,"a","b",1,,1,"SELECT",,,,LOG,00000,"duration: 5.0 ms  plan:
Query Text: select 1
{_SCAN}",,,
"""
_IN_YAML = """\
- Plan:
    Node Type: "Seq Scan"
    Total Cost: 1.0
  Planning Time: 0.1
"""
_QUERY = "<Query><Plan><Node-Type>Seq Scan</Node-Type></Plan></Query>"


@pytest.mark.parametrize("text", [_IN_FRAMES, _IN_A_BOX, _IN_CSV, _IN_YAML])
def test_one_of_several_plans_is_never_taken_for_all(text: str) -> None:
    assert read_any_plan(text, source="test").root.node_type == "Seq Scan"
    with pytest.raises(SourceError) as refused:
        read_any_plan(text * 2, source="test")
    assert "more than one plan" in refused.value.message
    assert "2 plans" in (refused.value.detail or "")


def test_several_plans_of_one_xml_document_are_refused() -> None:
    document = f"<explain>{_QUERY * 2}</explain>"
    with pytest.raises(SourceError) as refused:
        read_any_plan(document, source="test")
    assert "more than one plan" in (refused.value.detail or "")
