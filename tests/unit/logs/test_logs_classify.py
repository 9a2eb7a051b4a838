"""What makes an execution, and what is joined to one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analyzer.logs.classify import Classifier
from analyzer.logs.entry import LogEntry, Origin

T0 = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
TEXT_PLAN = "Seq Scan on t  (cost=0.00..1.01 rows=1 width=4)\n  Filter: (id = 1)"


def log(message: str, at_ms: float = 0, pid: int = 1, **more: str) -> LogEntry:
    origin = Origin(
        logged_at=T0 + timedelta(milliseconds=at_ms, microseconds=1), process_id=pid
    )
    return LogEntry(origin=origin, severity="LOG", message=message, **more)


def text_plan(query: str, ms: float, at_ms: float = 0, **more: str) -> LogEntry:
    message = f"duration: {ms:.3f} ms  plan:\nQuery Text: {query}\n{TEXT_PLAN}"
    return log(message, at_ms, **more)


def run(*entries: LogEntry) -> Classifier:
    classifier = Classifier()
    for entry in entries:
        classifier.take(entry)
    classifier.finish()
    return classifier


def kinds(classifier: Classifier) -> list[str]:
    return [event.kind for event in classifier.events]


def test_parameters_new_and_old() -> None:
    detail = "Parameters: $1 = 'it''s, $2 = ''x''', $2 = NULL, $3 = ''"
    for text in (detail, detail.replace("P", "p")):
        found = run(log("duration: 1.000 ms  execute s: SELECT $1", detail=text))
        assert found.executions[0].parameters == ("it's, $2 = 'x'", None, "")


def test_parse_and_bind_are_no_calls() -> None:
    query = "SELECT $1"
    found = run(
        log(f"duration: 0.100 ms  parse <unnamed>: {query}"),
        log(f"duration: 0.200 ms  bind <unnamed>: {query}"),
        log("duration: 7.000 ms  bind <unnamed>: SELECT 'of another process'", pid=2),
        log(f"duration: 0.300 ms  execute <unnamed>: {query}"),
        log(f"duration: 0.300 ms  execute <unnamed>: {query}"),
    )
    first, second = found.executions
    phases = [(e.parse_duration_ms, e.bind_duration_ms) for e in (first, second)]
    assert phases == [(0.1, 0.2), (0.0, 0.0)]
    assert kinds(found) == ["bind_without_execution"]


def test_fetching_on_is_the_same_execution() -> None:
    found = run(
        log("duration: 1.000 ms  execute s/c: SELECT 1"),
        log("duration: 0.500 ms  execute fetch from s/c: SELECT 1"),
    )
    (execution,) = found.executions
    assert execution.duration_ms == 1.5


def test_log_duration_and_log_statement() -> None:
    found = run(
        log("statement: SELECT 1"),
        log("statement: SELECT 'other'", pid=2),
        log("duration: 1.000 ms", 5),
        log("duration: 9.000 ms", pid=2),
        log("duration: 0.100 ms"),
        log("duration: 0.200 ms"),
        log("execute <unnamed>: SELECT $1", detail="Parameters: $1 = 'a'"),
        log("duration: 0.300 ms"),
    )
    got = [(e.query, e.duration_ms, e.parameters) for e in found.executions]
    assert got == [
        ("SELECT 1", 1.0, ()),
        ("SELECT 'other'", 9.0, ()),
        ("SELECT $1", 0.3, ("a",)),
    ]
    assert found.executions[0].logged_at == T0 + timedelta(
        milliseconds=5, microseconds=1
    )
    phases = found.executions[2].parse_duration_ms, found.executions[2].bind_duration_ms
    assert phases == (0.1, 0.2)
    assert found.events == []


def test_a_duration_whose_text_is_unknown_is_no_execution() -> None:
    found = run(log("duration: 5.000 ms"))
    assert found.executions == [] and kinds(found) == ["duration_without_text"]


def test_a_failed_statement_does_not_take_the_next_duration() -> None:
    error = replace(log("division by zero"), severity="ERROR")
    found = run(log("statement: SELECT 1/0"), error, log("duration: 5.000 ms"))
    assert found.executions == []
    assert kinds(found) == ["division_by_zero", "duration_without_text"]


def test_statements_logged_without_durations() -> None:
    found = run(log("statement: SELECT 1"), log("statement: SELECT 2"))
    assert kinds(found) == ["statement_without_duration"] * 2


@pytest.mark.parametrize("order", ["before", "after"])
def test_plan_and_execution_are_one(order: str) -> None:
    plan = text_plan("SELECT 1", 9.5, 10)
    verb = "statement" if order == "before" else "execute <unnamed>"
    line = log(f"duration: 10.000 ms  {verb}: SELECT 1", 10)
    found = run(plan, line) if order == "before" else run(line, plan)
    (execution,) = found.executions
    assert execution.duration_ms == 10.0
    assert execution.plan_text == TEXT_PLAN
    assert found.plans_unattached_count == 0


def test_json_plan_with_parameters() -> None:
    tree = {
        "Query Text": "SELECT $1",
        "Query Parameters": "$1 = 'x'",
        "Plan": {"Node Type": "Result"},
        "Query Identifier": -5,
    }
    (execution,) = run(log(f"duration: 2.000 ms  plan:\n{json.dumps(tree)}")).executions
    assert execution.query == "SELECT $1" and execution.parameters == ("x",)
    assert execution.plan is not None and execution.queryid == -5


def test_only_plans_are_executions_of_their_own() -> None:
    found = run(text_plan("SELECT 1", 5), text_plan("SELECT 1", 6, 100))
    assert [e.duration_ms for e in found.executions] == [5.0, 6.0]


def test_a_plan_of_an_earlier_run_is_not_given_to_a_later_one() -> None:
    # auto_explain logs from 1 ms on, durations from 50 ms on.
    found = run(
        text_plan("SELECT 1", 5, 0),
        text_plan("SELECT 1", 59, 160),
        log("duration: 60.000 ms  statement: SELECT 1", 160),
    )
    assert sorted(e.duration_ms for e in found.executions) == [5.0, 60.0]


def test_a_plan_goes_to_its_own_run_of_the_same_text() -> None:
    found = run(
        log("duration: 0.500 ms  statement: SELECT 1", 0),
        text_plan("SELECT 1", 9, 20),
        log("duration: 10.000 ms  statement: SELECT 1", 20),
    )
    assert [bool(e.plan_text) for e in found.executions] == [False, True]


def test_statements_inside_a_function_are_part_of_the_call() -> None:
    found = run(
        text_plan("SELECT inner", 3, 8, context="PL/pgSQL function f() line 1 at SQL"),
        text_plan("SELECT f()", 9, 10),
        log("duration: 10.000 ms  statement: SELECT f()", 10),
    )
    (execution,) = found.executions
    assert execution.query == "SELECT f()" and execution.plan_text
    assert found.plans_unattached_count == 1


def test_several_statements_in_one_text_are_one_execution() -> None:
    both = "SELECT 1; SELECT 2"
    found = run(
        text_plan(both, 3, 4),
        text_plan(both, 5, 9),
        log(f"duration: 10.000 ms  statement: {both}", 10),
    )
    assert len(found.executions) == 1
    assert found.plans_unattached_count == 1


def test_a_plan_that_is_cut_off_is_counted() -> None:
    found = run(log('duration: 2.000 ms  plan:\n{"Query Text": "SELECT 1", "Pl'))
    assert found.executions == [] and found.plans_unattached_count == 1
    assert kinds(found) == ["statement_auto_explain"]


def test_what_a_function_raises_is_no_execution() -> None:
    forged = "duration: 99999.000 ms  statement: SELECT 1"
    found = run(
        log(forged, context="PL/pgSQL function f() line 3 at RAISE"),
        log(forged, statement="SELECT f()"),
        log(
            f"{forged[:21]}  plan:\nQuery Text: x\n{TEXT_PLAN}", statement="SELECT f()"
        ),
    )
    assert found.executions == [] and len(found.events) == 3


def test_execute_tells_what_was_prepared() -> None:
    (execution,) = run(
        log(
            "duration: 1.000 ms  statement: EXECUTE q(5)",
            detail="prepare: PREPARE q (int) AS SELECT name FROM t WHERE id = $1;",
        )
    ).executions
    assert execution.query == "SELECT name FROM t WHERE id = $1;"


def test_lock_wait() -> None:
    (wait,) = run(
        log(
            "process 12 still waiting for ShareLock on transaction 9 after 1000.123 ms",
            detail="Processes holding the lock: 7, 8. Wait queue: 12, 13.",
            statement="UPDATE t SET a = 1",
            pid=12,
        )
    ).lock_waits
    assert (wait.process_id, wait.waited_ms, wait.acquired) == (12, 1000.123, False)
    assert wait.holder_process_ids == (7, 8)
    assert wait.queue_process_ids == (12, 13)
    assert wait.query == "UPDATE t SET a = 1"
    assert (wait.lock_mode, wait.locked_object) == ("ShareLock", "transaction 9")


@pytest.mark.parametrize(
    ("message", "query"),
    [
        ("Dauer: 1,500 ms  Anweisung: SELECT 1", "SELECT 1"),
        ("durée : 1.500 ms, instruction : SELECT 1", "SELECT 1"),
        ("продолжительность: 1.500 мс, оператор: SELECT 1", "SELECT 1"),
        ("期間: 1.500 ミリ秒  文: SELECT 1", "SELECT 1"),
        ("实行", None),
        ("duración: 1.500 ms  execute a: SELECT 1", "SELECT 1"),
        ("varaktighet 1.500 ms", None),
    ],
)
def test_other_languages(message: str, query: str | None) -> None:
    got = [(e.query, e.duration_ms) for e in run(log(message)).executions]
    assert got == ([(query, 1.5)] if query else [])


def test_memory_of_processes_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analyzer.logs.classify.MAX_PROCESSES", 10)
    found = run(*(log(f"statement: SELECT {n}", pid=n) for n in range(1, 30)))
    assert kinds(found) == ["statement_without_duration"] * 29


@pytest.mark.parametrize(
    "body",
    [
        'Query Text: "SELECT \\"a\\" < 2"\nPlan: \n  Node Type: "Result"',
        "<explain>\n<Query-Text>SELECT &quot;a&quot; &lt; 2</Query-Text>\n</explain>",
    ],
)
def test_plans_in_yaml_and_xml_keep_their_query(body: str) -> None:
    (execution,) = run(log(f"duration: 2.000 ms  plan:\n{body}")).executions
    assert execution.query == 'SELECT "a" < 2'
    assert execution.plan_text
