"""Differences of counters, and how sure they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analyzer.domain.snapshot import (
    DeltaCertainty,
    Snapshot,
    StatementCounters,
    StatementKey,
)
from analyzer.errors import SnapshotMismatch
from analyzer.workload.delta import since_reset, snapshot_delta

T0 = datetime(2026, 5, 4, 3, 0, 0, tzinfo=UTC)
KEY = StatementKey(dbid=1, userid=2, queryid=-3)
OTHER = StatementKey(dbid=1, userid=2, queryid=4)


def counters(
    calls: int, since: datetime | None = None, ms: float = 1.0
) -> StatementCounters:
    return StatementCounters(
        calls=calls,
        rows=2 * calls,
        total_exec_time_ms=ms * calls,
        mean_exec_time_ms=ms,
        stats_since=since,
    )


def snapshot(
    minute: int, *, dealloc: int | None = 0, **of: StatementCounters
) -> Snapshot:
    keys = {"key": KEY, "other": OTHER}
    return Snapshot(
        server_id="1",
        taken_at=T0 + timedelta(minutes=minute),
        server_version_num=160_000,
        stats_reset_at=T0 - timedelta(days=1),
        dealloc=dealloc,
        counters={keys[name]: value for name, value in of.items()},
    )


def only(earlier: Snapshot, later: Snapshot) -> tuple[int, DeltaCertainty]:
    (delta,) = snapshot_delta(earlier, later).deltas
    return delta.counters.calls, delta.certainty


EXACT, NEW_LIFE = DeltaCertainty.EXACT, DeltaCertainty.NEW_LIFE
EVICTED = DeltaCertainty.POSSIBLY_EVICTED
OLD = T0 - timedelta(hours=1)
NEW = T0 + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        ({"key": counters(5)}, {"key": counters(7)}, (2, EXACT)),
        ({}, {"key": counters(7)}, (7, EXACT)),
        ({"key": counters(5)}, {"key": counters(3)}, (3, NEW_LIFE)),
        ({"key": counters(5)}, {"key": counters(7), "dealloc": 1}, (2, EVICTED)),
        ({}, {"key": counters(7), "dealloc": 1}, (7, EVICTED)),
        ({"key": counters(5)}, {"key": counters(3), "dealloc": 1}, (3, NEW_LIFE)),
        # From 17 on the life has a name, so evictions of others do not matter.
        (
            {"key": counters(5, OLD)},
            {"key": counters(7, OLD), "dealloc": 1},
            (2, EXACT),
        ),
        ({"key": counters(5, OLD)}, {"key": counters(7, NEW)}, (7, NEW_LIFE)),
        ({}, {"key": counters(7, NEW)}, (7, EXACT)),
        ({}, {"key": counters(7, NEW), "dealloc": 1}, (7, EVICTED)),
    ],
)
def test_certainty(earlier, later, expected) -> None:  # type: ignore[no-untyped-def]
    assert only(snapshot(0, **earlier), snapshot(1, **later)) == expected


def test_what_did_not_run_is_left_out() -> None:
    delta = snapshot_delta(
        snapshot(0, key=counters(5), other=counters(1)),
        snapshot(1, key=counters(5), other=counters(2)),
    )
    assert [item.key for item in delta.deltas] == [OTHER]


def test_a_reset_makes_new_lives() -> None:
    later = replace(
        snapshot(1, key=counters(9)), stats_reset_at=T0 + timedelta(seconds=1)
    )
    delta = snapshot_delta(snapshot(0, key=counters(5)), later)
    assert delta.reset_between
    assert [(d.counters.calls, d.certainty) for d in delta.deltas] == [(9, NEW_LIFE)]


def test_lost_keys_and_evictions() -> None:
    delta = snapshot_delta(
        snapshot(0, key=counters(5), dealloc=3), snapshot(1, dealloc=7)
    )
    assert delta.lost_keys == (KEY,)
    assert delta.evicted_count == 4


def test_version_13_tells_evictions_by_lost_keys() -> None:
    earlier = snapshot(0, key=counters(5), other=counters(1), dealloc=None)
    later = snapshot(1, key=counters(6), dealloc=None)
    delta = snapshot_delta(earlier, later)
    assert delta.evicted_count is None
    assert [d.certainty for d in delta.deltas] == [EVICTED]


def test_an_old_entry_that_was_hidden_before_is_not_counted() -> None:
    delta = snapshot_delta(snapshot(0), snapshot(1, key=counters(7, OLD)))
    assert delta.deltas == () and delta.unknown_start_count == 1


def test_mean_and_deviation_are_those_of_the_interval() -> None:
    # 2 calls of 1 ms, then 2 calls of 3 and 5 ms.
    earlier = replace(counters(2), stddev_exec_time_ms=0.0)
    later = StatementCounters(
        calls=4, total_exec_time_ms=10.0, mean_exec_time_ms=2.5,
        stddev_exec_time_ms=(11 / 4) ** 0.5, rows=4, max_exec_time_ms=5.0,
    )  # fmt: skip
    (delta,) = snapshot_delta(snapshot(0, key=earlier), snapshot(1, key=later)).deltas
    assert delta.counters.mean_exec_time_ms == pytest.approx(4.0)
    assert delta.counters.stddev_exec_time_ms == pytest.approx(1.0)


def test_snapshots_that_do_not_belong_together() -> None:
    with pytest.raises(SnapshotMismatch, match="two servers"):
        snapshot_delta(snapshot(0), replace(snapshot(1), server_id="2"))
    with pytest.raises(SnapshotMismatch, match="wrong order"):
        snapshot_delta(snapshot(1), snapshot(0))


def test_since_reset() -> None:
    delta = since_reset(snapshot(0, key=counters(5)))
    assert delta.started_at == T0 - timedelta(days=1)
    assert [d.counters.calls for d in delta.deltas] == [5]
    unknown = since_reset(replace(snapshot(0, key=counters(5)), stats_reset_at=None))
    assert unknown.started_at == unknown.ended_at
