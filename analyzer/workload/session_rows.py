"""Executions session by session, with the transaction each of them ran in.

Works on columns, some hundred thousand rows at a time, so that a log of millions of
executions needs little more memory than its columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analyzer.domain.execution_columns import (
    Bools,
    ExecutionColumns,
    Floats,
    Ints,
    Longs,
)

CHUNK_ROWS = 1 << 17
NO_TRANSACTION = 0

CONTROL = re.compile(
    r"\s*(?:(?P<begin>BEGIN|START\s+TRANSACTION)|(?P<end>COMMIT|END|ROLLBACK|ABORT))\b"
    r"(?!\s+(?:TO|PREPARED))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRows:
    """Executions of some whole sessions, by session and time.

    Attributes:
        row: place of each in the columns they were taken from.
        started_at_us: start of the run, microseconds since 1970, UTC.
        ended_at_us: end of the run.
        transaction: the same for two neighbours of a session if they ran in one
            transaction; ``NO_TRANSACTION`` for those of which that is not known.
        is_begin: BEGIN and START TRANSACTION.
        is_end: COMMIT and ROLLBACK.
    """

    row: Ints
    session: Ints
    statement: Ints
    started_at_us: Longs
    ended_at_us: Longs
    duration_ms: Floats
    values_hash: Longs
    transaction: Longs
    is_begin: Bools
    is_end: Bools

    def __len__(self) -> int:
        """Number of executions."""
        return len(self.row)

    def where(self, chosen: Bools) -> SessionRows:
        """The rows of a mask."""
        return SessionRows(
            row=self.row[chosen],
            session=self.session[chosen],
            statement=self.statement[chosen],
            started_at_us=self.started_at_us[chosen],
            ended_at_us=self.ended_at_us[chosen],
            duration_ms=self.duration_ms[chosen],
            values_hash=self.values_hash[chosen],
            transaction=self.transaction[chosen],
            is_begin=self.is_begin[chosen],
            is_end=self.is_end[chosen],
        )


def session_rows(columns: ExecutionColumns) -> Iterator[SessionRows]:
    """All executions whose session is known, whole sessions at a time."""
    begins, ends = _controls(columns)
    order, stops = rows_by_session(columns)
    at = int(stops[0])
    while at < len(order):
        # A session is never cut: what is one transaction must be seen as one.
        wanted = min(at + CHUNK_ROWS, len(order))
        end = int(stops[np.searchsorted(stops, wanted)])
        yield _rows(columns, order[at:end], begins, ends)
        at = end


class RowsBySession(NamedTuple):
    """Rows session by session, each in time order; those of no session come first.

    ``stops`` has the place where sessions begin, then the one behind each of them.
    """

    order: Ints
    stops: Longs


def rows_by_session(columns: ExecutionColumns) -> RowsBySession:
    """The order of the rows, and where the sessions are in it."""
    # Columns are in time order, which a stable sort keeps. Half the bytes of an index
    # do, as there are fewer rows than that.
    order = np.argsort(columns.session, kind="stable").astype(np.int32)
    known = columns.session[columns.session >= 0]
    counts = np.bincount(known) if len(known) else np.zeros(0, np.int64)
    first = len(order) - len(known)
    return RowsBySession(order, np.append(first, first + np.cumsum(counts)))


def _controls(columns: ExecutionColumns) -> tuple[Bools, Bools]:
    """Which statements begin, and which end, a transaction."""
    found = [CONTROL.match(query) for query in columns.statements.query]
    begins = [match is not None and bool(match["begin"]) for match in found]
    ends = [match is not None and bool(match["end"]) for match in found]
    return np.array(begins, np.bool_), np.array(ends, np.bool_)


def _rows(
    columns: ExecutionColumns, row: Ints, begins: Bools, ends: Bools
) -> SessionRows:
    statement = columns.statement[row]
    session = columns.session[row]
    ended = columns.logged_at_us[row]
    duration_ms = columns.duration_ms[row]
    is_begin, is_end = begins[statement], ends[statement]
    return SessionRows(
        row=row,
        session=session,
        statement=statement,
        started_at_us=ended - np.rint(duration_ms * 1000).astype(np.int64),
        ended_at_us=ended,
        duration_ms=duration_ms,
        values_hash=columns.values_hash[row],
        transaction=_transactions(
            session, columns.local_transaction_id[row], is_begin, is_end
        ),
        is_begin=is_begin,
        is_end=is_end,
    )


def _transactions(
    session: Ints, local_transaction_id: Longs, is_begin: Bools, is_end: Bools
) -> Longs:
    """Between a logged BEGIN and its end that is one transaction, else ``%v`` tells."""
    place = np.arange(len(session))
    control = np.maximum.accumulate(np.where(is_begin | is_end, place, -1))
    # The statement that ends a transaction belongs to the one before it.
    before = np.concatenate(([-1], control[:-1])) if len(control) else control
    control = np.where(is_end, before, control)
    known = control >= 0
    safe = np.maximum(control, 0)
    inside = known & is_begin[safe] & (session[safe] == session)
    keys = np.where(inside, -1 - control, local_transaction_id)
    return np.asarray(np.where(is_end & ~inside, NO_TRANSACTION, keys), np.int64)


def segments(same_as_before: Bools) -> tuple[Longs, Longs]:
    """Where each run of rows that belong together starts, and where it ends.

    >>> [part.tolist() for part in segments(np.array([False, True, False]))]
    [[0, 2], [2, 3]]
    """
    starts = np.flatnonzero(~same_as_before)
    ends = np.append(starts[1:], len(same_as_before))
    return starts, ends[: len(starts)]


def together(*columns: Ints | Longs) -> Bools:
    """Whether each row equals the one before it in all columns.

    >>> together(np.array([1, 1, 2, 2]), np.array([5, 5, 5, 6])).tolist()
    [False, True, False, False]
    """
    same = np.ones(len(columns[0]), np.bool_)
    same[:1] = False
    for column in columns:
        same[1:] &= column[1:] == column[:-1]
    return same
