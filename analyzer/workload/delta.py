"""Two snapshots of pg_stat_statements to differences, each with its certainty.

An entry's life ends when it is evicted or reset, and a new one may begin under the same
key. From PostgreSQL 17 on ``stats_since`` names the life. Before, any counter that fell
means a new life; an entry that was evicted and came back with more calls cannot be told
from one that went on, so while ``dealloc`` grew each difference is marked as possibly
evicted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from analyzer.domain.snapshot import (
    DeltaCertainty,
    Snapshot,
    SnapshotDelta,
    StatementCounters,
    StatementDelta,
)
from analyzer.errors import SnapshotMismatch
from analyzer.workload.counters import CUMULATIVE, difference, fell


@dataclass(frozen=True, slots=True, kw_only=True)
class _Between:
    """What happened between the snapshots to all entries alike."""

    earlier_at: datetime
    was_reset: bool
    was_evicting: bool


def snapshot_delta(earlier: Snapshot, later: Snapshot) -> SnapshotDelta:
    """What ran between two snapshots of one server.

    Entries that did not run are left out.

    Raises:
        SnapshotMismatch: of two servers, or in the wrong order.
    """
    _check(earlier, later)
    lost = tuple(sorted(set(earlier.counters) - set(later.counters)))
    evicted = _evicted(earlier, later)
    between = _Between(
        earlier_at=earlier.taken_at,
        was_reset=_was_reset(earlier, later),
        was_evicting=bool(lost) if evicted is None else evicted > 0,
    )
    deltas: list[StatementDelta] = []
    unknown = 0
    for key, counters in later.counters.items():
        found = _delta(earlier.counters.get(key), counters, between)
        if found is None:
            unknown += 1
        elif _ran(found[0]):
            deltas.append(
                StatementDelta(key=key, counters=found[0], certainty=found[1])
            )
    return SnapshotDelta(
        started_at=earlier.taken_at,
        ended_at=later.taken_at,
        deltas=tuple(deltas),
        reset_between=between.was_reset,
        evicted_count=evicted,
        lost_keys=lost,
        unknown_start_count=unknown,
    )


def since_reset(snapshot: Snapshot) -> SnapshotDelta:
    """Everything a single snapshot has counted, since its counters were reset.

    Before PostgreSQL 14 the server does not know since when; the window is then empty
    (it starts where it ends).
    """
    evicted = bool(snapshot.dealloc)
    certainty = DeltaCertainty.POSSIBLY_EVICTED if evicted else DeltaCertainty.EXACT
    return SnapshotDelta(
        started_at=min(snapshot.stats_reset_at or snapshot.taken_at, snapshot.taken_at),
        ended_at=snapshot.taken_at,
        deltas=tuple(_whole(snapshot, certainty)),
        evicted_count=snapshot.dealloc,
    )


def _whole(snapshot: Snapshot, certainty: DeltaCertainty) -> Iterator[StatementDelta]:
    for key, counters in snapshot.counters.items():
        if _ran(counters):
            yield StatementDelta(key=key, counters=counters, certainty=certainty)


def _check(earlier: Snapshot, later: Snapshot) -> None:
    if earlier.server_id != later.server_id:
        raise SnapshotMismatch(
            "the snapshots are of two servers",
            detail=f'System identifiers are "{earlier.server_id}" and '
            f'"{later.server_id}".',
            hint="Compare snapshots of one cluster; a restored copy has the same "
            "identifier, a logical one does not.",
        )
    if later.taken_at < earlier.taken_at:
        raise SnapshotMismatch(
            "the snapshots are in the wrong order",
            detail=f"The second was taken at {later.taken_at}, the first at "
            f"{earlier.taken_at}.",
        )


def _evicted(earlier: Snapshot, later: Snapshot) -> int | None:
    if later.dealloc is None or earlier.dealloc is None:
        return None
    if _was_reset(earlier, later):
        return later.dealloc
    return max(later.dealloc - earlier.dealloc, 0)


def _was_reset(earlier: Snapshot, later: Snapshot) -> bool:
    # Query ids change with the major version, so nothing goes on across an upgrade.
    upgraded = (
        earlier.server_version_num // 10_000 != later.server_version_num // 10_000
    )
    return upgraded or earlier.stats_reset_at != later.stats_reset_at


def _delta(
    before: StatementCounters | None, now: StatementCounters, between: _Between
) -> tuple[StatementCounters, DeltaCertainty] | None:
    if now.stats_since is not None:
        return _delta_by_life(before, now, between)
    if between.was_reset:
        return now, DeltaCertainty.NEW_LIFE
    doubt = (
        DeltaCertainty.POSSIBLY_EVICTED
        if between.was_evicting
        else DeltaCertainty.EXACT
    )
    if before is None:
        return now, doubt
    if fell(before, now):
        return now, DeltaCertainty.NEW_LIFE
    return difference(before, now), doubt


def _delta_by_life(
    before: StatementCounters | None, now: StatementCounters, between: _Between
) -> tuple[StatementCounters, DeltaCertainty] | None:
    if before is not None and before.stats_since == now.stats_since:
        if fell(before, now):
            return now, DeltaCertainty.NEW_LIFE
        return difference(before, now), DeltaCertainty.EXACT
    if before is not None:
        return now, DeltaCertainty.NEW_LIFE
    if now.stats_since is not None and now.stats_since < between.earlier_at:
        return None
    if between.was_evicting:
        return now, DeltaCertainty.POSSIBLY_EVICTED
    return now, DeltaCertainty.EXACT


def _ran(counters: StatementCounters) -> bool:
    return any(getattr(counters, name) for name in CUMULATIVE)


def weakest(certainties: Iterator[DeltaCertainty]) -> DeltaCertainty:
    """The least certain of several."""
    order = list(DeltaCertainty)
    return max(certainties, key=order.index, default=DeltaCertainty.EXACT)
