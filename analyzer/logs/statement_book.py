"""What is known of each distinct statement of a log: a few texts, ids, a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from analyzer.domain.execution import Execution
from analyzer.domain.execution_columns import KeptText, Statements, as_microseconds
from analyzer.domain.row_store import Table
from analyzer.domain.statement import Fingerprint
from analyzer.logs.messages import read_parameters
from analyzer.logs.slices import Longs, pair_keys
from analyzer.native.groups import grouped

SAMPLE_COUNT = 3
"""Texts kept of each statement, those of its slowest executions."""

_FOREVER = 1 << 62


class Sample(NamedTuple):
    """An execution whose text may be kept."""

    duration_ms: float
    logged_at_us: int
    position: int
    text: str
    detail: str
    execution: Execution | None = None

    def kept(self) -> KeptText:
        """What is kept of it."""
        item = self.execution
        if item is None:
            values = read_parameters(self.detail) if self.detail else ()
            return KeptText(query=self.text, parameters=values)
        return KeptText(
            query=item.query,
            parameters=item.parameters,
            plan=item.plan,
            plan_text=item.plan_text,
        )


def sample_of(item: Execution, position: int) -> Sample:
    """An execution by itself."""
    moment = as_microseconds(item.logged_at)
    return Sample(item.duration_ms, moment, position, item.query, "", item)


def _slowest_first(sample: Sample) -> tuple[float, int, str]:
    return -sample.duration_ms, sample.logged_at_us, sample.text


class _Statement:
    """What is known of one statement so far."""

    __slots__ = ("first_text", "queryids", "samples")

    def __init__(self) -> None:
        self.first_text = ""
        self.queryids: set[int] = set()
        self.samples: list[Sample] = []


class StatementBook:
    """The distinct statements, numbered, with the texts of their slowest executions."""

    def __init__(self, *, keep_all: bool) -> None:
        """Start without any.

        Args:
            keep_all: keep the texts of every execution, not just of the slowest.
        """
        self._sample_count = None if keep_all else SAMPLE_COUNT
        self._numbers: dict[Fingerprint, int] = {}
        self._statements: list[_Statement] = []
        self._floors = np.zeros(0)
        self._floor_times = np.zeros(0, np.int64)
        self._first_times = np.zeros(0, np.int64)
        self._latest_ids = np.zeros((2, 0), np.int64)

    def statements(self) -> Statements:
        """All of them."""
        return Statements(
            fingerprint=tuple(self._numbers),
            query=tuple(known.first_text for known in self._statements),
            queryids=tuple(tuple(sorted(s.queryids)) for s in self._statements),
        )

    def kept(self) -> dict[int, KeptText]:
        """Texts, bound values and plans by the position of their execution."""
        samples = [s for known in self._statements for s in known.samples]
        return {sample.position: sample.kept() for sample in samples}

    def numbers(self, names: Sequence[Fingerprint]) -> Longs:
        """Numbers of statements."""
        numbers = [*map(self._numbers.get, names)]
        for at, number in enumerate(numbers):
            if number is None:
                numbers[at] = self.number(names[at])
        return np.array(numbers, np.int64)

    def number(self, name: Fingerprint) -> int:
        """Number of a statement."""
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self._statements)
            self._statements.append(_Statement())
        return number

    def note(self, columns: Table, sample: Callable[[int], Sample]) -> None:
        """Learn from some executions, at least one.

        Args:
            columns: of them.
            sample: gives the text of one, by its number among them.
        """
        missing = len(self._statements) - len(self._floors)
        self._floors = np.append(self._floors, np.full(missing, -1.0))
        self._floor_times = np.append(self._floor_times, np.zeros(missing, np.int64))
        self._first_times = np.append(self._first_times, np.full(missing, _FOREVER))
        none = np.zeros((2, missing), np.int64)
        self._latest_ids = np.append(self._latest_ids, none, axis=1)
        self._note_firsts(columns, sample)
        self._note_queryids(columns)
        for row in self._candidates(columns):
            self._offer(int(columns["statement"][row]), sample(row))

    def replace(self, statement: int, sample: Sample) -> None:
        """Take what is now known of an execution instead of what was."""
        samples = self._statements[statement].samples
        samples[:] = [known for known in samples if known.position != sample.position]
        self._offer(statement, sample)

    def _note_firsts(self, columns: Table, sample: Callable[[int], Sample]) -> None:
        statement, times = columns["statement"], columns["logged_at_us"]
        rows = np.flatnonzero(times <= self._first_times[statement])
        rows = rows[np.lexsort((times[rows], statement[rows]))]
        ranked = statement[rows]
        is_first = np.append(True, ranked[1:] != ranked[:-1])[: len(rows)]
        for row in rows[is_first].tolist():
            known = self._statements[statement[row]]
            text = sample(row).text
            # Of equal times any one that does not depend on the order of lines.
            first = self._first_times[statement[row]]
            if times[row] < first or text < known.first_text:
                self._first_times[statement[row]] = times[row]
                known.first_text = text

    def _note_queryids(self, columns: Table) -> None:
        statement, queryid = columns["statement"].astype(np.int64), columns["queryid"]
        # As a rule a statement has one, or one more where it was prepared.
        latest, before = self._latest_ids[:, statement]
        new = np.flatnonzero((queryid != 0) & (queryid != latest) & (queryid != before))
        first, _ = grouped(pair_keys(queryid[new], statement[new]))
        chosen = new[first]
        for number, found in zip(
            statement[chosen].tolist(), queryid[chosen].tolist(), strict=True
        ):
            self._statements[number].queryids.add(found)
            latest_ids = self._latest_ids[:, number]
            latest_ids[:] = found, latest_ids[0]

    def _candidates(self, columns: Table) -> Sequence[int]:
        """Rows that may be among the slowest of their statement."""
        count = self._sample_count
        if count is None:
            return range(len(columns["position"]))
        statement, duration_ms = columns["statement"], columns["duration_ms"]
        times = columns["logged_at_us"]
        floor_ms = self._floors[statement]
        slow = duration_ms > floor_ms
        slow |= (duration_ms == floor_ms) & (times < self._floor_times[statement])
        rows = np.flatnonzero(slow)
        rows = rows[np.lexsort((times[rows], -duration_ms[rows], statement[rows]))]
        place = np.arange(len(rows))
        ranked = statement[rows]
        is_first = np.append(True, ranked[1:] != ranked[:-1])[: len(rows)]
        start = np.maximum.accumulate(np.where(is_first, place, 0))
        # Of each statement so many, and what is as slow as the last of them.
        last = rows[np.minimum(start + count - 1, place)]
        kept = (duration_ms[rows] == duration_ms[last]) & (times[rows] == times[last])
        chosen: list[int] = rows[kept].tolist()
        return chosen

    def _offer(self, statement: int, sample: Sample) -> None:
        samples = self._statements[statement].samples
        if self._sample_count is None:
            samples.append(sample)
            return
        if len(samples) == self._sample_count:
            if _slowest_first(sample) >= _slowest_first(samples[-1]):
                return
            samples.pop()
        samples.append(sample)
        samples.sort(key=_slowest_first)
        if len(samples) == self._sample_count:
            self._floors[statement] = samples[-1].duration_ms
            self._floor_times[statement] = samples[-1].logged_at_us
