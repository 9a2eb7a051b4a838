"""Counters, logs and submitted texts become one workload."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analyzer.domain.execution import Execution, LogContents, LogCoverage
from analyzer.domain.snapshot import (
    DeltaCertainty,
    Snapshot,
    StatementCounters,
    StatementKey,
)
from analyzer.domain.statement import StatementKind
from analyzer.domain.workload import Window
from analyzer.workload.delta import since_reset
from analyzer.workload.merge import WorkloadInputs, build_workload
from analyzer.workload.rank import Measure, rank

T0 = datetime(2026, 5, 4, 3, 0, 0, tzinfo=UTC)


def snapshot(*entries: tuple[int, str, int, float], dbid: int = 1) -> Snapshot:
    return Snapshot(
        server_id="77",
        taken_at=T0,
        server_version_num=180_000,
        stats_reset_at=T0 - timedelta(hours=1),
        dealloc=0,
        counters={
            StatementKey(dbid=dbid, userid=1, queryid=n): StatementCounters(
                calls=calls, total_exec_time_ms=ms, mean_exec_time_ms=ms / calls
            )
            for n, _, calls, ms in entries
        },
        query_texts={n: text for n, text, _, _ in entries if text},
        database_names={1: "shop", 2: "other"},
    )


def execution(query: str, ms: float, minute: int = -5, **more: object) -> Execution:
    return Execution(
        logged_at=T0 + timedelta(minutes=minute),
        duration_ms=ms,
        query=query,
        database="shop",
        **more,  # type: ignore[arg-type]
    )


def inputs(found: Snapshot | None = None, *executions: Execution) -> WorkloadInputs:
    return WorkloadInputs(
        server_id="77",
        database="shop",
        delta=since_reset(found) if found else None,
        snapshot=found,
        logs=LogContents(executions=executions) if executions else None,
    )


def test_queryids_of_one_fingerprint_are_one_item() -> None:
    found = snapshot(
        (5, "SELECT * FROM t WHERE id = $1", 10, 30.0),
        (6, "SELECT * FROM t WHERE id = 7", 5, 10.0),
        (7, "SELECT * FROM u", 1, 60.0),
    )
    workload = build_workload(inputs(found))
    first, second = workload.items
    assert "FROM u" in first.statement.normalized_query
    assert second.queryids == (5, 6)
    assert second.counters.calls == 15
    assert second.exec_time_ratio == pytest.approx(0.4)
    assert second.counters.mean_exec_time_ms == pytest.approx(40 / 15)
    assert workload.window.started_at == T0 - timedelta(hours=1)
    assert workload.covered_time_ratio == 1.0


def test_utility_own_and_textless_statements_are_counted_only() -> None:
    found = snapshot(
        (1, "SELECT * FROM t", 1, 60.0),
        (2, "VACUUM t", 2, 20.0),
        (3, "SELECT /* pgproof */ 1", 3, 10.0),
        (4, "", 4, 10.0),
    )
    workload = build_workload(inputs(found))
    assert [i.queryids for i in workload.items] == [(1,)]
    assert workload.items[0].exec_time_ratio == pytest.approx(0.6)
    assert workload.covered_time_ratio == pytest.approx(0.9)
    told = " ".join(item.what for item in workload.not_seen)
    assert "utility statements: 2 executions" in told
    assert "our own statements: 3 executions" in told
    assert "without a text in pg_stat_statements: 4 executions" in told


@pytest.mark.parametrize(
    "text",
    [
        "COPY (SELECT a FROM t WHERE b = $1) TO STDOUT",
        "/* job */ CREATE TEMP TABLE made AS SELECT a FROM t WHERE b = $1",
    ],
)
def test_the_query_of_a_utility_statement_is_an_item(text: str) -> None:
    found = snapshot((1, "SELECT a FROM t WHERE b = $1", 2, 20.0), (2, text, 3, 60.0))
    logged = execution(text.replace("$1", "7"), 21.0)
    (item,) = build_workload(inputs(found, logged)).items
    assert item.statement.normalized_query == "SELECT a FROM t WHERE b = $1"
    assert (item.counters.calls, item.exec_time_ratio) == (5, 1.0)
    assert item.parameter_sets[0].values == ("7",)
    assert item.queryids == (1, 2)


def test_what_a_utility_statement_ran_counts_once() -> None:
    made = "CREATE TABLE made AS SELECT a FROM t"
    found = snapshot((1, "SELECT a FROM t", 3, 59.0), (2, made, 3, 60.0))
    counters = {
        replace(key, toplevel=key.queryid == 2): value
        for key, value in found.counters.items()
    }
    (item,) = build_workload(inputs(replace(found, counters=counters))).items
    assert (item.counters.calls, item.counters.total_exec_time_ms) == (3, 59.0)


def test_other_databases_are_left_out() -> None:
    workload = build_workload(inputs(snapshot((1, "SELECT 1", 1, 1.0), dbid=2)))
    assert workload.items == ()


def test_a_database_that_was_dropped_is_another_one() -> None:
    found = snapshot((1, "SELECT 1", 1, 1.0), dbid=3)
    assert build_workload(inputs(found)).items == ()
    nameless = replace(found, database_names={})
    assert len(build_workload(inputs(nameless)).items) == 1


def test_counters_from_the_server_percentiles_from_the_log() -> None:
    query = "SELECT * FROM t WHERE id = "
    runs = [execution(f"{query}{n}", float(n)) for n in range(1, 11)]
    workload = build_workload(inputs(snapshot((1, f"{query}$1", 40, 200.0)), *runs))
    (item,) = workload.items
    assert item.counters.calls == 40
    assert item.latency is not None
    assert (item.latency.p50_ms, item.latency.p95_ms) == (5.0, 10.0)
    assert item.latency.source == "log: 10 of 40 executions"
    assert item.sources == ("pg_stat_statements", "log")
    assert {s.values for s in item.parameter_sets} == {(str(n),) for n in range(1, 11)}
    assert {s.label for s in item.parameter_sets} == {"log"}


def test_log_alone() -> None:
    runs = [execution("SELECT * FROM t WHERE a = 'x''y' AND b = -5", 2.0)]
    workload = build_workload(inputs(None, *runs))
    (item,) = workload.items
    assert item.counters.calls == 1 and item.exec_time_ratio == 1.0
    assert item.latency is not None and item.latency.source == "log: every execution"
    assert item.parameter_sets[0].values == ("x'y", "-5")
    assert workload.window.started_at < runs[0].logged_at < workload.window.ended_at


def test_bound_values_and_constants_together() -> None:
    query = "SELECT * FROM t WHERE a = $2 AND b = $1 LIMIT 10"
    runs = [execution(query, 2.0, parameters=("one", None))]
    (item,) = build_workload(inputs(None, *runs)).items
    assert item.statement.parameter_count == 3
    assert item.parameter_sets[0].values == ("one", None, "10")


def test_a_constant_beside_bound_parameters_is_the_applications_own() -> None:
    query = "SELECT * FROM jobs WHERE state = 'ready' AND queue = $1"
    runs = [execution(query, 2.0, parameters=(f"q{n % 2}",)) for n in range(10)]
    (item,) = build_workload(inputs(None, *runs)).items
    assert item.written == {2: "ready"}
    (item,) = build_workload(inputs(None, *runs[:9])).items
    assert item.written == {}, "nine prove nothing"


def test_a_constant_that_stays_in_texts_that_vary_is_the_applications_own() -> None:
    query = "SELECT * FROM jobs WHERE state = 'ready' AND id = "
    runs = [execution(f"{query}{n}", 2.0) for n in range(10)]
    (item,) = build_workload(inputs(None, *runs)).items
    assert item.written == {1: "ready"}
    same = [execution(f"{query}7", float(n)) for n in range(40)]
    (item,) = build_workload(inputs(None, *same)).items
    assert item.written == {}, "one customer's number is no constant"
    odd = execution("SELECT * FROM jobs WHERE state = 'failed' AND id = 3", 2.0)
    (item,) = build_workload(inputs(None, *runs, odd)).items
    assert item.written == {}


def test_a_value_that_is_always_bound_alike_is_not_in_the_text() -> None:
    query = "SELECT * FROM jobs WHERE state = $1 AND id = $2"
    runs = [execution(query, 2.0, parameters=("ready", str(n))) for n in range(20)]
    (item,) = build_workload(inputs(None, *runs)).items
    assert item.written == {}


def test_at_most_twelve_sets_spread_over_the_durations() -> None:
    runs = [execution(f"SELECT * FROM t WHERE id = {n}", float(n)) for n in range(500)]
    (item,) = build_workload(inputs(None, *runs)).items
    values = [int(s.values[0] or 0) for s in item.parameter_sets]
    assert len(values) == 12
    assert min(values) == 0 and max(values) == 499
    assert values[1:3] == [499, 0], "the first three are spread too"
    assert 200 < values[0] < 300


def test_our_own_sessions_in_the_log_are_left_out() -> None:
    runs = [execution("SELECT 1", 2.0, application_name="pgproof")]
    workload = build_workload(inputs(None, *runs))
    assert workload.items == ()
    assert "our own statements: 1 executions" in workload.not_seen[0].what


def test_log_statements_of_another_time_do_not_count() -> None:
    found = snapshot((1, "SELECT * FROM t", 1, 60.0))
    workload = build_workload(
        inputs(found, execution("SELECT * FROM u", 5.0, minute=-300))
    )
    assert len(workload.items) == 1
    assert "at another time" in " ".join(n.what for n in workload.not_seen)


def test_the_constants_of_a_submitted_query_are_its_parameters() -> None:
    query = "SELECT * FROM t WHERE a = 7 AND b = 'x''y'"
    workload = build_workload(
        WorkloadInputs(server_id="77", database="shop", submitted=(query,))
    )
    (item,) = workload.items
    assert [s.values for s in item.parameter_sets] == [("7", "x'y")]
    assert item.parameter_sets[0].label == "submitted"


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        ("extract(year FROM at) = 2026", ("year", "2026")),
        ('extract("year" FROM at) = 2026', ("year", "2026")),
        (r"a = E'x\n' AND b = $q$it's$q$", ("x\n", "it's")),
        ("a = 'one'\n' and two'", ("one and two",)),
        ("a = X'1F' AND b = B'01'", ("x1F", "b01")),
        (r"a = U&'d\0061t'", ("dat",)),
        (
            "at > now() - interval '1 day' AND on_day = date '2026-01-31'",
            ("1 day", "2026-01-31"),
        ),
        ("a = -3 AND b = 1e5 AND c = .5 AND d = 0x1F", ("-3", "1e5", ".5", "31")),
        ("a IS NULL AND b = NULL", (None,)),
    ],
)
def test_constants_are_read_as_postgresql_reads_them(
    condition: str, values: tuple[str | None, ...]
) -> None:
    query = f"SELECT * FROM t WHERE {condition}"
    workload = build_workload(
        WorkloadInputs(server_id="77", database="shop", submitted=(query,))
    )
    (item,) = workload.items
    assert [s.values for s in item.parameter_sets] == [values]


def test_submitted() -> None:
    workload = build_workload(
        WorkloadInputs(server_id="77", database="shop", submitted=("SELECT * FROM t",))
    )
    (item,) = workload.items
    assert item.sources == ("submitted",)
    assert item.statement.kind is StatementKind.SELECT
    assert item.exec_time_ratio == 0.0


def test_coverage_of_the_log_is_told() -> None:
    coverage = LogCoverage(
        file="a.log",
        format="stderr",
        line_count=100,
        bytes_read=1,
        not_understood_count=5,
        examples=("sh: x",),
        truncated_tail=True,
    )
    logs = LogContents(executions=(execution("SELECT 1", 1.0),), coverage=(coverage,))
    workload = build_workload(WorkloadInputs(server_id="77", logs=logs))
    told = [item.what for item in workload.not_seen]
    assert told == ["5 lines of a.log, 5.0% of them", "the end of a.log"]


def test_ranking_by_measure() -> None:
    found = snapshot((1, "SELECT * FROM t", 100, 60.0), (2, "SELECT * FROM u", 1, 90.0))
    items = build_workload(inputs(found)).items
    assert [i.queryids for i in rank(items)] == [(2,), (1,)]
    assert [i.queryids for i in rank(items, Measure.CALLS)] == [(1,), (2,)]


def threshold_inputs(calls: int, total_ms: float, *more: Execution) -> WorkloadInputs:
    query = "SELECT * FROM t WHERE id = "
    runs = [execution(f"{query}{n}", 100.0 + n) for n in range(3)]
    first = execution("SELECT 'before the window'", 500.0, minute=-61)
    last = execution("SELECT 'at its end'", 500.0, minute=0)
    found = snapshot((1, f"{query}$1", calls, total_ms))
    return replace(inputs(found, first, *runs, last, *more), log_threshold_ms=100.0)


def percentiles(given: WorkloadInputs) -> tuple[float, float, float, str]:
    (item,) = [i for i in build_workload(given).items if i.queryids]
    assert item.latency is not None
    found = item.latency
    return found.p50_ms, found.p95_ms, found.p99_ms, found.source


def test_a_threshold_log_and_the_calls_give_exact_tails() -> None:
    # Of 300 calls the 298th smallest is the first in the log, of 40 the 38th.
    assert percentiles(threshold_inputs(300, 3000.0)) == (
        100.0, 100.0, 100.0,
        "below 100 ms: p50, p95, p99; 3 of 300 calls logged",
    )  # fmt: skip
    assert percentiles(threshold_inputs(40, 3000.0)) == (
        100.0, 100.0, 102.0, "exact: 3 of 40 calls logged; p50 below 100 ms",
    )  # fmt: skip


def test_tails_are_not_told_where_anything_speaks_against_it() -> None:
    unsure = "log: 3 of 40 executions"
    for given in (
        replace(threshold_inputs(40, 3000.0), log_threshold_ms=None),
        # What was not logged took over 100 ms a call: some role logs nothing.
        threshold_inputs(40, 4400.0),
    ):
        assert percentiles(given)[3] == unsure
    given = threshold_inputs(40, 3000.0)
    assert given.logs is not None
    late = replace(given.logs, executions=given.logs.executions[1:])
    assert percentiles(replace(given, logs=late))[3] == unsure
    cut = replace(given.logs, executions=given.logs.executions[:-1])
    assert percentiles(replace(given, logs=cut))[3] == unsure
    assert given.delta is not None
    doubtful = replace(
        given.delta,
        deltas=tuple(
            replace(d, certainty=DeltaCertainty.POSSIBLY_EVICTED)
            for d in given.delta.deltas
        ),
    )
    assert percentiles(replace(given, delta=doubtful))[3] == unsure


@pytest.mark.parametrize("begins_us", [0, 250_000])
@pytest.mark.parametrize("logged_us", [0, 1_000])
def test_whole_seconds_leave_open_what_ran_at_the_edges(
    begins_us: int, logged_us: int
) -> None:
    window = Window(
        started_at=T0 + timedelta(microseconds=begins_us),
        ended_at=T0 + timedelta(seconds=2, microseconds=500_000),
    )
    runs = [
        replace(
            execution("SELECT 1", 1.0, minute=0),
            logged_at=T0 + timedelta(seconds=second, microseconds=logged_us),
        )
        for second in (-1, 0, 0, 1, 2, 2, 2, 3)
    ]
    workload = build_workload(replace(inputs(None, *runs), window=window))
    told = [item for item in workload.not_seen if "edges" in item.what]
    if logged_us:
        assert not told
        return
    (item,) = workload.items
    assert item.counters.calls == (6 if begins_us == 0 else 4)
    assert (
        "5 executions" in told[0].what if begins_us else "3 executions" in told[0].what
    )
    assert "3 of that in which it ends are counted" in told[0].why
