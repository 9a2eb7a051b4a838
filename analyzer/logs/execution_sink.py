"""Where joined executions end up: columns, the distinct statements, a few texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from analyzer.domain.execution import Execution
from analyzer.domain.execution_columns import (
    COLUMNS,
    KINDS,
    ExecutionColumns,
    Origins,
    as_microseconds,
    typed,
)
from analyzer.domain.log_report import LogFilter
from analyzer.domain.pages import release
from analyzer.domain.row_store import RowStore, Table, in_parts
from analyzer.logs.entry import Origin, id_number
from analyzer.logs.slices import Bools, Longs
from analyzer.logs.statement_book import Sample, StatementBook, sample_of
from analyzer.logs.text_book import TextBook, hash_of_parameters, values_hash_of
from analyzer.logs.window import DurationRows
from analyzer.statements.tags import is_of_trace

_MAX_US = (1 << 31) - 1

Arrays = dict[str, Any]
Complexes = npt.NDArray[np.complex128]


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedRows:
    """Executions of one window, in log order.

    Attributes:
        at: numbers of the rows that are executions by themselves.
        position: of each of them.
        kept: other executions, by position.
        rows: what the numbers are about.
        sessions: number of the process of each origin of the rows.
        parse_us: by row number.
        bind_us: by row number.
    """

    at: Longs
    position: Longs
    kept: Mapping[int, Execution]
    rows: DurationRows
    sessions: Sequence[int]
    parse_us: Longs
    bind_us: Longs


class _Batch(NamedTuple):
    """Some executions in log order, and how to get the texts of one."""

    columns: Table
    sample: Callable[[int], Sample]


class ExecutionSink:
    """Collects the executions of a log, window by window."""

    def __init__(
        self, book: TextBook, wanted: LogFilter, *, keep_texts: bool = False
    ) -> None:
        """Start with nothing.

        Args:
            book: tells fingerprints.
            wanted: which executions count.
            keep_texts: keep text and parameters of every execution, not just of the
                slowest.
        """
        self._book = book
        self._wanted = wanted
        keep_all = keep_texts or bool(wanted.trace_id)
        self._statements = StatementBook(keep_all=keep_all)
        self._sessions: dict[str, int] = {}
        self._origins: dict[Origin, int] = {}
        self._rows = RowStore(KINDS)
        self._is_by_time = False

    def session(self, key: str) -> int:
        """The number of a session or process."""
        return self._sessions.setdefault(key, len(self._sessions))

    def add(self, joined: JoinedRows) -> None:
        """Take the executions of one window."""
        batches = []
        if len(joined.at):
            batches.append(self._rows_of(joined))
        if joined.kept:
            batches.append(self._executions_of(joined.kept))
        if batches:
            self._store(batches[0] if len(batches) == 1 else _in_order(*batches))

    def amend(self, changed: Mapping[int, Execution]) -> None:
        """Executions taken before that were found to be longer, or to have a plan."""
        if not changed or not len(self._rows):
            return
        columns = self._by_position().table()
        position = columns["position"]
        rows = np.searchsorted(position, [*changed])
        for row, (place, item) in zip(rows.tolist(), changed.items(), strict=True):
            if row == len(position) or position[row] != place:
                continue  # nobody asked for it
            columns["duration_ms"][row] = item.duration_ms
            columns["has_plan"][row] |= _has_plan(item)
            self._statements.replace(
                int(columns["statement"][row]), sample_of(item, place)
            )
        release(*columns.values())

    def _rows_of(self, joined: JoinedRows) -> _Batch:
        rows, at = joined.rows, joined.at
        origin = np.array([self._origin(item) for item in rows.origins], np.int64)
        statement = self._statements.numbers(rows.texts.names)[rows.texts.name]
        wanted = self._wanted_rows(rows, at)
        at, position = at[wanted], joined.position[wanted]
        columns = {
            "logged_at_us": rows.logged_at_us[at],
            "duration_ms": rows.duration_us[at] / 1000.0,
            "statement": statement[rows.text[at]],
            "session": np.array(joined.sessions, np.int64)[rows.origin[at]],
            "origin": origin[rows.origin[at]],
            "local_transaction_id": rows.local_transaction_id[at],
            "values_hash": rows.values_hash[at],
            "parse_us": np.minimum(joined.parse_us[at], _MAX_US),
            "bind_us": np.minimum(joined.bind_us[at], _MAX_US),
            "queryid": rows.queryid[at],
            "has_plan": np.zeros(len(at), np.bool_),
            "position": position,
        }

        def sample(row: int) -> Sample:
            number = int(at[row])
            return Sample(
                float(columns["duration_ms"][row]),
                int(columns["logged_at_us"][row]),
                int(position[row]),
                rows.texts.text(int(rows.text[number])),
                rows.detail(number),
            )

        return _Batch(typed(columns), sample)

    def _wanted_rows(self, rows: DurationRows, at: Longs) -> Bools:
        wanted = np.ones(len(at), np.bool_)
        if self._wanted == LogFilter():
            return wanted
        named = [
            self._wanted.database in ("", item.database)
            and self._wanted.user in ("", item.user)
            and self._wanted.application in ("", item.application_name)
            for item in rows.origins
        ]
        wanted &= np.array(named, np.bool_)[rows.origin[at]]
        if trace_id := self._wanted.trace_id:
            texts = map(rows.texts.text, range(len(rows.texts)))
            traced = [is_of_trace(text, trace_id) for text in texts]
            wanted &= np.array(traced, np.bool_)[rows.text[at]]
        return wanted & self._wanted_times(rows.logged_at_us[at])

    def _wanted_times(self, logged_at_us: Longs) -> Bools:
        since, until = self._wanted.since, self._wanted.until
        wanted = np.ones(len(logged_at_us), np.bool_)
        if since is not None:
            wanted &= logged_at_us >= as_microseconds(since)
        if until is not None:
            wanted &= logged_at_us < as_microseconds(until)
        return wanted

    def _executions_of(self, kept: Mapping[int, Execution]) -> _Batch:
        chosen = [(item, at) for at, item in kept.items() if self._is_wanted(item)]
        rows = [self._row(item, position) for item, position in chosen]
        columns = typed({name: [row[name] for row in rows] for name in COLUMNS})

        def sample(row: int) -> Sample:
            item, position = chosen[row]
            return sample_of(item, position)

        return _Batch(columns, sample)

    def _is_wanted(self, item: Execution) -> bool:
        trace_id = self._wanted.trace_id
        is_traced = not trace_id or is_of_trace(item.query, trace_id)
        return is_traced and self._wanted.admits(item)

    def _row(self, item: Execution, position: int) -> Arrays:
        origin = Origin(
            process_id=item.process_id,
            session_id=item.session_id,
            user=item.user,
            database=item.database,
            application_name=item.application_name,
            remote_host=item.remote_host,
        )
        values = (
            hash_of_parameters(item.parameters)
            if item.parameters
            else values_hash_of(item.query)
        )
        local = item.virtual_transaction_id.rpartition("/")[2]
        return {
            "logged_at_us": as_microseconds(item.logged_at),
            "duration_ms": item.duration_ms,
            "statement": self._statements.number(item.fingerprint),
            "session": self.session(item.session_id),
            "origin": self._origin(origin),
            "local_transaction_id": id_number(local) if local.isdecimal() else 0,
            "values_hash": values,
            "parse_us": min(round(item.parse_duration_ms * 1000), _MAX_US),
            "bind_us": min(round(item.bind_duration_ms * 1000), _MAX_US),
            "queryid": item.queryid,
            "has_plan": _has_plan(item),
            "position": position,
        }

    def _origin(self, origin: Origin) -> int:
        return self._origins.setdefault(origin, len(self._origins))

    def _store(self, batch: _Batch) -> None:
        if len(batch.columns["position"]):
            self._statements.note(*batch)
            self._by_position().append(batch.columns)

    def _by_position(self) -> RowStore:
        if self._is_by_time:
            self._rows.sort(itemgetter("position"))
            self._is_by_time = False
        return self._rows

    def columns(self) -> ExecutionColumns:
        """Everything taken, in time order; what is taken afterwards comes behind it."""
        store = self._rows
        origins = _origins(self._origins)
        store.sort(_time_and_process(store.table()["logged_at_us"], origins))
        self._is_by_time = True
        return ExecutionColumns(
            **store.table(),
            statements=self._statements.statements(),
            origins=origins,
            kept=self._statements.kept(),
        )


def _time_and_process(
    logged_at_us: Longs, origins: Origins
) -> Callable[[Table], Longs | Complexes]:
    """The key of some executions by which all are sorted."""
    process = np.array(origins.process_id, np.int64)
    ids = sorted({*origins.process_id})
    number = np.searchsorted(ids, process)
    first_us, last_us = _bounds(logged_at_us)

    def as_one(rows: Table) -> Longs:
        found: Longs = (rows["logged_at_us"] - first_us) * len(ids)
        return found + number[rows["origin"]]

    def as_two(rows: Table) -> Complexes:
        keys = np.empty(len(rows["origin"]), np.complex128)
        keys.real, keys.imag = rows["logged_at_us"], process[rows["origin"]]
        return keys

    # One number is compared much faster than two.
    return as_one if (last_us - first_us + 1) * len(ids) < 1 << 63 else as_two


def _bounds(moments_us: Longs) -> tuple[int, int]:
    """The earliest and the latest."""
    edges = [
        int(edge)
        for part in in_parts({"us": moments_us})
        for edge in (part["us"].min(), part["us"].max())
    ]
    return min(edges, default=0), max(edges, default=0)


def _in_order(one: _Batch, other: _Batch) -> _Batch:
    """Both, by position."""
    columns = {n: np.concatenate((one.columns[n], other.columns[n])) for n in COLUMNS}
    order = np.argsort(columns["position"], kind="stable")
    of_one = len(one.columns["position"])

    def sample(row: int) -> Sample:
        at = int(order[row])
        return one.sample(at) if at < of_one else other.sample(at - of_one)

    return _Batch({name: values[order] for name, values in columns.items()}, sample)


def _has_plan(item: Execution) -> bool:
    return item.plan is not None or bool(item.plan_text)


def _origins(origins: Mapping[Origin, int]) -> Origins:
    return Origins(
        session_id=tuple(item.process_key for item in origins),
        process_id=tuple(item.process_id for item in origins),
        database=tuple(item.database for item in origins),
        user=tuple(item.user for item in origins),
        application_name=tuple(item.application_name for item in origins),
        remote_host=tuple(item.remote_host for item in origins),
    )
