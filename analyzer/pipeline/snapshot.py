"""One file from which a scan can be made without the server."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.domain.snapshot import Snapshot
from analyzer.domain.target import Address
from analyzer.domain.workload import NotSeen
from analyzer.errors import UserError
from analyzer.planner.redact import redacted
from analyzer.planner.snapshot import PlannerSnapshot, save, take_snapshot
from analyzer.planner.snapshot_file import FORMAT_VERSION
from analyzer.postgres.connect import session
from analyzer.sources.pg_stat_statements import read_snapshot
from analyzer.statements.describe import describe


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSnapshot:
    """A snapshot file: its size, its format, what is in it and what is not.

    ``statement_count`` is none where the workload was not asked for.
    """

    size_bytes: int
    version: int
    server_version: str
    relation_count: int
    index_count: int
    statement_count: int | None
    redacted: bool
    not_seen: tuple[NotSeen, ...]


def write_snapshot(
    address: Address, path: Path, *, redact: bool = False, workload: bool = False
) -> WrittenSnapshot:
    """Take a snapshot of a database and write it to a file.

    Args:
        address: of the watched database.
        path: the file, which only its owner may read.
        redact: replace text values of the data.
        workload: put in the counters and normalized texts of pg_stat_statements.

    Raises:
        TargetError: by its branches, for whatever the server did.
        SourceError: the file cannot be written.
    """
    snapshot = take_snapshot(address)
    if workload:
        snapshot = _with_statements(address, snapshot)
    if redact:
        snapshot = redacted(snapshot)
    save(snapshot, path)
    relations = snapshot.catalog.relations
    statements = snapshot.statements
    return WrittenSnapshot(
        size_bytes=path.stat().st_size,
        version=FORMAT_VERSION,
        server_version=snapshot.server_version,
        relation_count=len(relations),
        index_count=sum(len(item.indexes) for item in relations),
        statement_count=len(statements.counters) if statements else None,
        redacted=snapshot.redacted,
        not_seen=snapshot.not_seen,
    )


def _with_statements(address: Address, snapshot: PlannerSnapshot) -> PlannerSnapshot:
    with session(address) as connection:
        counted, not_seen = read_snapshot(connection)
    return replace(
        snapshot,
        statements=_of_database(counted, snapshot.catalog.database),
        not_seen=(*snapshot.not_seen, *not_seen),
    )


def _of_database(counted: Snapshot, database: str) -> Snapshot:
    """The statements of one database, without names of roles and without literals."""
    ids = {n for n, name in counted.database_names.items() if name == database}
    counters = {key: c for key, c in counted.counters.items() if key.dbid in ids}
    wanted = {key.queryid for key in counters}
    texts = {
        queryid: normalized
        for queryid, text in counted.query_texts.items()
        if queryid in wanted and (normalized := _normalized(text))
    }
    return replace(
        counted,
        counters=counters,
        query_texts=texts,
        database_names=dict.fromkeys(ids, database),
        user_names={},
    )


def _normalized(text: str) -> str:
    # Utility statements keep their constants in pg_stat_statements before version 16.
    try:
        return describe(text).normalized_query
    except UserError:
        return ""
