"""One reading of pg_stat_statements, of PostgreSQL 13 to 18, as a Snapshot."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from analyzer.domain.snapshot import Snapshot, StatementCounters, StatementKey
from analyzer.domain.workload import NotSeen
from analyzer.postgres.connect import Connection
from analyzer.postgres.queries import MARKER
from analyzer.postgres.statement_counters import (
    Names,
    StatementsExtension,
    Texts,
    find_extension,
    read_counter_rows,
    read_info,
    read_names,
    read_system_identifier,
    read_texts,
)
from analyzer.statements.describe import describe

# Counter by the names it had, the newest first. Times changed name in 1.11 (17).
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "calls": ("calls",),
    "rows": ("rows",),
    "plans": ("plans",),
    "total_plan_time_ms": ("total_plan_time",),
    "total_exec_time_ms": ("total_exec_time", "total_time"),
    "min_exec_time_ms": ("min_exec_time", "min_time"),
    "max_exec_time_ms": ("max_exec_time", "max_time"),
    "mean_exec_time_ms": ("mean_exec_time", "mean_time"),
    "stddev_exec_time_ms": ("stddev_exec_time", "stddev_time"),
    "shared_blks_hit": ("shared_blks_hit",),
    "shared_blks_read": ("shared_blks_read",),
    "shared_blks_dirtied": ("shared_blks_dirtied",),
    "shared_blks_written": ("shared_blks_written",),
    "temp_blks_read": ("temp_blks_read",),
    "temp_blks_written": ("temp_blks_written",),
    "shared_blk_read_time_ms": ("shared_blk_read_time", "blk_read_time"),
    "shared_blk_write_time_ms": ("shared_blk_write_time", "blk_write_time"),
    "wal_bytes": ("wal_bytes",),
    "stats_since": ("stats_since",),
}
_KEY = ("dbid", "userid", "queryid")
_TIMES = frozenset(name for name in _COLUMNS if name.endswith("_ms"))
_HIDDEN = "<insufficient privilege>"


def read_snapshot(
    connection: Connection, *, known_queryids: Collection[int] = ()
) -> tuple[Snapshot, tuple[NotSeen, ...]]:
    """Read all counters, and the texts of ids not known yet.

    Our own statements are left out: those with our marker, and those of our role that
    read nothing but system catalogs, as the pg_dump does that a snapshot is made with.

    Args:
        connection: to a database that has the extension.
        known_queryids: ids whose text the caller has; their texts are not read.

    Returns:
        The snapshot, and what could not be seen.

    Raises:
        MissingExtension: it was not created in this database, or is not loaded.
        psycopg.Error: within ``connect.session`` it becomes an error of our tree.
    """
    extension = find_extension(connection)
    chosen = _chosen_columns(extension)
    names = read_names(connection)
    reset_at, dealloc = read_info(connection, extension)
    rows = read_counter_rows(connection, extension, _selected(extension, chosen))
    seen = [row for row in rows if row["queryid"] is not None]
    new = sorted({row["queryid"] for row in seen} - set(known_queryids))
    texts = read_texts(connection, extension, new)
    own = _own_keys(seen, texts.by_queryid, names)
    own_ms = sum(_exec_ms(row, chosen) for row in seen if _key(row) in own)
    others = {row["queryid"] for row in seen if _key(row) not in own}
    server_id = read_system_identifier(connection)
    snapshot = Snapshot(
        server_id=server_id or _address_of(connection),
        taken_at=names.now,
        server_version_num=connection.info.server_version,
        stats_reset_at=reset_at,
        dealloc=dealloc,
        counters={
            _key(row): _counters(row, chosen) for row in seen if _key(row) not in own
        },
        query_texts={
            n: text
            for n, text in texts.by_queryid.items()
            if n in others and text != _HIDDEN
        },
        database_names=names.databases,
        user_names=names.roles,
        missing_columns=tuple(name for name in _COLUMNS if name not in chosen),
        own_exec_time_ms=own_ms,
    )
    hidden = [row for row in rows if row["queryid"] is None]
    not_seen = [
        *_not_seen_entries(hidden, rows, chosen, names),
        *_not_seen_texts(texts),
        *_not_seen_identity(server_id),
    ]
    return snapshot, tuple(not_seen)


def _chosen_columns(extension: StatementsExtension) -> dict[str, str]:
    found: dict[str, str] = {}
    for counter, names in _COLUMNS.items():
        column = next((name for name in names if name in extension.columns), None)
        if column is not None:
            found[counter] = column
    return found


def _selected(extension: StatementsExtension, chosen: Mapping[str, str]) -> list[str]:
    toplevel = ["toplevel"] if "toplevel" in extension.columns else []
    return [*_KEY, *toplevel, *chosen.values()]


def _key(row: Mapping[str, Any]) -> StatementKey:
    return StatementKey(
        dbid=row["dbid"],
        userid=row["userid"],
        queryid=row["queryid"],
        toplevel=row.get("toplevel", True),
    )


def _own_keys(
    rows: Sequence[Mapping[str, Any]], texts: Mapping[int, str], names: Names
) -> frozenset[StatementKey]:
    marked = {n for n, text in texts.items() if MARKER in text}
    catalogs = {n for n, text in texts.items() if "pg_" in text and _is_catalogs(text)}
    return frozenset(
        _key(row)
        for row in rows
        if row["queryid"] in marked
        or (
            row["queryid"] in catalogs
            and names.roles.get(row["userid"]) == names.current_role
        )
    )


def _is_catalogs(text: str) -> bool:
    """Whether a statement reads system catalogs and nothing else."""
    relations = describe(text).relations
    return bool(relations) and all(name.is_system for name in relations)


def _counters(row: Mapping[str, Any], chosen: Mapping[str, str]) -> StatementCounters:
    values: dict[str, Any] = {}
    for counter, column in chosen.items():
        value = row[column]
        if counter == "stats_since":
            values[counter] = value
        elif value is not None:
            # wal_bytes is numeric, and times are double precision.
            values[counter] = float(value) if counter in _TIMES else int(value)
    return StatementCounters(**values)


def _exec_ms(row: Mapping[str, Any], chosen: Mapping[str, str]) -> float:
    return float(row[chosen["total_exec_time_ms"]] or 0.0)


def _address_of(connection: Connection) -> str:
    return f"address {connection.info.host}:{connection.info.port}"


def _not_seen_entries(
    hidden: Sequence[Mapping[str, Any]],
    rows: Sequence[Mapping[str, Any]],
    chosen: Mapping[str, str],
    names: Names,
) -> Iterator[NotSeen]:
    if not hidden:
        return
    all_ms = sum(_exec_ms(row, chosen) for row in rows)
    hidden_ms = sum(_exec_ms(row, chosen) for row in hidden)
    share = hidden_ms / all_ms if all_ms else 0.0
    role = '"' + names.current_role.replace('"', '""') + '"'
    yield NotSeen(
        what=f"{len(hidden)} statements of other roles, {share:.0%} of the "
        "execution time in pg_stat_statements",
        why=f"the role {role} may see only its own statements",
        hint=f"GRANT pg_read_all_stats TO {role};",
    )


def _not_seen_texts(texts: Texts) -> Iterator[NotSeen]:
    if texts.broken:
        yield NotSeen(
            what=f"the texts of {len(texts.broken)} statements",
            why=texts.why,
            hint="A text of another database is not valid in the encoding of this one; "
            "pg_stat_statements_reset() with the id of that database removes it.",
        )


def _not_seen_identity(server_id: str | None) -> Iterator[NotSeen]:
    if server_id is None:
        yield NotSeen(
            what="the cluster's system identifier",
            why="pg_control_system() may not be executed",
            hint="GRANT EXECUTE ON FUNCTION pg_catalog.pg_control_system() TO …; until "
            "then the server is known by its address.",
        )
