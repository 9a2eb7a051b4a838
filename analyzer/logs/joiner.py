"""Windows of a log to executions: phases, fetches and plans joined, each run once.

What :class:`~analyzer.logs.classify.Classifier` does message by message is done here on
rows of numbers, as long as a process does nothing but parse, bind and execute. As soon
as it does anything else (a plan, a line of log_statement, a fetch, an error), its rows
take the classifier's way, until nothing of that process waits for its other half.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np

from analyzer.logs.classify import Classifier
from analyzer.logs.entry import LogEntry
from analyzer.logs.execution_sink import ExecutionSink, JoinedRows
from analyzer.logs.joined_rows import NONE, Ledger, LoneRow, Process, WindowRows
from analyzer.logs.messages import Duration
from analyzer.logs.process import Phase
from analyzer.logs.regular_rows import RegularRows
from analyzer.logs.slices import Longs
from analyzer.logs.window import VERB_WORDS, TextBook, Verb, Window

MAX_PROCESSES = 20_000

# A member of an enumeration takes as long to look up as a row takes to join.
_STATEMENT, _PARSE, _EXECUTE = map(int, (Verb.STATEMENT, Verb.PARSE, Verb.EXECUTE))


class Joiner:
    """Takes the windows of one server's logs in time order."""

    def __init__(self, book: TextBook, sink: ExecutionSink) -> None:
        """Start with nothing."""
        self._sink = sink
        self._ledger = Ledger(book)
        self.classifier = Classifier(book.fingerprint)
        self.classifier.executions = self._ledger
        self._processes: dict[str, Process] = {}
        self._by_number: dict[int, Process] = {}
        self._waiting: list[LoneRow] = []

    @property
    def position(self) -> int:
        """The number of executions so far."""
        return self._ledger.begin

    def take(self, window: Window) -> None:
        """Join one window."""
        rows = window.rows
        columns = WindowRows(rows, self._waiting)
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
        columns = WindowRows(Window().rows, self._waiting)
        columns.join([], ())
        self._ledger.row = columns.row
        for row in self._waiting:
            self._lose(row)
        self._waiting = []
        self.classifier.finish()
        self._close(columns, [])

    def _begin(self, columns: WindowRows, found: RegularRows) -> None:
        """Put what waits from windows before where irregular processes look for it."""
        for at, row in enumerate(self._waiting, start=len(columns.rows)):
            process = self._by_number.get(row.process)
            if process is None or found.is_regular_row[at]:
                continue
            if row.verb == _PARSE:
                process.parse = at
            else:
                process.bind = at

    def _end_regular(self, found: RegularRows) -> None:
        for number, at in found.waiting():
            process = self._by_number.get(number)
            if process is None:
                continue
            if found.verb_of(at) == _PARSE:
                process.parse = at
            else:
                process.bind = at
        begin = self._ledger.begin
        for number, rows in found.recent():
            process = self._by_number.get(number)
            if process is not None:
                places = found.rows.searchsorted(rows) + begin
                process.recent.extend(places.tolist())

    def _process(self, key: str) -> Process:
        process = self._processes.get(key)
        if process is None:
            if len(self._processes) >= MAX_PROCESSES:
                gone = self._processes.pop(next(iter(self._processes)))
                del self._by_number[gone.number]
            process = self._processes[key] = Process(self._sink.session(key))
            self._by_number[process.number] = process
        return process

    def _run(
        self, columns: WindowRows, processes: Sequence[Process], places: Longs
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
            if what > _STATEMENT:
                if what != _EXECUTE:
                    self._wait(columns, process, at)
                    continue
                # Without a phase that waits there is nothing to join.
                if process.bind >= 0 or process.parse >= 0:
                    self._join(columns, process, at)
                process.recent.append(begin + len(kept))
            kept.append(at)

    def _join(self, columns: WindowRows, process: Process, at: int) -> None:
        """Give an execution the time of the phases that led to it."""
        text, us = columns.text, columns.us
        bind, parse = process.bind, process.parse
        process.bind = process.parse = NONE
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

    def _wait(self, columns: WindowRows, process: Process, at: int) -> None:
        is_parse = columns.verb[at] == _PARSE
        unused = process.parse if is_parse else process.bind
        if unused >= 0:
            self._lose(columns.row(unused))
        if is_parse:
            process.parse = at
        else:
            process.bind = at

    def _lose(self, row: LoneRow) -> None:
        self.classifier.note(row.entry(), f"{VERB_WORDS[row.verb]}_without_execution")

    def _take_row(self, columns: WindowRows, process: Process, at: int) -> None:
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

    def _take_entry(self, columns: WindowRows, entry: LogEntry) -> None:
        process = self._process(entry.origin.process_key)
        self._hand_over(columns, process, entry)
        self.classifier.take(entry)
        self._take_back(process, entry)

    def _hand_over(
        self, columns: WindowRows, process: Process, entry: LogEntry
    ) -> None:
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
        process.parse = process.bind = NONE

    def _take_back(self, process: Process, entry: LogEntry) -> None:
        state = self.classifier.known_state(entry.origin.process_key)
        if state is None:
            process.recent = deque(maxlen=process.recent.maxlen)
            process.is_careful = False
        else:
            process.recent = state.recent
            process.is_careful = not state.is_clean

    def _close(self, columns: WindowRows, processes: Sequence[Process]) -> None:
        """Keep of a window what later ones may need, and give away the rest."""
        ledger, begin = self._ledger, self._ledger.begin
        self._waiting = [
            columns.row(at)._replace(process=process.number)
            for process in self._processes.values()
            for at in (process.parse, process.bind)
            if at >= 0
        ]
        for process in self._processes.values():
            process.parse = process.bind = NONE
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
        self._sink.amend(ledger.changed)
        ledger.close()


def _phase(row: LoneRow) -> Phase:
    return Phase(entry=row.entry(), query=row.text, duration_ms=row.duration_us / 1000)
