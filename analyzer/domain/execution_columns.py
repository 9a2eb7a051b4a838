"""Logged executions in columns: a log of millions of them in some dozen bytes each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from analyzer.domain.execution import Execution
from analyzer.domain.pages import is_long
from analyzer.domain.row_store import RowStore, in_parts
from analyzer.domain.statement import Fingerprint

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int32]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def as_datetime(logged_at_us: int) -> datetime:
    """The moment of a number of microseconds since 1970, UTC.

    >>> as_datetime(1_500_000).isoformat()
    '1970-01-01T00:00:01.500000+00:00'
    """
    return EPOCH + timedelta(microseconds=int(logged_at_us))


def as_microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of an aware time.

    >>> as_microseconds(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    return (moment - EPOCH) // _MICROSECOND


@dataclass(frozen=True, slots=True)
class Origins:
    """Where executions came from: each distinct combination once.

    All have the same length; ``ExecutionColumns.origin`` is an index into them.
    """

    session_id: Sequence[str] = ()
    process_id: Sequence[int] = ()
    database: Sequence[str] = ()
    user: Sequence[str] = ()
    application_name: Sequence[str] = ()
    remote_host: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """The distinct statements, by fingerprint; ``statement`` is an index into them.

    Attributes:
        fingerprint: each of them once.
        query: the raw text of the first execution, by time.
        queryids: the server's, ascending; 0 is left out.
    """

    fingerprint: Sequence[Fingerprint] = ()
    query: Sequence[str] = ()
    queryids: Sequence[tuple[int, ...]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptText:
    """Raw text, bound values and plan of one execution, of those that were kept."""

    query: str
    parameters: tuple[str | None, ...] = ()
    plan: Mapping[str, Any] | None = None
    plan_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionColumns(Sequence[Execution]):
    """Executions in time order, of equal times by process, one row each.

    As a sequence it makes an :class:`Execution` of a row when asked for one, so code
    that is not about speed can treat it as a tuple of them.

    Attributes:
        logged_at_us: end of the run, microseconds since 1970, UTC.
        duration_ms: of the execute phase.
        statement: index into ``statements``.
        session: a number for each session (or process, where the log has no session).
        origin: index into ``origins``.
        local_transaction_id: the second half of ``%v``; 0 where the log does not say or
            the transaction was over. Together with ``session`` it names a transaction.
        values_hash: of the bound parameters, else of the constants in the text; two
            executions of a statement with the same values have the same one.
        parse_us: time of the parse phase just before, in microseconds, 0 without.
        bind_us: likewise the bind phase.
        queryid: the server's, 0 where unknown.
        has_plan: whether auto_explain logged a plan of it.
        position: place among all executions as they were logged; names the row.
        statements: what ``statement`` counts.
        origins: what ``origin`` counts.
        kept: texts by ``position``: of the slowest of each statement, or of all if
            that was asked for.
    """

    logged_at_us: Longs
    duration_ms: Floats
    statement: Ints
    session: Ints
    origin: Ints
    local_transaction_id: Longs
    values_hash: Longs
    parse_us: Ints
    bind_us: Ints
    queryid: Longs
    has_plan: Bools
    position: Longs
    statements: Statements = field(default_factory=Statements)
    origins: Origins = field(default_factory=Origins)
    kept: Mapping[int, KeptText] = field(default_factory=dict)

    def __len__(self) -> int:
        """Number of executions."""
        return len(self.logged_at_us)

    @overload
    def __getitem__(self, row: int) -> Execution: ...
    @overload
    def __getitem__(self, row: slice) -> ExecutionColumns: ...
    def __getitem__(self, row: int | slice) -> Execution | ExecutionColumns:
        """One execution, or some rows without copying them."""
        if isinstance(row, slice):
            return self.with_table({n: array[row] for n, array in self.table().items()})
        if not -len(self) <= row < len(self):
            raise IndexError(row)
        return self._execution(row)

    def __iter__(self) -> Iterator[Execution]:
        """Each row as an execution."""
        for row in range(len(self)):
            yield self._execution(row)

    def where(self, chosen: Callable[[ExecutionColumns], Bools]) -> ExecutionColumns:
        """Some of the rows.

        Args:
            chosen: says which of some rows, as a mask.
        """
        if not is_long(len(self)):
            mask = chosen(self)
            if bool(mask.all()):
                return self
            return self.with_table(
                {n: array[mask] for n, array in self.table().items()}
            )
        found = RowStore(KINDS)
        for part in self.windows():
            mask = chosen(part)
            found.append({n: array[mask] for n, array in part.table().items()})
        return self.with_table(found.table())

    def windows(self) -> Iterator[ExecutionColumns]:
        """All rows, some at a time, without copying them; a part is gone with it."""
        for part in in_parts(self.table()):
            yield self.with_table(part)

    def table(self) -> dict[str, Any]:
        """The columns by their names."""
        return {name: getattr(self, name) for name in COLUMNS}

    def with_table(self, columns: Mapping[str, Any]) -> ExecutionColumns:
        """Other rows of the same log: columns by their names."""
        return replace(self, **columns)

    def _execution(self, row: int) -> Execution:
        statement, origin = int(self.statement[row]), int(self.origin[row])
        kept = self.kept.get(int(self.position[row]))
        local = int(self.local_transaction_id[row])
        origins = self.origins
        return Execution(
            logged_at=as_datetime(int(self.logged_at_us[row])),
            duration_ms=float(self.duration_ms[row]),
            query=kept.query if kept else self.statements.query[statement],
            parameters=kept.parameters if kept else (),
            session_id=origins.session_id[origin],
            process_id=origins.process_id[origin],
            virtual_transaction_id=f"/{local}" if local else "",
            database=origins.database[origin],
            user=origins.user[origin],
            application_name=origins.application_name[origin],
            remote_host=origins.remote_host[origin],
            queryid=int(self.queryid[row]),
            fingerprint=self.statements.fingerprint[statement],
            plan=kept.plan if kept else ({} if self.has_plan[row] else None),
            plan_text=kept.plan_text if kept else "",
            parse_duration_ms=int(self.parse_us[row]) / 1000,
            bind_duration_ms=int(self.bind_us[row]) / 1000,
            values_hash=0 if kept else int(self.values_hash[row]),
        )


KINDS: Mapping[str, type[np.generic]] = {
    "logged_at_us": np.int64,
    "duration_ms": np.float64,
    "statement": np.int32,
    "session": np.int32,
    "origin": np.int32,
    "local_transaction_id": np.int64,
    "values_hash": np.int64,
    "parse_us": np.int32,
    "bind_us": np.int32,
    "queryid": np.int64,
    "has_plan": np.bool_,
    "position": np.int64,
}
"""Types of the columns, by their names."""

COLUMNS = tuple(KINDS)
"""Names of the columns."""


def typed(columns: Mapping[str, npt.ArrayLike]) -> dict[str, Any]:
    """The columns as arrays of the types they have; what is missing is empty."""
    return {
        name: np.asarray(columns.get(name, ()), kind) for name, kind in KINDS.items()
    }


def columns_of(executions: Sequence[Execution]) -> ExecutionColumns:
    """Any executions as columns, with all their texts, in time order."""
    if isinstance(executions, ExecutionColumns):
        return executions
    ordered = sorted(executions, key=lambda item: item.logged_at)
    names: dict[Fingerprint, int] = {}
    sessions: dict[str, int] = {}
    origins: dict[tuple[Any, ...], int] = {}
    queries: list[str] = []
    queryids: list[set[int]] = []
    rows = []
    for position, item in enumerate(ordered):
        statement = names.setdefault(item.fingerprint, len(names))
        if statement == len(queries):
            queries.append(item.query)
            queryids.append(set())
        queryids[statement].add(item.queryid)
        origin = origins.setdefault(_origin(item), len(origins))
        session = sessions.setdefault(item.session_id, len(sessions))
        rows.append(_row(item, position, (statement, session, origin)))
    return ExecutionColumns(
        **typed({name: [row[n] for row in rows] for n, name in enumerate(COLUMNS)}),
        statements=Statements(
            fingerprint=tuple(names),
            query=tuple(queries),
            queryids=tuple(tuple(sorted(ids - {0})) for ids in queryids),
        ),
        origins=Origins(*zip(*origins, strict=True)) if origins else Origins(),
        kept={
            position: KeptText(
                query=item.query,
                parameters=item.parameters,
                plan=item.plan,
                plan_text=item.plan_text,
            )
            for position, item in enumerate(ordered)
        },
    )


def _origin(item: Execution) -> tuple[Any, ...]:
    return (
        item.session_id,
        item.process_id,
        item.database,
        item.user,
        item.application_name,
        item.remote_host,
    )


def _row(
    item: Execution, position: int, numbers: tuple[int, int, int]
) -> tuple[float, ...]:
    local = item.virtual_transaction_id.rpartition("/")[2]
    return (
        as_microseconds(item.logged_at),
        item.duration_ms,
        *numbers,
        int(local) if local.isdecimal() else 0,
        hash(item.parameters or item.query),
        round(item.parse_duration_ms * 1000),
        round(item.bind_duration_ms * 1000),
        item.queryid,
        item.plan is not None or bool(item.plan_text),
        position,
    )
