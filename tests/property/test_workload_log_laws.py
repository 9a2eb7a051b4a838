"""Numbers of a log against the plain way to compute them."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.domain.execution import Execution
from analyzer.domain.execution_columns import as_microseconds, columns_of
from analyzer.domain.log_report import LockHolder, LoggedLockWait
from analyzer.domain.statement import Fingerprint, StatementKind
from analyzer.workload.cache_simulation import (
    TTLS_S,
    reads_of,
    simulate,
)
from analyzer.workload.lock_trees import lock_trees
from analyzer.workload.session_rows import by_session
from analyzer.workload.transactions import transactions

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
READS = st.lists(
    st.tuples(st.integers(0, 900_000), st.integers(0, 900), st.integers(0, 3)),
    min_size=1,
    max_size=40,
)


def executions(reads: list[tuple[int, int, int]]) -> list[Execution]:
    return [
        Execution(
            logged_at=NOON + timedelta(milliseconds=start + length),
            duration_ms=float(length),
            query=f"SELECT {value}",
            session_id=f"s{at}",
            process_id=at + 1,
            fingerprint=Fingerprint("a" * 16),
        )
        for at, (start, length, value) in enumerate(reads)
    ]


WRITES = st.lists(st.integers(0, 901_000), max_size=9).map(sorted)


@given(READS, WRITES, st.sampled_from([8, 1 << 20]))
def test_a_cache_replayed_read_by_read(
    reads: list[tuple[int, int, int]], writes: list[int], rows: int
) -> None:
    noon_us = as_microseconds(NOON)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analyzer.domain.pages.SPILL_ROWS", rows)
        table = reads_of(columns_of(executions(reads)), 0)
        writes_us = noon_us + 1000 * np.array(writes, np.int64)
        outcomes = simulate(table, writes_us)
    assert [item.ttl_s for item in outcomes] == list(TTLS_S)
    for outcome in outcomes:
        ready: dict[int, int] = {}
        hits: list[tuple[int, int, bool]] = []
        for start, length, value in sorted(reads):
            filled = ready.get(value)
            if filled is None or start >= filled + outcome.ttl_s * 1000:
                ready[value] = start + length
            elif filled <= start:
                written = any(filled < moment <= start for moment in writes)
                hits.append((start - filled, length, written))
        ages = [age for age, _, _ in hits]
        assert outcome.hit_count == len(hits)
        assert outcome.hit_ratio == len(hits) / len(reads)
        assert outcome.stale_count == sum(written for _, _, written in hits)
        assert outcome.saved_ms == sum(length for _, length, _ in hits)
        assert outcome.oldest_s == max(ages, default=0) / 1000
        assert outcome.mean_age_s == pytest.approx(sum(ages) / 1000 / max(len(ages), 1))


@given(READS)
def test_how_many_are_open_at_once(reads: list[tuple[int, int, int]]) -> None:
    columns = by_session(columns_of(executions(reads)))
    found = transactions(columns, (StatementKind.SELECT,))
    moments = [moment for moment, _, _ in reads]
    inside = max(sum(s <= m < s + n for s, n, _ in reads) for m in moments)
    touching = max(sum(s <= m <= s + n for s, n, _ in reads) for m in moments)
    assert inside <= found.busy_peak_count <= touching
    span = max(s + n for s, n, _ in reads) - min(s for s, _, _ in reads)
    if span:
        mean = sum(length for _, length, _ in reads) / span
        assert found.busy_mean_count == pytest.approx(mean)


@given(READS)
def test_the_minute_in_which_most_are_open(reads: list[tuple[int, int, int]]) -> None:
    found = transactions(
        by_session(columns_of(executions(reads))), (StatementKind.SELECT,)
    )
    first = min(s for s, _, _ in reads)
    last = max(s + n for s, n, _ in reads)

    def mean(minute: int) -> float:
        start, end = max(minute * 60_000, first), min((minute + 1) * 60_000, last)
        is_open = sum(max(min(s + n, end) - max(s, start), 0) for s, n, _ in reads)
        return is_open / max(end - start, 1_000)

    means = [mean(minute) for minute in range(last // 60_000 + 1)]
    assert found.busiest_minute_mean_count == pytest.approx(max(means))
    at = (found.busiest_minute or NOON) - NOON
    assert mean(at // timedelta(minutes=1)) == pytest.approx(max(means))


def test_a_wrong_year_makes_no_grid_of_minutes() -> None:
    first, *others = executions([(0, 5, 1), (0, 5, 2), (1, 5, 3)])
    early = replace(first, logged_at=datetime(1970, 1, 1, tzinfo=UTC))
    columns = by_session(columns_of([early, *others]))
    tracemalloc.start()
    transactions(columns, (StatementKind.SELECT,))
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 1 << 20


WAITS = st.lists(
    st.tuples(
        st.integers(1, 6), st.integers(1, 6), st.integers(0, 50), st.integers(1, 50)
    ),
    max_size=25,
)


@given(WAITS)
def test_every_wait_is_in_one_tree(waits: list[tuple[int, int, int, int]]) -> None:
    found = [
        LoggedLockWait(
            started_at=NOON + timedelta(seconds=start),
            process_id=process,
            lock_mode="ShareLock",
            locked_object="transaction 7",
            waited_ms=length * 1000.0,
            acquired=True,
            holders=(LockHolder(process_id=holder),),
        )
        for process, holder, start, length in waits
    ]
    trees = lock_trees(found)
    assert sum(tree.process_count for tree in trees) == len(found)
    total = sum(wait.waited_ms for wait in found)
    assert sum(tree.waited_ms for tree in trees) == pytest.approx(total)
