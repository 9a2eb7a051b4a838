"""Windows of a log to executions: phases, fetches and plans joined, each run once.

What :class:`~analyzer.logs.classify.Classifier` does message by message is done here on
rows of numbers, as long as a process does nothing but parse, bind and execute. As soon
as it does anything else (a plan, a line of log_statement, a fetch, an error), its rows
take the classifier's way, until nothing of that process waits for its other half.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, MutableSequence, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, overload

import numpy as np

from analyzer.domain.execution import Execution
from analyzer.domain.execution_columns import as_datetime
from analyzer.logs.classify import Classifier
from analyzer.logs.entry import LogEntry, Origin
from analyzer.logs.execution_sink import ExecutionSink, JoinedRows
from analyzer.logs.messages import Duration, read_parameters
from analyzer.logs.process import Phase
from analyzer.logs.regular_rows import MAX_RECENT, PhaseRows, RegularRows
from analyzer.logs.window import (
    VERB_WORDS,
    DurationRows,
    Longs,
    TextBook,
    Verb,
    Window,
    detail_text,
)

MAX_PROCESSES = 20_000
_NONE = -1


class _Row(NamedTuple):
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
class _Process:
    """What one process is about.

    ``parse`` and ``bind`` are rows that wait for their execution; ``recent`` the last
    executions of the extended protocol; while ``is_careful`` the classifier decides.
    """

    number: int
    parse: int = _NONE
    bind: int = _NONE
    recent: deque[int] = field(default_factory=lambda: deque(maxlen=MAX_RECENT))
    is_careful: bool = False
    older: dict[int, _Row | Execution] = field(default_factory=dict)


class _Ledger(MutableSequence[Execution]):
    """The executions as the classifier sees them: a list that only the end is kept of.

    Rows stay numbers until the classifier asks for one of them.
    """

    def __init__(self, book: TextBook) -> None:
        self._book = book
        self.begin = 0
        self.regular: Longs = np.zeros(0, np.int64)
        self.kept: list[int | Execution] = []
        self.changed: dict[int, Execution] = {}
        self.process = _Process(0)
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
        return item.execution(self._book) if isinstance(item, _Row) else item

    def item(self, position: int, process: _Process) -> _Row | Execution:
        """One of a process's recent executions."""
        if position < self.begin:
            return process.older[position]
        if position < self.kept_from:
            row: _Row = self.row(int(self.regular[position - self.begin]))
            return row
        item = self.kept[position - self.kept_from]
        found: _Row | Execution = self.row(item) if isinstance(item, int) else item
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


class _Columns:
    """The rows of a window; phases that wait from windows before come behind them."""

    def __init__(self, rows: DurationRows, waiting: Sequence[_Row]) -> None:
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

    def row(self, at: int) -> _Row:
        """One row by itself."""
        rows = self.rows
        if at >= len(rows):
            return self.waiting[at - len(rows)]
        return _Row(
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


class Joiner:
    """Takes the windows of one server's logs in time order."""

    def __init__(self, book: TextBook, sink: ExecutionSink) -> None:
        """Start with nothing."""
        self._sink = sink
        self._ledger = _Ledger(book)
        self.classifier = Classifier(book.fingerprint)
        self.classifier.executions = self._ledger
        self._processes: dict[str, _Process] = {}
        self._by_number: dict[int, _Process] = {}
        self._waiting: list[_Row] = []

    @property
    def position(self) -> int:
        """The number of executions so far."""
        return self._ledger.begin

    def take(self, window: Window) -> None:
        """Join one window."""
        rows = window.rows
        columns = _Columns(rows, self._waiting)
        self._ledger.row = columns.row
        processes = [self._process(origin.process_key) for origin in rows.origins]
        others = [
            self._process(entry.origin.process_key) for _, entry in window.entries
        ]
        irregular = {process.number for process in others}
        irregular |= {process.number for process in processes if process.is_careful}
        found = columns.join([process.number for process in processes], irregular)
        self._ledger.regular = found.rows
        self._begin(columns, found)
        at = 0
        rest = np.flatnonzero(~found.is_regular_row[: len(rows)])
        places = rows.order[rest].searchsorted([order for order, _ in window.entries])
        for place, (_, entry) in zip(places.tolist(), window.entries, strict=True):
            self._run(columns, processes, rest[at:place])
            at = place
            self._take_entry(columns, entry)
        self._run(columns, processes, rest[at:])
        self._end_regular(found)
        self._close(columns, processes)

    def finish(self) -> None:
        """Settle what still waits; the log has ended."""
        columns = _Columns(Window().rows, self._waiting)
        columns.join([], ())
        self._ledger.row = columns.row
        for row in self._waiting:
            self._lose(row)
        self._waiting = []
        self.classifier.finish()
        self._close(columns, [])
        self._sink.amend(self._ledger.changed)

    def _begin(self, columns: _Columns, found: RegularRows) -> None:
        """Put what waits from windows before where irregular processes look for it."""
        for at, row in enumerate(self._waiting, start=len(columns.rows)):
            process = self._by_number.get(row.process)
            if process is None or found.is_regular_row[at]:
                continue
            if row.verb == Verb.PARSE:
                process.parse = at
            else:
                process.bind = at

    def _end_regular(self, found: RegularRows) -> None:
        for number, at in found.waiting():
            process = self._by_number.get(number)
            if process is None:
                continue
            if found.verb_of(at) == Verb.PARSE:
                process.parse = at
            else:
                process.bind = at
        begin = self._ledger.begin
        for number, rows in found.recent():
            process = self._by_number.get(number)
            if process is not None:
                places = found.rows.searchsorted(rows) + begin
                process.recent.extend(places.tolist())

    def _process(self, key: str) -> _Process:
        process = self._processes.get(key)
        if process is None:
            if len(self._processes) >= MAX_PROCESSES:
                gone = self._processes.pop(next(iter(self._processes)))
                del self._by_number[gone.number]
            process = self._processes[key] = _Process(self._sink.session(key))
            self._by_number[process.number] = process
        return process

    def _run(
        self, columns: _Columns, processes: Sequence[_Process], places: Longs
    ) -> None:
        """Rows of irregular processes between two entries."""
        kept, begin = self._ledger.kept, self._ledger.kept_from
        verbs, origins = columns.verb[places], columns.rows.origin[places]
        for at, what, origin in zip(
            places.tolist(), verbs.tolist(), origins.tolist(), strict=True
        ):
            process = processes[origin]
            if process.is_careful:
                self._take_row(columns, process, at)
                continue
            if what > Verb.STATEMENT:
                if what != Verb.EXECUTE:
                    self._wait(columns, process, at)
                    continue
                # Without a phase that waits there is nothing to join.
                if process.bind >= 0 or process.parse >= 0:
                    self._join(columns, process, at)
                process.recent.append(begin + len(kept))
            kept.append(at)

    def _join(self, columns: _Columns, process: _Process, at: int) -> None:
        """Give an execution the time of the phases that led to it."""
        text, us = columns.text, columns.us
        bind, parse = process.bind, process.parse
        process.bind = process.parse = _NONE
        if bind >= 0:
            if text[bind] == text[at] or columns.same_text(bind, at):
                columns.bind_us[at] = us[bind]
            else:
                self._lose(columns.row(bind))
        if parse >= 0:
            if text[parse] == text[at] or columns.same_text(parse, at):
                columns.parse_us[at] = us[parse]
            else:
                self._lose(columns.row(parse))

    def _wait(self, columns: _Columns, process: _Process, at: int) -> None:
        is_parse = columns.verb[at] == Verb.PARSE
        unused = process.parse if is_parse else process.bind
        if unused >= 0:
            self._lose(columns.row(unused))
        if is_parse:
            process.parse = at
        else:
            process.bind = at

    def _lose(self, row: _Row) -> None:
        self.classifier.note(row.entry(), f"{VERB_WORDS[row.verb]}_without_execution")

    def _take_row(self, columns: _Columns, process: _Process, at: int) -> None:
        row = columns.row(at)
        duration = Duration(
            duration_ms=row.duration_us / 1000,
            verb=VERB_WORDS[row.verb],
            text=row.text,
        )
        entry = row.entry()
        self._hand_over(columns, process, entry)
        self.classifier.take_duration(entry, duration)
        self._take_back(process, entry)

    def _take_entry(self, columns: _Columns, entry: LogEntry) -> None:
        process = self._process(entry.origin.process_key)
        self._hand_over(columns, process, entry)
        self.classifier.take(entry)
        self._take_back(process, entry)

    def _hand_over(self, columns: _Columns, process: _Process, entry: LogEntry) -> None:
        """Let the classifier know what the rows before have left open."""
        self._ledger.process = process
        if process.parse < 0 and process.bind < 0 and not process.recent:
            return
        state = self.classifier.state_of(entry)
        state.recent = process.recent
        if process.parse >= 0:
            state.parse = _phase(columns.row(process.parse))
        if process.bind >= 0:
            state.bind = _phase(columns.row(process.bind))
        process.parse = process.bind = _NONE

    def _take_back(self, process: _Process, entry: LogEntry) -> None:
        state = self.classifier.known_state(entry.origin.process_key)
        if state is None:
            process.recent = deque(maxlen=process.recent.maxlen)
            process.is_careful = False
        else:
            process.recent = state.recent
            process.is_careful = not state.is_clean

    def _close(self, columns: _Columns, processes: Sequence[_Process]) -> None:
        """Keep of a window what later ones may need, and give away the rest."""
        ledger, begin = self._ledger, self._ledger.begin
        self._waiting = [
            columns.row(at)._replace(process=process.number)
            for process in self._processes.values()
            for at in (process.parse, process.bind)
            if at >= 0
        ]
        for process in self._processes.values():
            process.parse = process.bind = _NONE
            if process.recent and process.recent[-1] >= begin:
                process.older = {
                    place: ledger.item(place, process) for place in process.recent
                }
        self._sink.add(
            JoinedRows(
                begin=begin,
                regular=ledger.regular,
                kept=ledger.kept,
                rows=columns.rows,
                sessions=[process.number for process in processes],
                parse_us=columns.parse_us,
                bind_us=columns.bind_us,
            )
        )
        ledger.close()


def _numbers(values: Iterable[int]) -> Longs:
    return np.array(list(values), np.int64)


def _phase(row: _Row) -> Phase:
    return Phase(entry=row.entry(), query=row.text, duration_ms=row.duration_us / 1000)
