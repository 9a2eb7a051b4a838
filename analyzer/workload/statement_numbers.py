"""Numbers of each statement of a log, however many executions it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from analyzer.domain.execution_columns import ExecutionColumns, Floats, Longs
from analyzer.domain.log_report import Share
from analyzer.domain.pages import Column
from analyzer.domain.row_store import Table, parts_by
from analyzer.domain.sorting import stable_order
from analyzer.workload.logged_shares import Shares

_NEVER = np.iinfo(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbersOfOne:
    """Numbers of one statement.

    Attributes:
        statement: its number.
        durations_ms: of all executions, ascending.
        parse_us: time of its parse phases.
        bind_us: likewise the bind phases.
        plan_count: executions with a plan.
        first_us: end of the first execution, microseconds since 1970.
        last_us: end of the last one.
        by: shares by kinds of names.
        by_hour: shares by hours, UTC.
    """

    statement: int
    durations_ms: Floats
    parse_us: int
    bind_us: int
    plan_count: int
    first_us: int
    last_us: int
    by: Mapping[str, Mapping[str, Share]]
    by_hour: Mapping[datetime, Share]


class StatementNumbers:
    """Numbers of all statements.

    ``counts`` are the executions of each.
    """

    def __init__(self, columns: ExecutionColumns) -> None:
        """Read executions, at least one, in time order."""
        width = len(columns.statements.fingerprint)
        self.counts: Longs = np.zeros(width, np.int64)
        self._sums: Longs = np.zeros((3, width), np.int64)
        self._first_us: Longs = np.full(width, _NEVER.max)
        self._last_us: Longs = np.full(width, _NEVER.min)
        shares = Shares(columns)
        for part in columns.windows():
            self._add(part)
            shares.add(part)
        self._by_name, self._by_hour = shares.by_name(), shares.by_hour()
        self._ends: Longs = np.cumsum(self.counts)
        self._durations_ms: Floats = _by_statement(columns)

    def _add(self, part: ExecutionColumns) -> None:
        statement, width = part.statement, len(self.counts)
        self.counts += np.bincount(statement, minlength=width)
        phases = (part.parse_us, part.bind_us, part.has_plan)
        more = [np.bincount(statement, values, width) for values in phases]
        self._sums += np.array(more).astype(np.int64)
        # Rows are in time order, and of equal places the last that is written stays.
        first, last = np.full((2, width), _NEVER.max)
        last[:] = _NEVER.min
        last[statement] = part.logged_at_us
        first[statement[::-1]] = part.logged_at_us[::-1]
        np.maximum(self._last_us, last, out=self._last_us)
        np.minimum(self._first_us, first, out=self._first_us)

    def of(self, statement: int) -> NumbersOfOne:
        """Those of one statement that has executions."""
        end = int(self._ends[statement])
        parse_us, bind_us, plans = self._sums[:, statement].tolist()
        return NumbersOfOne(
            statement=statement,
            durations_ms=self._durations_ms[end - int(self.counts[statement]) : end],
            parse_us=parse_us,
            bind_us=bind_us,
            plan_count=plans,
            first_us=int(self._first_us[statement]),
            last_us=int(self._last_us[statement]),
            by={kind: found[statement] for kind, found in self._by_name.items()},
            by_hour=self._by_hour[statement],
        )


def _by_statement(columns: ExecutionColumns) -> Floats:
    """Durations of one statement after the other, ascending for each of them."""
    found = Column(np.float64)
    table: Table = {
        "statement": columns.statement,
        "duration_ms": columns.duration_ms,
    }
    for part in parts_by(table, _statement_and_duration):
        statement = part["statement"]
        durations_ms = part["duration_ms"][stable_order(statement)]
        begin = 0
        # To sort numbers alone takes a tenth of the time of sorting pairs.
        for end in np.cumsum(np.bincount(statement)).tolist():
            durations_ms[begin:end].sort()
            begin = end
        found.append(durations_ms)
    return found.array()


def _statement_and_duration(rows: Table) -> npt.NDArray[np.complex128]:
    keys = np.empty(len(rows["statement"]), np.complex128)
    keys.real, keys.imag = rows["statement"], rows["duration_ms"]
    return keys
