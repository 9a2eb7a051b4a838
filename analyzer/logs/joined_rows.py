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
from analyzer.logs.regular_rows import MAX_RECENT, PhaseRows, RegularRows
from analyzer.logs.slices import Longs
from analyzer.logs.window import VERB_WORDS, DurationRows, TextBook, detail_text

NONE = -1
"""No row."""


class LoneRow(NamedTuple):
    """A row by itself, where it outlives its window."""

    logged_at_us: int
    origin: Origin
    local_transaction_id: int
    queryid: int
    verb: int
    duration_us: int
    text: str
    detail: str | bytes | None
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
        )
        verb = VERB_WORDS[self.verb]
        return LogEntry(
            origin=origin,
            severity="LOG",
            message=f"duration: {self.duration_us / 1000:.3f} ms  {verb}: {self.text}",
            detail=detail_text(self.detail),
        )

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


@dataclass(slots=True)
class Process:
    """What one process is about.

    ``parse`` and ``bind`` are rows that wait for their execution; ``recent`` the last
    executions of the extended protocol; while ``is_careful`` the classifier decides.
    """

    number: int
    parse: int = NONE
    bind: int = NONE
    recent: deque[int] = field(default_factory=lambda: deque(maxlen=MAX_RECENT))
    is_careful: bool = False
    older: dict[int, LoneRow | Execution] = field(default_factory=dict)


class Ledger(MutableSequence[Execution]):
    """The executions as the classifier sees them: a list that only the end is kept of.

    Rows stay numbers until the classifier asks for one of them.
    """

    def __init__(self, book: TextBook) -> None:
        self._book = book
        self.begin = 0
        self.regular: Longs = np.zeros(0, np.int64)
        self.kept: list[int | Execution] = []
        self.changed: dict[int, Execution] = {}
        self.process = Process(0)
        self.row: Any = None

    def __len__(self) -> int:
        return self.kept_from + len(self.kept)

    @property
    def kept_from(self) -> int:
        """Position of the first that is kept here; before are the regular rows."""
        return self.begin + len(self.regular)

    def close(self) -> None:
        """Begin the next window."""
        self.begin = len(self)
        self.regular = np.zeros(0, np.int64)
        self.kept = []

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

    def item(self, position: int, process: Process) -> LoneRow | Execution:
        """One of a process's recent executions."""
        if position < self.begin:
            return process.older[position]
        if position < self.kept_from:
            row: LoneRow = self.row(int(self.regular[position - self.begin]))
            return row
        item = self.kept[position - self.kept_from]
        found: LoneRow | Execution = self.row(item) if isinstance(item, int) else item
        return found

    def __setitem__(self, position: int | slice, value: Any) -> None:
        if isinstance(position, slice):
            raise TypeError("one execution at a time")
        if position < self.begin:
            self.changed[position] = self.process.older[position] = value
        else:
            self.kept[position - self.kept_from] = value

    def __delitem__(self, position: int | slice) -> None:
        raise TypeError("executions are never taken back")

    def insert(self, position: int, value: Execution) -> None:
        """Append, which is all that is ever done."""
        self.kept.insert(position - self.kept_from, value)


class WindowRows:
    """The rows of a window; phases that wait from windows before come behind them."""

    def __init__(self, rows: DurationRows, waiting: Sequence[LoneRow]) -> None:
        self.rows = rows
        self.waiting = waiting
        self.verb = np.append(rows.verb, _numbers(row.verb for row in waiting))
        self.us = np.append(
            rows.duration_us, _numbers(row.duration_us for row in waiting)
        )
        # Texts that only waiting rows have get numbers of their own.
        known = {facts.text: n for n, facts in enumerate(rows.texts)} if waiting else {}
        texts = [known.setdefault(row.text, len(known)) for row in waiting]
        self.text = np.append(rows.text, _numbers(texts))

    def join(self, processes: Sequence[int], irregular: Iterable[int]) -> RegularRows:
        """Join the rows of all processes that are regular."""
        phases = PhaseRows(
            process=np.append(
                _numbers(processes)[self.rows.origin],
                _numbers(row.process for row in self.waiting),
            ),
            verb=self.verb.astype(np.uint8),
            text=self.text,
            duration_us=self.us,
            row_count=len(self.rows),
        )
        found = RegularRows(phases, irregular)
        self.parse_us, self.bind_us = found.parse_us, found.bind_us
        return found

    def row(self, at: int) -> LoneRow:
        """One row by itself."""
        rows = self.rows
        if at >= len(rows):
            return self.waiting[at - len(rows)]
        return LoneRow(
            int(rows.logged_at_us[at]),
            rows.origins[int(rows.origin[at])],
            int(rows.local_transaction_id[at]),
            int(rows.queryid[at]),
            int(self.verb[at]),
            int(self.us[at]),
            rows.texts[int(self.text[at])].text,
            rows.details[at],
            int(self.parse_us[at]),
            int(self.bind_us[at]),
        )

    def same_text(self, one: int, other: int) -> bool:
        """Whether two rows are of the same text, blanks at its ends aside."""
        if self.text[one] == self.text[other]:
            return True
        return self.row(one).text == self.row(other).text


def _numbers(values: Iterable[int]) -> Longs:
    return np.array(list(values), np.int64)
