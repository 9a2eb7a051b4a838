"""What indexes are chosen for: statements of files, or what the server has counted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from analyzer.domain.catalog import Catalog
from analyzer.domain.snapshot import Snapshot, StatementCounters
from analyzer.domain.statement import Fingerprint, StatementKind
from analyzer.domain.target import Address
from analyzer.domain.workload import (
    NotSeen,
    ParameterSet,
    Window,
    Workload,
    WorkloadItem,
)
from analyzer.errors import UserError
from analyzer.indexing.joined_keys import JoinedKey, joined_keys
from analyzer.indexing.subjects import read_shapes
from analyzer.pipeline.nested_statements import plannable
from analyzer.planner.parameters import ParameterSource
from analyzer.postgres.connect import session
from analyzer.report.plain import counted
from analyzer.sources.pg_stat_statements import read_snapshot
from analyzer.sources.workload_files import FileStatement, read_workload
from analyzer.statements.describe import describe, parameter_count
from analyzer.workload.delta import since_reset
from analyzer.workload.merge import WorkloadInputs, build_workload
from analyzer.workload.parts import Source

_NAME_LENGTH = 60
GIVE_WORKLOAD = "Give the statements by --workload PATH."


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedWorkload:
    """A workload with what its statements are called and how often each counts.

    ``mean_ms`` holds the measured mean time of a call, where it is known.
    ``joined_keys`` are assumed of its joins.
    """

    workload: Workload
    names: Mapping[Fingerprint, str]
    weights: Mapping[Fingerprint, float]
    mean_ms: Mapping[Fingerprint, float] = field(default_factory=dict)
    not_seen: tuple[NotSeen, ...] = ()
    joined_keys: tuple[JoinedKey, ...] = ()


def workload_of_files(path: Path, catalog: Catalog) -> NamedWorkload:
    """Statements of a file or folder, planned with the constants they are written with.

    Raises:
        SourceError, UserError: a file cannot be read, or holds no statement.
    """
    found = read_workload(path)
    total = sum(item.weight for item in found) or 1.0
    items: dict[Fingerprint, WorkloadItem] = {}
    names: dict[Fingerprint, str] = {}
    weights: dict[Fingerprint, float] = {}
    for given in found:
        item = _item(given, given.weight / total, taken=items)
        name = item.statement.fingerprint
        items[name], weights[name] = item, given.weight
        names[name] = given.name
    window = Window(started_at=catalog.read_at, ended_at=catalog.read_at)
    workload = Workload(
        server_id=catalog.server_id,
        database=catalog.database,
        window=window,
        items=tuple(items.values()),
    )
    return NamedWorkload(workload=workload, names=names, weights=weights)


def _item(
    given: FileStatement, share: float, *, taken: Iterable[Fingerprint]
) -> WorkloadItem:
    statement = describe(given.query)
    fingerprint = statement.fingerprint
    if fingerprint in taken:
        # The same statement with other constants, or a file given twice.
        digest = hashlib.sha256(f"{given.name}\0{given.query}".encode())
        fingerprint = Fingerprint(digest.hexdigest()[:16])
    text = given.query.strip().rstrip(";")
    calls = max(1, round(given.weight))
    return WorkloadItem(
        statement=replace(
            statement,
            fingerprint=fingerprint,
            normalized_query=text,
            parameter_count=parameter_count(text),
        ),
        counters=StatementCounters(calls=calls, rows=calls),
        exec_time_ratio=share,
        parameter_sets=tuple(
            ParameterSet(values=values, label="given", source="the workload file")
            for values in given.parameters
        ),
        sources=(Source.SUBMITTED,),
    )


def workload_of_server(address: Address, catalog: Catalog) -> NamedWorkload:
    """What pg_stat_statements has counted since it was reset.

    Raises:
        TargetError: it cannot be read; the hint says what would change that.
        UserError: it holds nothing about this database.
    """
    with session(address) as connection:
        counters, not_seen = read_snapshot(connection)
    return workload_of_counters(counters, catalog, not_seen)


def workload_of_counters(
    counters: Snapshot, catalog: Catalog, not_seen: tuple[NotSeen, ...] = ()
) -> NamedWorkload:
    """What pg_stat_statements had counted when it was read.

    Raises:
        UserError: it holds nothing about this database.
    """
    workload = build_workload(
        WorkloadInputs(
            server_id=catalog.server_id,
            database=catalog.database,
            delta=since_reset(counters),
            snapshot=counters,
        )
    )
    if not workload.items:
        raise UserError(
            "pg_stat_statements has no statement of this database",
            hint=GIVE_WORKLOAD,
        )
    items = workload.items
    return NamedWorkload(
        workload=workload,
        names={i.statement.fingerprint: _title(i) for i in items},
        weights={i.statement.fingerprint: float(i.counters.calls) for i in items},
        mean_ms={
            i.statement.fingerprint: i.counters.total_exec_time_ms / i.counters.calls
            for i in items
            if i.counters.calls
        },
        not_seen=(*not_seen, *workload.not_seen),
    )


def _title(item: WorkloadItem) -> str:
    text = " ".join(item.statement.normalized_query.split())
    cut = text if len(text) <= _NAME_LENGTH else text[: _NAME_LENGTH - 2] + " …"
    return f"{item.statement.fingerprint} {cut}"


def understood(found: NamedWorkload, catalog: Catalog) -> NamedWorkload:
    """The same, with what its joins let assume of columns that go together.

    Counted statements that read no table of the database are left out: those of tools
    that look at the system's catalogs. Submitted ones stay, to get an answer.

    Raises:
        UserError: nothing is left.
    """
    shapes = read_shapes(found.workload, catalog).shapes
    keys = joined_keys(shapes.values(), catalog)
    kept: list[WorkloadItem] = []
    rest: list[WorkloadItem] = []
    for item in found.workload.items:
        known = shapes.get(item.statement.fingerprint)
        is_idle = (
            known is not None
            and known.kind is StatementKind.SELECT
            and not known.uses
            and Source.SUBMITTED not in item.sources
        )
        (rest if is_idle else kept).append(item)
    if not rest:
        return replace(found, joined_keys=keys)
    if not kept:
        raise UserError(
            "no statement in pg_stat_statements reads a table of this database",
            detail=_elsewhere(rest).what,
            hint=GIVE_WORKLOAD,
        )
    return replace(
        found,
        workload=replace(found.workload, items=tuple(kept)),
        joined_keys=keys,
        not_seen=(*found.not_seen, _elsewhere(rest)),
    )


def _elsewhere(items: Sequence[WorkloadItem]) -> NotSeen:
    calls = sum(item.counters.calls for item in items)
    time_ms = sum(item.counters.total_exec_time_ms for item in items)
    return NotSeen(
        what=f"{counted(len(items), 'statement')} on the system's catalogs or without "
        f"a table: {calls:,} executions, {time_ms:,.1f} ms",
        why="no index of this database could serve them",
    )


def with_parameters(found: NamedWorkload, source: ParameterSource) -> NamedWorkload:
    """The same, with values drawn from statistics where ``$n`` has none."""
    items = tuple(_drawn((plannable(i, source) for i in found.workload.items), source))
    return replace(found, workload=replace(found.workload, items=items))


def _drawn(
    items: Iterable[WorkloadItem], source: ParameterSource
) -> Iterator[WorkloadItem]:
    for item in items:
        if item.parameter_sets or not item.statement.parameter_count:
            yield item
        else:
            sets = source.draw(item.statement.normalized_query)
            yield replace(item, parameter_sets=(*sets, *_anchored(sets[:1])))


def _anchored(sets: Iterable[ParameterSet]) -> Iterator[ParameterSet]:
    """The same with patterns that begin with a letter.

    Whether an application anchors its patterns is not known, so both count.
    """
    for one in sets:
        values = tuple(
            v[1:] if v and len(v) > 2 and v[0] == v[-1] == "%" else v
            for v in one.values
        )
        if values != one.values:
            source = f"{one.source}; the pattern anchored"
            yield replace(one, values=values, label="anchored", source=source)
