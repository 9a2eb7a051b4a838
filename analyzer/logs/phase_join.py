"""Rows of parse, bind and execute joined as arrays, process by process.

An execution takes the time of the last parse and the last bind phase of its process
since the execution before, if their texts are its own. What the classifier takes over
(rows around a plan, a fetch, a line of log_statement) is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from analyzer.logs.slices import Bools, Bytes, Longs
from analyzer.logs.window import Verb

MAX_RECENT = 8
"""Executions of a process that a fetch or a plan may still belong to."""

NONE = -1
"""No row."""

_TAKEN = 255
_EXECUTE = int(Verb.EXECUTE)

SameText = Callable[[int, int], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseRows:
    """What joining looks at; the rows that wait from windows before come last.

    Attributes:
        order: place among the messages of the window; -1 of those that waited.
        process: number of the process of each row, from 0 on.
        process_count: of them.
        verb: a :class:`Verb` each.
        text: equal for equal texts.
        duration_us: of each.
        row_count: rows of this window, without those that waited.
    """

    order: Longs
    process: Longs
    process_count: int
    verb: Bytes
    text: Longs
    duration_us: Longs
    row_count: int


class PhaseJoin:
    """The rows of a window by process.

    Attributes:
        parse_us: by row number, once joined.
        bind_us: likewise.
        lost: phases whose execution never came, as row numbers.
    """

    def __init__(self, rows: PhaseRows) -> None:
        """Sort the rows by process."""
        self._rows = rows
        count, total = rows.row_count, len(rows.verb)
        # A stable sort keeps log order; rows that waited stand before all others.
        line = np.append(np.arange(count, total), np.arange(count))
        narrow = np.uint16 if rows.process_count < 1 << 16 else np.int64
        process = rows.process[line].astype(narrow)
        by_process = np.argsort(process, kind="stable")
        self._line: Longs = line[by_process]
        self._order = rows.order[self._line]
        self._verb = rows.verb[self._line]
        counts = np.bincount(rows.process, minlength=rows.process_count)
        self._ends: Longs = np.cumsum(counts)
        self._starts: Longs = self._ends - counts
        self._barriers: dict[int, int] = {}
        self._all_barriers: list[int] = []
        self._last: tuple[Longs, Longs, Longs] | None = None
        self.parse_us: Longs = np.zeros(total, np.int64)
        self.bind_us: Longs = np.zeros(total, np.int64)
        self.lost: Longs = np.zeros(0, np.int64)

    def place(self, process: int, order: int) -> int:
        """Behind the last row of a process before a message of the window."""
        start, end = int(self._starts[process]), int(self._ends[process])
        return start + int(np.searchsorted(self._order[start:end], order))

    def start(self, process: int) -> int:
        """The place of the first row of a process."""
        return int(self._starts[process])

    def end(self, process: int) -> int:
        """Behind the place of its last row."""
        return int(self._ends[process])

    def row(self, place: int) -> int:
        """The row at a place."""
        return int(self._line[place])

    def take_row(self, place: int) -> int:
        """Give a row to the classifier."""
        self._verb[place] = _TAKEN
        return int(self._line[place])

    def stop(self, process: int, place: int) -> None:
        """Let no execution from a place on take a phase from before."""
        self._barriers[process] = place
        self._all_barriers.append(place)

    def take_pending(self, process: int, place: int) -> tuple[int, int]:
        """Give the phases that wait at a place to the classifier: parse and bind."""
        start = max(int(self._starts[process]), self._barriers.get(process, 0))
        if place <= start:
            return NONE, NONE
        if self._last is None:
            self._last = self._lasts(self._verb)
        parse, bind, run = (int(last[place - 1]) for last in self._last)
        floor = max(start, run + 1)
        return tuple(
            self.take_row(at) if at >= floor and self._verb[at] != _TAKEN else NONE
            for at in (parse, bind)
        )  # type: ignore[return-value]

    def recent(self, since: int, until: int) -> list[int]:
        """Rows of the last executions of the extended protocol between two places."""
        size = 8 * MAX_RECENT
        while True:
            first = max(since, until - size)
            # Those that the classifier has taken are no executions any more.
            found = np.flatnonzero(self._verb[first:until] == _EXECUTE)[-MAX_RECENT:]
            if first == since or len(found) == MAX_RECENT:
                break
            size *= 4
        runs: list[int] = self._line[first + found].tolist()
        return runs

    @staticmethod
    def _lasts(verb: Bytes) -> tuple[Longs, Longs, Longs]:
        """Place of the last parse, bind and execute up to each place."""
        place = np.arange(len(verb))
        parse, bind, run = (
            np.maximum.accumulate(np.where(verb == kind, place, NONE))
            for kind in (Verb.PARSE, Verb.BIND, Verb.EXECUTE)
        )
        return parse, bind, run

    def join(self, same_text: SameText) -> None:
        """Join what the classifier has not taken.

        Args:
            same_text: whether two rows with different numbers have one text after all.
        """
        count = len(self._verb)
        if not count:
            return
        place = np.arange(count)
        begins = np.zeros(count + 1, np.bool_)
        begins[self._starts] = True
        begins[self._all_barriers] = True
        start = np.maximum.accumulate(np.where(begins[:-1], place, 0))
        self._last = parse, bind, run = self._lasts(self._verb)
        runs = np.flatnonzero((self._verb == Verb.EXECUTE) & (start < place))
        floor = np.maximum(start[runs], run[runs - 1] + 1)
        is_used = np.zeros(count, np.bool_)
        for phase, found_us in ((parse, self.parse_us), (bind, self.bind_us)):
            has = phase[runs - 1] >= floor
            found = (runs[has], phase[runs[has] - 1])
            self._give(found, is_used, found_us, same_text)
        is_phase = (self._verb == Verb.PARSE) | (self._verb == Verb.BIND)
        for _, at in self._waiting_places():
            is_used[at] = True
        self.lost = self._line[is_phase & ~is_used]

    def _give(
        self,
        found: tuple[Longs, Longs],
        is_used: Bools,
        found_us: Longs,
        same_text: SameText,
    ) -> None:
        """Give executions the time of the phases that led to them, if they did."""
        rows = self._rows
        runs, phases = found
        to, of = self._line[runs], self._line[phases]
        fits = rows.text[to] == rows.text[of]
        for at in np.flatnonzero(~fits).tolist():
            fits[at] = same_text(int(of[at]), int(to[at]))
        is_used[phases[fits]] = True
        found_us[to[fits]] = rows.duration_us[of[fits]]

    def _waiting_places(self) -> Iterator[tuple[int, int]]:
        """Process and place of each phase whose execution may yet come."""
        if self._last is None:
            return
        parse, bind, run = self._last
        floor = self._starts.copy()
        for process, at in self._barriers.items():
            floor[process] = at
        has_rows = np.flatnonzero(self._ends > self._starts)
        last = self._ends[has_rows] - 1
        floor = np.maximum(floor[has_rows], run[last] + 1)
        for phase in (parse, bind):
            is_waiting = phase[last] >= floor
            yield from zip(
                has_rows[is_waiting].tolist(),
                phase[last[is_waiting]].tolist(),
                strict=True,
            )

    def waiting(self) -> list[tuple[int, int]]:
        """Process and row of each phase whose execution may yet come."""
        return [(process, self.row(at)) for process, at in self._waiting_places()]

    def runs(self) -> Longs:
        """The executions that are left, as row numbers in log order."""
        chosen = (self._verb == Verb.EXECUTE) | (self._verb == Verb.STATEMENT)
        return np.sort(self._line[chosen])
