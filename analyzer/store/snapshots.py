"""Snapshots of pg_stat_statements, from which the next scan takes its difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import Any

from analyzer.domain.snapshot import Snapshot, StatementCounters, StatementKey
from analyzer.postgres.connect import Connection
from analyzer.postgres.pool import (
    as_jsonb,
    copy_rows,
    fetch_all,
    fetch_one,
    fetch_value,
)
from analyzer.store.database import Store, load


def latest_snapshot(store: Store, target_id: int) -> Snapshot | None:
    """The latest snapshot of a target, without texts; or none.

    None too where its counters were dropped by retention.
    """
    with store.connection() as connection:
        head = fetch_one(
            connection, _Head, load("snapshot_latest"), {"target_id": target_id}
        )
        if head is None:
            return None
        entries = fetch_all(
            connection,
            _Entry,
            load("snapshot_counters"),
            {"target_id": target_id, "taken_at": head.taken_at},
        )
    if not entries:
        return None
    return Snapshot(
        server_id=head.server_id,
        taken_at=head.taken_at,
        server_version_num=head.server_version_num,
        stats_reset_at=head.stats_reset_at,
        dealloc=head.dealloc,
        database_names={int(k): v for k, v in head.database_names.items()},
        user_names={int(k): v for k, v in head.user_names.items()},
        missing_columns=tuple(head.missing_columns),
        counters={entry.key: entry.counters for entry in entries},
    )


def write_snapshot(connection: Connection, target_id: int, snapshot: Snapshot) -> None:
    """Write a snapshot; one of the same moment is there already and stays.

    Texts are not written: they belong to statements, redacted.
    """
    head = {
        "target_id": target_id,
        "taken_at": snapshot.taken_at,
        "server_id": snapshot.server_id,
        "server_version_num": snapshot.server_version_num,
        "stats_reset_at": snapshot.stats_reset_at,
        "dealloc": snapshot.dealloc,
        "database_names": as_jsonb(
            {str(k): v for k, v in snapshot.database_names.items()}
        ),
        "user_names": as_jsonb({str(k): v for k, v in snapshot.user_names.items()}),
        "missing_columns": list(snapshot.missing_columns),
    }
    if fetch_value(connection, load("save_snapshot"), head) is None:
        return
    rows = [
        (target_id, snapshot.taken_at, *astuple(key), *astuple(_bounded(counters)))
        for key, counters in snapshot.counters.items()
    ]
    copy_rows(connection, load("save_snapshot_counters"), rows)


def _bounded(counters: StatementCounters) -> StatementCounters:
    # The server counts WAL in numeric, without a bound.
    return replace(counters, wal_bytes=min(counters.wal_bytes, 2**63 - 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    server_id: str
    taken_at: datetime
    server_version_num: int
    stats_reset_at: datetime | None
    dealloc: int | None
    database_names: Mapping[str, str]
    user_names: Mapping[str, str]
    missing_columns: Sequence[str]


class _Entry:
    def __init__(
        self, *, dbid: int, userid: int, queryid: int, toplevel: bool, **columns: Any
    ) -> None:
        self.key = StatementKey(
            dbid=dbid, userid=userid, queryid=queryid, toplevel=toplevel
        )
        self.counters = StatementCounters(**columns)
