"""Findings that need a server with JIT or many cores, and silence without a run."""

from __future__ import annotations

import time
from typing import Any

import pytest

from analyzer.plans.findings import findings
from analyzer.plans.read_json import read_plan
from analyzer.plans.read_text import read_text_plan

JIT_TEXT = """\
 Aggregate  (cost=9.00..9.01 rows=1 width=8) (actual time=80.0..80.1 rows=1.00 loops=1)
   Buffers: shared hit=500
   ->  Seq Scan on t  (cost=0.00..8.00 rows=9 width=4) (actual time=0.1..1.0 rows=9.00 loops=1)
         Buffers: shared hit=500
 Planning:
   Buffers: shared hit=3
 Planning Time: 0.100 ms
 JIT:
   Functions: 3
   Options: Inlining true, Optimization true, Expressions true, Deforming true
   Timing: Generation 1.1 ms (Deform 0.2 ms), Inlining 20.0 ms, Optimization 30.0 ms, \
Emission 20.0 ms, Total 71.1 ms
 Execution Time: 82.000 ms
"""  # noqa: E501


def run(kind: str, ms: float, *children: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "Node Type": kind, "Total Cost": 10, "Plan Rows": 10, "Actual Rows": 10,
        "Actual Loops": 1, "Actual Total Time": ms, "Plans": list(children), **more,
    }  # fmt: skip


def test_jit_in_a_text_plan() -> None:
    plan = read_text_plan(JIT_TEXT, source="x")
    (found,) = findings(plan)
    assert (found.rule, found.quantity.value) == ("costly_jit", 71.1)
    assert "71 ms of 82 ms" in found.claim


def test_buffers_of_planning_are_not_the_roots() -> None:
    root = read_text_plan(JIT_TEXT, source="x").root
    assert root.buffers is not None
    assert root.buffers.shared_hit_blks == 500


def test_jit_in_a_json_plan_and_a_cheap_one() -> None:
    document = {
        "Plan": run("Aggregate", 80.0),
        "JIT": {"Functions": 3, "Timing": {"Generation": {"Total": 1}, "Total": 40.0}},
        "Execution Time": 81.0,
    }
    assert [f.rule for f in findings(read_plan(document, source="x"))] == ["costly_jit"]
    document["Execution Time"] = 4000.0
    assert findings(read_plan(document, source="x")) == ()


@pytest.mark.parametrize("launched", [0, 2])
def test_workers_that_were_not_launched(launched: int) -> None:
    scan = run("Seq Scan", 90.0, **{"Relation Name": "t", "Parallel Aware": True})
    gather = run(
        "Gather", 100.0, scan, **{"Workers Planned": 2, "Workers Launched": launched}
    )
    found = findings(read_plan({"Plan": gather}, source="x"))
    assert [item.rule for item in found] == ["missing_workers"] * (launched == 0)


def test_a_plan_that_was_not_run_or_is_done_at_once_has_no_findings() -> None:
    removed = {"Rows Removed by Filter": 1_000_000, "Relation Name": "t"}
    slow = run("Seq Scan", 500.0, **removed)
    assert findings(read_plan({"Plan": slow}, source="x"))
    fast = run("Seq Scan", 0.5, **removed)
    assert findings(read_plan({"Plan": fast}, source="x")) == ()
    planned = {k: v for k, v in slow.items() if not k.startswith("Actual")}
    assert findings(read_plan({"Plan": planned}, source="x")) == ()


def test_an_error_that_changed_nothing_is_not_told() -> None:
    wrong = run("Seq Scan", 90.0, **{"Relation Name": "t", "Actual Rows": 90_000})
    plan = read_plan({"Plan": run("Aggregate", 100.0, wrong)}, source="x")
    assert findings(plan) == ()


def test_rows_of_workers_are_not_their_sum() -> None:
    # Three processes of 100 ms each, side by side in 110 ms of wall time.
    scan = run(
        "Seq Scan", 30.0,
        **{"Actual Loops": 3, "Relation Name": "t", "Rows Removed by Filter": 900_000},
    )  # fmt: skip
    gather = run("Gather", 110.0, scan, **{"Workers Planned": 2, "Workers Launched": 2})
    (found,) = findings(read_plan({"Plan": gather}, source="x"))
    assert found.rule == "rows_removed"
    assert found.lost_ratio == pytest.approx(30 / 110, abs=0.01)


def test_a_plan_of_ten_thousand_nodes_takes_no_more_than_moments() -> None:
    parts = [
        run("Hash Join", 0.01, run("Seq Scan", 0.01, **{"Actual Rows": 9999}),
            run("Hash", 0.01, run("Seq Scan", 0.01, **{"Actual Rows": 1})))
        for _ in range(2500)
    ]  # fmt: skip
    plan = read_plan({"Plan": run("Append", 100.0, *parts)}, source="x")
    started = time.process_time()
    findings(plan)
    # A bound for the growth: with a quadratic rule it takes minutes.
    assert time.process_time() - started < 20


TEXTS = [
    ("Sort", "Sort Method: external merge  Disk: 7288kB", 7288 * 1024),
    ("Hash", "Buckets: 65536  Batches: 8 (originally 4)  Memory Usage: 3073kB", 8),
    ("HashAggregate", "Batches: 5  Memory Usage: 8241kB  Disk Usage: 4120kB", 5),
]


@pytest.mark.parametrize(("kind", "line", "value"), TEXTS)
def test_memory_as_text_tells_it(kind: str, line: str, value: float) -> None:
    text = (
        f"{kind}  (cost=0.00..9.00 rows=100000 width=4)"
        f" (actual time=0.1..90.0 rows=100000 loops=1)\n  {line}\n"
    )
    (found,) = findings(read_text_plan(text, source="x"))
    assert found.rule in ("sort_spills", "hash_spills")
    assert found.quantity.value == value
    assert "work_mem = " in found.remedy


def scan_of_many_pages(pages: int, **settings: str) -> dict[str, Any]:
    scan = run(
        "Seq Scan", 1800.0,
        **{"Relation Name": "t", "Shared Hit Blocks": pages, "Actual Rows": 5_000_000},
    )  # fmt: skip
    root = run("Aggregate", 2000.0, scan, **{"Shared Hit Blocks": pages})
    return {"Plan": root, "Settings": settings, "Execution Time": 2000.0}


@pytest.mark.parametrize(
    ("pages", "settings", "rules"),
    [
        (30_000, {"max_parallel_workers_per_gather": "0"}, ["too_few_workers"]),
        (30_000, {}, []),
        (30_000, {"max_parallel_workers_per_gather": "4"}, []),
        (900, {"max_parallel_workers_per_gather": "0"}, []),
    ],
)
def test_workers_that_the_settings_forbid(
    pages: int, settings: dict[str, str], rules: list[str]
) -> None:
    plan = read_plan(scan_of_many_pages(pages, **settings), source="x")
    assert [found.rule for found in findings(plan)] == rules


@pytest.mark.parametrize(
    ("planned", "settings", "remedy"),
    [
        (1, {"max_parallel_workers_per_gather": "1"}, "it was 1 here"),
        (1, {"max_parallel_workers_per_gather": "4"}, "RESET (parallel_workers)"),
        (1, {}, "whichever"),
        (2, {}, ""),
        (4, {"max_parallel_workers_per_gather": "4"}, ""),
    ],
)
def test_workers_that_the_table_is_worth(
    planned: int, settings: dict[str, str], remedy: str
) -> None:
    document = scan_of_many_pages(40_000, **settings)
    scan = document["Plan"]["Plans"][0]
    scan |= {"Parallel Aware": True, "Actual Loops": planned + 1}
    workers = {"Workers Planned": planned, "Workers Launched": planned}
    gather = run("Gather", 1900.0, scan, **workers, **{"Shared Hit Blocks": 40_000})
    document["Plan"]["Plans"] = [gather]
    found = findings(read_plan(document, source="x"))
    assert [item.rule for item in found] == (["too_few_workers"] if remedy else [])
    assert all(remedy in item.remedy for item in found)


@pytest.mark.parametrize(("spent_ms", "rules"), [(20.0, []), (900.0, ["slow_trigger"])])
def test_check_of_a_foreign_key_by_an_index_is_no_finding(
    spent_ms: float, rules: list[str]
) -> None:
    document = {
        "Plan": run("ModifyTable", 2.0),
        "Triggers": [{"Constraint Name": "fk", "Calls": 1000, "Time": spent_ms}],
        "Execution Time": spent_ms + 2.0,
    }
    assert [f.rule for f in findings(read_plan(document, source="x"))] == rules
