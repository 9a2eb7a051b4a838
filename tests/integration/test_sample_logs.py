"""The sample logs against what was counted without our readers."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from analyzer.domain.execution import LogContents
from analyzer.sources.log_files import read_log_files
from analyzer.workload.merge import WorkloadInputs, build_workload

FOLDER = Path(__file__).parents[2] / "sample_logs"
NAMES = ("shop.log", "shop.csv", "shop.json")


def path_of(name: str) -> Path:
    packed = FOLDER / f"{name}.gz"
    return packed if packed.exists() else FOLDER / name


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    text = (FOLDER / "expected.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


@pytest.fixture(scope="module", params=NAMES)
def contents(request: pytest.FixtureRequest) -> LogContents:
    return read_log_files([path_of(request.param)])


def test_every_line_is_understood(contents: LogContents) -> None:
    assert [item.not_understood_count for item in contents.coverage] == [0]
    assert not contents.coverage[0].truncated_tail


def test_calls_and_time_per_fingerprint_are_as_counted(
    contents: LogContents, expected: dict[str, Any]
) -> None:
    calls: Counter[str] = Counter()
    total_us: Counter[str] = Counter()
    max_us: dict[str, int] = {}
    for execution in contents.executions:
        if execution.application_name == expected["own_application"]:
            continue
        microseconds = round(execution.duration_ms * 1000)
        calls[execution.fingerprint] += 1
        total_us[execution.fingerprint] += microseconds
        longest = max(max_us.get(execution.fingerprint, 0), microseconds)
        max_us[execution.fingerprint] = longest
    got = {key: (calls[key], total_us[key], max_us[key]) for key in calls}
    assert got == {
        item["fingerprint"]: (item["calls"], item["total_us"], item["max_us"])
        for item in expected["statements"]
    }


def test_the_workload_made_of_each_log_has_the_same_numbers(
    contents: LogContents, expected: dict[str, Any]
) -> None:
    inputs = WorkloadInputs(server_id="snapshot", logs=contents)
    workload = build_workload(inputs)
    queries = [item for item in expected["statements"] if not item["is_utility"]]
    got = {}
    for item in workload.items:
        assert item.latency is not None
        got[item.statement.fingerprint] = (
            item.counters.calls,
            round(item.counters.total_exec_time_ms * 1000),
            item.latency.sample_count,
            round(item.latency.total_ms * 1000),
            round(item.latency.max_ms * 1000),
        )
    assert got == {
        item["fingerprint"]: (
            item["calls"],
            item["total_us"],
            item["calls"],
            item["total_us"],
            item["max_us"],
        )
        for item in queries
    }
    shares = sum(item.exec_time_ratio for item in workload.items)
    assert shares == pytest.approx(1)
    # What was left out is said: utility statements, and those of pgproof itself.
    assert len(workload.not_seen) >= 2


def test_executions_per_application_are_as_counted(
    contents: LogContents, expected: dict[str, Any]
) -> None:
    found = Counter(execution.application_name for execution in contents.executions)
    assert dict(found) == expected["executions_by_application"]
    assert len(contents.executions) == expected["executions"]


def test_errors_are_as_counted(contents: LogContents, expected: dict[str, Any]) -> None:
    failed = ("ERROR", "FATAL", "PANIC")
    errors = [event for event in contents.events if event.severity in failed]
    want = expected["errors_by_sqlstate"]
    assert len(errors) == sum(want.values())
    # Plain logs have the SQLSTATE only if the prefix has %e, and this one has not.
    if contents.coverage[0].format != "stderr":
        assert dict(Counter(event.sqlstate for event in errors)) == want


def test_lock_waits_and_plans_are_as_counted(
    contents: LogContents, expected: dict[str, Any]
) -> None:
    waits = Counter(wait.acquired for wait in contents.lock_waits)
    want = expected["lock_waits"]
    assert waits == {True: want["acquired"], False: want["still_waiting"]}
    with_plan = [e for e in contents.executions if e.plan is not None]
    assert len(with_plan) == expected["plans"]
    assert sum(c.plans_unattached_count for c in contents.coverage) == 0


def test_the_three_formats_tell_the_same_executions() -> None:
    # A bag: lines of one millisecond may stand in another order in each file.
    def told(name: str) -> Counter[tuple[Any, ...]]:
        return Counter(
            (
                item.logged_at,
                item.process_id,
                item.duration_ms,
                item.query,
                item.parameters,
                item.virtual_transaction_id,
                item.parse_duration_ms,
                item.bind_duration_ms,
            )
            for item in read_log_files([path_of(name)]).executions
        )

    first, *others = [told(name) for name in NAMES]
    for other in others:
        assert other == first


def test_no_secret_is_in_the_samples() -> None:
    for path in FOLDER.iterdir():
        content = path.read_bytes()
        assert b"SCRAM-SHA-256$" not in content


def test_the_samples_stay_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 6_000_000
