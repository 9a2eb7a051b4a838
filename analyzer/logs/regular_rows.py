"""Rows of processes that do nothing but parse, bind and execute, joined as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from analyzer.logs.slices import Bools, Bytes, Longs
from analyzer.logs.window import Verb

MAX_RECENT = 8
"""Executions of a process that a fetch or a plan may still belong to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseRows:
    """What joining looks at; the rows that wait from windows before come last.

    Attributes:
        process: number of the process of each row.
        verb: a :class:`Verb` each.
        text: equal for equal texts.
        duration_us: of each.
        row_count: rows of this window, without those that waited.
    """

    process: Longs
    verb: Bytes
    text: Longs
    duration_us: Longs
    row_count: int


class RegularRows:
    """The rows of the regular processes of a window.

    Attributes:
        rows: the executions, in log order.
        parse_us: by row number, of the whole window.
        bind_us: likewise.
    """

    def __init__(self, phases: PhaseRows, irregular: Iterable[int]) -> None:
        """Find out which processes are regular, and join their rows.

        A process is not if it is one of ``irregular``, or if a phase of it is followed
        by anything but its own execution.
        """
        self._verbs = phases.verb
        count = phases.row_count
        total = len(phases.verb)
        # A stable sort keeps log order; rows that waited stand before all others.
        line = np.append(np.arange(count, total), np.arange(count))
        self._line: Longs = line[np.argsort(phases.process[line], kind="stable")]
        self._verb = phases.verb[self._line]
        self._process = phases.process[self._line]
        text = phases.text[self._line]
        joins = self._process[1:] == self._process[:-1]
        same = joins & (text[1:] == text[:-1])
        self._is_regular = self._regular(joins, same, irregular)
        self.is_regular_row: Bools = np.zeros(total, np.bool_)
        self.is_regular_row[self._line] = self._is_regular
        self.parse_us: Longs = np.zeros(total, np.int64)
        self.bind_us: Longs = np.zeros(total, np.int64)
        self._join(phases.duration_us, same)
        runs = self.is_regular_row[:count] & (
            (phases.verb[:count] == Verb.EXECUTE)
            | (phases.verb[:count] == Verb.STATEMENT)
        )
        self.rows: Longs = np.flatnonzero(runs)

    def _regular(self, joins: Bools, same: Bools, irregular: Iterable[int]) -> Bools:
        before, after = self._verb[:-1], self._verb[1:]
        fits = same & (
            (after == Verb.EXECUTE) | ((before == Verb.PARSE) & (after == Verb.BIND))
        )
        is_phase = (before == Verb.PARSE) | (before == Verb.BIND)
        bad = joins & is_phase & ~fits
        size = int(self._process.max(initial=-1)) + 1
        is_bad = np.zeros(size, np.bool_)
        is_bad[self._process[:-1][bad]] = True
        is_bad[[number for number in irregular if number < size]] = True
        return ~is_bad[self._process]

    def _join(self, duration_us: Longs, same: Bools) -> None:
        line, verb = self._line, self._verb
        runs = np.flatnonzero(self._is_regular & (verb == Verb.EXECUTE))
        runs = runs[runs > 0]
        runs = runs[same[runs - 1]]
        bound = runs[verb[runs - 1] == Verb.BIND]
        parsed = runs[verb[runs - 1] == Verb.PARSE]
        self.bind_us[line[bound]] = duration_us[line[bound - 1]]
        self.parse_us[line[parsed]] = duration_us[line[parsed - 1]]
        bound = bound[bound > 1]
        both = bound[same[bound - 2] & (verb[bound - 2] == Verb.PARSE)]
        self.parse_us[line[both]] = duration_us[line[both - 2]]

    def verb_of(self, row: int) -> int:
        """The verb of a row."""
        return int(self._verbs[row])

    def waiting(self) -> Iterator[tuple[int, int]]:
        """Process and row of each phase whose execution has not come yet."""
        is_last = np.append(self._process[1:] != self._process[:-1], True)
        is_last = is_last[-len(self._process) :] & self._is_regular
        is_phase = (self._verb == Verb.PARSE) | (self._verb == Verb.BIND)
        for at in np.flatnonzero(is_last & is_phase).tolist():
            process = int(self._process[at])
            if (
                self._verb[at] == Verb.BIND
                and at
                and self._process[at - 1] == process
                and self._verb[at - 1] == Verb.PARSE
            ):
                yield process, int(self._line[at - 1])
            yield process, int(self._line[at])

    def recent(self) -> Iterator[tuple[int, list[int]]]:
        """Of each process the last executions of the extended protocol, as rows."""
        runs = np.flatnonzero(self._is_regular & (self._verb == Verb.EXECUTE))
        process = self._process[runs]
        ends = np.flatnonzero(np.append(process[1:] != process[:-1], True)) + 1
        start = 0
        for end in ends[: len(runs)].tolist():
            if end > start:
                first = max(start, end - MAX_RECENT)
                yield int(process[start]), self._line[runs[first:end]].tolist()
            start = end
