"""What joining keeps of processes, rows and executions while it goes on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, MutableSequence, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, overload

import numpy as np

from analyzer.domain.execution import Execution
from analyzer.domain.execution_columns import as_datetime
from analyzer.logs.entry import LogEntry, Origin
from analyzer.logs.messages import read_parameters
from analyzer.logs.phase_join import MAX_RECENT, NONE, PhaseJoin, PhaseRows
from analyzer.logs.process import KnownRun, run_of
from analyzer.logs.slices import Longs
from analyzer.logs.text_book import TextBook
from analyzer.logs.window import VERB_WORDS, DurationRows, Verb


class LoneRow(NamedTuple):
    """A row by itself, where it outlives its window."""

    logged_at_us: int
    origin: Origin
    local_transaction_id: int
    queryid: int
    verb: int
    duration_us: int
    text: str
    detail: str
    parse_us: int = 0
    bind_us: int = 0
    process: int = 0

    def entry(self) -> LogEntry:
        """The message this row was read from, but for the name of the statement."""
        known = self.origin
        local = self.local_transaction_id
        origin = Origin(
            logged_at=as_datetime(self.logged_at_us),
            process_id=known.process_id,
            session_id=known.session_id,
            user=known.user,
            database=known.database,
            application_name=known.application_name,
            remote_host=known.remote_host,
            virtual_transaction_id=f"/{local}" if local else "",
            queryid=self.queryid,
            sqlstate=known.sqlstate,
        )
        return LogEntry(
            origin=origin, severity="LOG", message=self._message(), detail=self.detail
        )

    def _message(self) -> str:
        duration = f"duration: {self.duration_us / 1000:.3f} ms"
        match self.verb:
            case Verb.ALONE:
                return duration
            case Verb.LOGGED:
                return f"statement: {self.text}"
            case Verb.LOGGED_EXECUTE:
                return f"execute <unnamed>: {self.text}"
        return f"{duration}  {VERB_WORDS[self.verb]}: {self.text}"

    def execution(self, book: TextBook) -> Execution:
        """The execution this row is."""
        entry = self.entry()
        origin = entry.origin
        return Execution(
            logged_at=origin.logged_at,
            duration_ms=self.duration_us / 1000,
            query=self.text,
            parameters=read_parameters(entry.detail) if entry.detail else (),
            session_id=origin.process_key,
            process_id=origin.process_id,
            virtual_transaction_id=origin.virtual_transaction_id,
            database=origin.database,
            user=origin.user,
            application_name=origin.application_name,
            remote_host=origin.remote_host,
            queryid=origin.queryid,
            fingerprint=book.fingerprint(self.text),
            parse_duration_ms=self.parse_us / 1000,
            bind_duration_ms=self.bind_us / 1000,
        )


def lone_row(rows: DurationRows, at: int) -> LoneRow:
    """One row of a window by itself."""
    return LoneRow(
        int(rows.logged_at_us[at]),
        rows.origins[int(rows.origin[at])],
        int(rows.local_transaction_id[at]),
        int(rows.queryid[at]),
        int(rows.verb[at]),
        int(rows.duration_us[at]),
        rows.texts.text(int(rows.text[at])),
        rows.detail(at),
    )


STRIDE = 1024
"""Positions of one message; no message settles more than two hundred plans."""


@dataclass(slots=True)
class Process:
    """What one process is about.

    ``recent`` are its last executions of the extended protocol; while ``is_careful``
    the classifier decides. ``local`` is its number in the window and ``cursor`` the
    place up to which its rows are dealt with; both are -1 if it has no rows there.
    """

    number: int
    recent: deque[int] = field(default_factory=lambda: deque(maxlen=MAX_RECENT))
    is_careful: bool = False
    older: dict[int, LoneRow | Execution] = field(default_factory=dict)
    local: int = NONE
    cursor: int = NONE


class Ledger(MutableSequence[Execution]):
    """The executions as the classifier sees them: a list that only the end is kept of.

    A position says where an execution stands in the log: each message of a window has
    ``STRIDE`` of them, the first its own if it is an execution by itself, and those
    behind it for what the classifier makes when it is given the message.
    """

    def __init__(self, book: TextBook) -> None:
        self._book = book
        self.begin = 0
        self.columns: WindowRows | None = None
        self.kept: dict[int, Execution] = {}
        self.changed: dict[int, Execution] = {}
        self.process = Process(0)
        self._end = 0
        self._replaced: dict[int, Execution] = {}

    def __len__(self) -> int:
        return self._end

    def at(self, process: Process, order: int) -> None:
        """What follows is about a process, at a message of the window."""
        self.process = process
        self._end = self.begin + order * STRIDE + 1

    def position(self, row: int) -> int:
        """The position of a row of the window."""
        order = 0 if self.columns is None else int(self.columns.rows.order[row])
        return self.begin + order * STRIDE

    def close(self, message_count: int) -> None:
        """End the window."""
        self.begin += (message_count + 1) * STRIDE
        self._end = self.begin
        self.columns = None
        self.kept = {}
        self.changed = {}
        self._replaced = {}

    @overload
    def __getitem__(self, position: int) -> Execution: ...
    @overload
    def __getitem__(self, position: slice) -> MutableSequence[Execution]: ...
    def __getitem__(
        self, position: int | slice
    ) -> Execution | MutableSequence[Execution]:
        if isinstance(position, slice):
            raise TypeError("one execution at a time")
        item = self.item(position, self.process)
        return item.execution(self._book) if isinstance(item, LoneRow) else item

    def run_at(self, position: int) -> KnownRun:
        """What is looked at of one of a process's recent executions."""
        row = self._row(position)
        if row != NONE and self.columns is not None:
            return self.columns.run(row)
        item = self.item(position, self.process)
        if isinstance(item, LoneRow):
            return KnownRun(item.text, item.duration_us / 1000, False)
        return run_of(item)

    def _row(self, position: int) -> int:
        """The row of the window at a position, if no execution is known there."""
        is_known = position in self.kept or position in self._replaced
        if position < self.begin or is_known or self.columns is None:
            return NONE
        order = (position - self.begin) // STRIDE
        return int(self.columns.rows.order.searchsorted(order))

    def item(self, position: int, process: Process) -> LoneRow | Execution:
        """One of a process's recent executions."""
        row = self._row(position)
        if row != NONE and self.columns is not None:
            return self.columns.row(row)
        found = self.kept.get(position) or self._replaced.get(position)
        return found or process.older[position]

    def __setitem__(self, position: int | slice, value: Any) -> None:
        if isinstance(position, slice):
            raise TypeError("one execution at a time")
        if position in self.kept:
            self.kept[position] = value
            return
        self.changed[position] = value
        if position < self.begin:
            self.process.older[position] = value
        else:
            self._replaced[position] = value

    def __delitem__(self, position: int | slice) -> None:
        raise TypeError("executions are never taken back")

    def insert(self, position: int, value: Execution) -> None:
        """Append, which is all that is ever done."""
        self.kept[self._end] = value
        self._end += 1


class WindowRows:
    """The rows of a window; phases that wait from windows before come behind them."""

    def __init__(
        self,
        rows: DurationRows,
        waiting: Sequence[LoneRow],
        processes: Sequence[int],
        waiting_processes: Sequence[int],
    ) -> None:
        """Take the number in the window of each origin's and waiting row's process."""
        self.rows = rows
        self.waiting = waiting
        self.verb = np.append(rows.verb, _numbers(row.verb for row in waiting))
        us = np.append(rows.duration_us, _numbers(row.duration_us for row in waiting))
        # Texts of waiting rows get numbers of their own; `same_text` looks at them.
        own = np.arange(len(waiting)) + len(rows.texts)
        self.text = np.append(rows.text, own)
        self.join = PhaseJoin(
            PhaseRows(
                order=np.append(rows.order, np.full(len(waiting), NONE)),
                process=np.append(
                    _numbers(processes)[rows.origin], _numbers(waiting_processes)
                ),
                process_count=max([*processes, *waiting_processes], default=-1) + 1,
                verb=self.verb.astype(np.uint8),
                text=self.text,
                duration_us=us,
                row_count=len(rows),
            )
        )

    def row(self, at: int) -> LoneRow:
        """One row by itself."""
        rows = self.rows
        if at >= len(rows):
            return self.waiting[at - len(rows)]
        return lone_row(rows, at)._replace(
            parse_us=int(self.join.parse_us[at]), bind_us=int(self.join.bind_us[at])
        )

    def run(self, at: int) -> KnownRun:
        """What is looked at of one row that is an execution."""
        rows = self.rows
        text = rows.texts.text(int(rows.text[at]))
        return KnownRun(text, int(rows.duration_us[at]) / 1000, False)

    def same_text(self, one: int, other: int) -> bool:
        """Whether two rows are of the same text, blanks at its ends aside."""
        if self.text[one] == self.text[other]:
            return True
        return self.row(one).text == self.row(other).text


def _numbers(values: Iterable[int]) -> Longs:
    return np.array(list(values), np.int64)
