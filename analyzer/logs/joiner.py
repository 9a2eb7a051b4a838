"""Windows of a log to executions: phases, fetches and plans joined, each run once.

What :class:`~analyzer.logs.classify.Classifier` does message by message is done here on
rows of numbers, as long as a process does nothing but parse, bind and execute. A plan,
a line of log_statement, a fetch or a duration alone marks a place: from there on the
rows of its process take the classifier's way, until nothing of that process waits for
its other half. All other messages touch no execution.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from analyzer.domain.event_columns import EventStore
from analyzer.logs.classify import Classifier, run_part
from analyzer.logs.entry import LogEntry
from analyzer.logs.execution_sink import ExecutionSink, JoinedRows
from analyzer.logs.joined_rows import STRIDE, Ledger, LoneRow, Process, WindowRows
from analyzer.logs.messages import Duration
from analyzer.logs.phase_join import NONE
from analyzer.logs.process import Phase
from analyzer.logs.text_book import TextBook
from analyzer.logs.text_pairs import with_pairs
from analyzer.logs.window import VERB_WORDS, Window

MAX_PROCESSES = 20_000
_DISCONNECTED = "connection_disconnected"


class Joiner:
    """Takes the windows of one server's logs in time order."""

    def __init__(self, book: TextBook, sink: ExecutionSink) -> None:
        """Start with nothing."""
        self._sink = sink
        self._ledger = Ledger(book)
        self.classifier = Classifier(book.fingerprint)
        self.classifier.executions = self._ledger
        self.classifier.run_at = self._ledger.run_at
        self.events = EventStore()
        self.classifier.keep_event = self.events.append
        self._processes: dict[str, Process] = {}
        self._by_number: dict[int, Process] = {}
        self._waiting: list[LoneRow] = []

    @property
    def position(self) -> int:
        """The number of executions so far, or more."""
        return self._ledger.begin

    def take(self, window: Window) -> None:
        """Join one window."""
        window = with_pairs(window, self._is_careful)
        processes = [self._process(item.process_key) for item in window.rows.origins]
        present = self._number(processes)
        columns = self._ledger.columns = WindowRows(
            window.rows,
            self._waiting,
            [process.local for process in processes],
            [self._by_number[row.process].local for row in self._waiting],
        )
        for process in present:
            process.cursor = columns.join.start(process.local)
        for order, entry in window.entries:
            self._take_entry(columns, order, entry)
        for process in present:
            self._run(columns, process, columns.join.end(process.local))
        columns.join.join(columns.same_text)
        for at in columns.join.lost.tolist():
            self._lose(columns.row(at))
        self._close(columns, processes, (present, _message_count(window)))

    def finish(self) -> None:
        """Settle what still waits; the log has ended."""
        for row in self._waiting:
            self._lose(row)
        self._waiting = []
        self._ledger.at(Process(NONE), 0)
        self.classifier.finish()
        self.take(Window())

    def _is_careful(self, key: str) -> bool:
        process = self._processes.get(key)
        return process is not None and process.is_careful

    def _number(self, processes: Sequence[Process]) -> list[Process]:
        """Number the processes that have rows in a window."""
        self._waiting = [r for r in self._waiting if r.process in self._by_number]
        present = {process.number: process for process in processes}
        for row in self._waiting:
            present.setdefault(row.process, self._by_number[row.process])
        for local, process in enumerate(present.values()):
            process.local = local
        return list(present.values())

    def _process(self, key: str) -> Process:
        process = self._processes.get(key)
        if process is None:
            if len(self._processes) >= MAX_PROCESSES:
                self._forget(next(iter(self._processes)))
            process = self._processes[key] = Process(self._sink.session(key))
            self._by_number[process.number] = process
        return process

    def _forget(self, key: str) -> None:
        gone = self._processes.pop(key, None)
        if gone is not None:
            self._by_number.pop(gone.number, None)

    def _take_entry(self, columns: WindowRows, order: int, entry: LogEntry) -> None:
        key = entry.origin.process_key
        process = self._processes.get(key)
        part = run_part(entry)
        if part is not None:
            process = process or self._process(key)
        elif process is None or not process.is_careful:
            self._ledger.at(process or Process(NONE), order)
            event = self.classifier.take_other(entry)
            if event == _DISCONNECTED and process is not None:
                self._end(columns, process, order)
            return
        place = NONE
        if process.local >= 0:
            place = columns.join.place(process.local, order)
            self._run(columns, process, place)
        self._ledger.at(process, order)
        self._hand_over(columns, process, entry, place)
        if part is None:
            self.classifier.take_other(entry)
        else:
            self.classifier.take_part(entry, part)
        self._take_back(process, entry)

    def _end(self, columns: WindowRows, process: Process, order: int) -> None:
        """Forget what a process that has ended did; its number may be used again."""
        if process.local >= 0:
            process.cursor = columns.join.place(process.local, order)
            columns.join.stop(process.local, process.cursor)
        process.recent.clear()

    def _run(self, columns: WindowRows, process: Process, until: int) -> None:
        """Rows of a process up to a place, as far as the classifier wants them."""
        join = columns.join
        while process.is_careful and process.cursor < until:
            self._take_row(columns, process, join.take_row(process.cursor))
            process.cursor += 1

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
        self._ledger.at(process, int(columns.rows.order[at]))
        self.classifier.take_duration(entry, duration)
        self._take_back(process, entry)

    def _hand_over(
        self, columns: WindowRows, process: Process, entry: LogEntry, place: int
    ) -> None:
        """Let the classifier know what the rows before have left open."""
        if process.is_careful:
            return
        parse = bind = NONE
        if place >= 0:
            join = columns.join
            runs = join.recent(process.cursor, place)
            process.recent.extend(map(self._ledger.position, runs))
            parse, bind = join.take_pending(process.local, place)
            join.stop(process.local, place)
            process.cursor = place
        if parse < 0 and bind < 0 and not process.recent:
            return
        state = self.classifier.state_of(entry)
        state.recent = process.recent
        if parse >= 0:
            state.parse = _phase(columns.row(parse))
        if bind >= 0:
            state.bind = _phase(columns.row(bind))

    def _take_back(self, process: Process, entry: LogEntry) -> None:
        state = self.classifier.known_state(entry.origin.process_key)
        if state is None:
            process.recent = deque(maxlen=process.recent.maxlen)
            process.is_careful = False
        else:
            process.recent = state.recent
            process.is_careful = not state.is_clean

    def _close(
        self,
        columns: WindowRows,
        processes: Sequence[Process],
        counted: tuple[Sequence[Process], int],
    ) -> None:
        """Keep of a window what later ones may need, and give away the rest."""
        ledger, join = self._ledger, columns.join
        present, message_count = counted
        self._waiting = [
            columns.row(at)._replace(process=present[local].number)
            for local, at in join.waiting()
        ]
        for process in present:
            runs = join.recent(process.cursor, join.end(process.local))
            process.recent.extend(map(ledger.position, runs))
        for process in self._processes.values():
            if process.recent and process.recent[-1] >= ledger.begin:
                process.older = {
                    place: ledger.item(place, process) for place in process.recent
                }
            process.local = process.cursor = NONE
        runs_at = join.runs()
        self._sink.add(
            JoinedRows(
                at=runs_at,
                position=ledger.begin + columns.rows.order[runs_at] * STRIDE,
                kept=ledger.kept,
                rows=columns.rows,
                sessions=[process.number for process in processes],
                parse_us=join.parse_us,
                bind_us=join.bind_us,
            )
        )
        self._sink.amend(ledger.changed)
        ledger.close(message_count)


def _message_count(window: Window) -> int:
    """Messages of a window, those counted that were not understood."""
    last = [int(window.rows.order[-1])] if len(window.rows) else []
    last += [order for order, _ in window.entries[-1:]]
    return max(last, default=-1) + 1


def _phase(row: LoneRow) -> Phase:
    return Phase(entry=row.entry(), query=row.text, duration_ms=row.duration_us / 1000)
