"""Sources to facts: what a scan reads from the target, a snapshot file and its logs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from analyzer.domain.catalog import Catalog
from analyzer.domain.execution import LogContents
from analyzer.domain.ports import Progress
from analyzer.domain.snapshot import Snapshot
from analyzer.domain.target import PLAN_ONLY, Address, Permissions
from analyzer.domain.workload import NotSeen
from analyzer.errors import MissingExtension, MissingPrivilege, PlanningFailed
from analyzer.pipeline.scan_log import of_other_databases
from analyzer.planner.snapshot import PlannerSnapshot, load, take_snapshot
from analyzer.postgres.catalog import read_catalog
from analyzer.postgres.connect import session
from analyzer.sources.log_files import LogOptions, read_log_files
from analyzer.sources.pg_stat_statements import read_snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRequest:
    """What to scan, and what may be done there.

    Attributes:
        address: the watched database; none to work from files alone.
        permissions: what its owner allows.
        snapshot_path: a snapshot file to plan from instead of the server.
        log_paths: log files of the server.
        line_prefix: its ``log_line_prefix``; none to find it out.
        log_timezone: its setting, for abbreviations of zones that name no offset.
        earlier: counters of the scan before, for a difference.
        known_texts: texts by queryid that need not be read from the server again.
        queries: submitted texts; if given, they are the workload.
        min_counter_age_s: see ``AdviseOptions``; none keeps the advisors' own.
        verify_count: how many recommendations to measure on generated data.
    """

    address: Address | None = None
    permissions: Permissions = PLAN_ONLY
    snapshot_path: Path | None = None
    log_paths: tuple[Path, ...] = ()
    line_prefix: str | None = None
    log_timezone: str = ""
    earlier: Snapshot | None = None
    known_texts: Mapping[int, str] = field(default_factory=dict, repr=False)
    queries: tuple[str, ...] = ()
    min_counter_age_s: float | None = None
    verify_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What was read, as far as it could be, and what could not."""

    catalog: Catalog | None = None
    counters: Snapshot | None = None
    snapshot: PlannerSnapshot | None = None
    logs: LogContents | None = None
    not_seen: tuple[NotSeen, ...] = ()


def collect(request: ScanRequest, progress: Progress) -> Collected:
    """Read everything a scan stands on.

    What cannot be seen for want of an extension or a privilege is told in
    ``not_seen``; the rest goes on.

    Raises:
        TargetError: the server cannot be reached, or ended the connection.
        SourceError: a log or snapshot file cannot be read.
    """
    if request.address is None:
        return _from_files(request, progress)
    return _from_server(request, request.address, progress)


def _from_files(request: ScanRequest, progress: Progress) -> Collected:
    if request.snapshot_path is None:
        return Collected(logs=_logs(request, None, progress))
    snapshot = load(request.snapshot_path)
    logs = _logs(request, snapshot.catalog, progress)
    return Collected(
        catalog=snapshot.catalog,
        snapshot=snapshot,
        logs=logs,
        not_seen=(*snapshot.not_seen, *of_other_databases(logs, snapshot.catalog)),
    )


def _logs(
    request: ScanRequest, catalog: Catalog | None, progress: Progress
) -> LogContents | None:
    if not request.log_paths:
        return None
    settings = catalog.settings if catalog else {}
    return read_log_files(
        request.log_paths,
        LogOptions(
            line_prefix=request.line_prefix,
            server_prefix=settings.get("log_line_prefix"),
            log_timezone=request.log_timezone,
            progress=lambda stage, done: progress(stage, 0.02 + 0.06 * done),
        ),
    )


def _from_server(
    request: ScanRequest, address: Address, progress: Progress
) -> Collected:
    not_seen: list[NotSeen] = []
    with session(address) as connection:
        progress("reading the catalog", 0.0)
        catalog, hidden = read_catalog(connection)
        not_seen += hidden
    # Between two sessions: none is held open while gigabytes are read.
    logs = _logs(request, catalog, progress)
    not_seen += of_other_databases(logs, catalog)
    with session(address) as connection:
        counters = None
        if not request.queries:
            progress("reading pg_stat_statements", 0.10)
            try:
                counters, hidden = read_snapshot(
                    connection, known_queryids=request.known_texts.keys()
                )
                not_seen += hidden
            except (MissingExtension, MissingPrivilege, PlanningFailed) as error:
                not_seen.append(
                    NotSeen(
                        what="pg_stat_statements",
                        why=error.message,
                        hint=error.hint or "",
                    )
                )
    progress("taking a snapshot of schema and statistics", 0.14)
    if request.snapshot_path is not None:
        snapshot = load(request.snapshot_path)
    else:
        snapshot = take_snapshot(address, catalog)
    not_seen += snapshot.not_seen
    return Collected(
        catalog=catalog,
        counters=counters,
        snapshot=snapshot,
        logs=logs,
        not_seen=tuple(dict.fromkeys(not_seen)),
    )
