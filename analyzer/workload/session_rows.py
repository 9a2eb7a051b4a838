"""Executions session by session, with the transaction each of them ran in.

Works on columns, some hundred thousand rows at a time, so that a log of millions of
executions needs little more memory than its columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from analyzer.domain.execution_columns import (
    Bools,
    ExecutionColumns,
    Floats,
    Ints,
    Longs,
)
from analyzer.domain.pages import release
from analyzer.domain.row_store import sorted_table
from analyzer.workload.session_cuts import last_cut

CHUNK_ROWS = 1 << 17
MAX_LOOP_CHUNKS = 4
"""A loop of several statements that goes on for longer is looked at in parts."""
NO_TRANSACTION = 0

CONTROL = re.compile(
    r"\s*(?:(?P<begin>BEGIN|START\s+TRANSACTION)|(?P<end>COMMIT|END|ROLLBACK|ABORT))\b"
    r"(?!\s+(?:TO|PREPARED))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRows:
    """Executions of some sessions, by session and time.

    Attributes:
        row: place of each in the columns by session.
        started_at_us: start of the run, microseconds since 1970, UTC.
        ended_at_us: end of the run.
        transaction: the same for two neighbours of a session if they ran in one
            transaction; ``NO_TRANSACTION`` for those of which that is not known.
        is_begin: BEGIN and START TRANSACTION.
        is_end: COMMIT and ROLLBACK.
    """

    row: Longs
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

    def where(self, chosen: Bools | slice) -> SessionRows:
        """The rows of a mask, or those between two places."""
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


class BySession(NamedTuple):
    """Executions session by session, each in time order; those of none come first.

    ``stops`` has the row where sessions begin, then the one behind each of them;
    ``clock_us`` is what times may be off: those of ``%t`` are cut to whole seconds.
    """

    columns: ExecutionColumns
    stops: Longs
    clock_us: int


def by_session(columns: ExecutionColumns) -> BySession:
    """Order executions, which are in time order, by their session."""
    none = 0
    in_seconds = True
    counts = np.zeros(0, np.int64)
    for part in columns.windows():
        known = part.session[part.session >= 0]
        none += len(part) - len(known)
        in_seconds = in_seconds and not np.any(part.logged_at_us % 1_000_000)
        more = np.bincount(known, minlength=len(counts))
        more[: len(counts)] += counts
        counts = more
    table = sorted_table(columns.table(), itemgetter("session"))
    return BySession(
        columns=columns.with_table(table),
        stops=none + np.append(0, np.cumsum(counts)),
        clock_us=1_000_000 if in_seconds else 0,
    )


def session_rows(found: BySession) -> Iterator[SessionRows]:
    """All executions whose session is known, some sessions at a time."""
    columns, stops, _ = found
    begins, ends = _controls(columns)
    at = int(stops[0])
    while at < len(columns):
        end = _end(found, at, begins, ends)
        part = columns[at:end]
        yield _rows(part, at, begins, ends)
        release(*part.table().values())
        at = end


def _end(found: BySession, first: int, begins: Bools, ends: Bools) -> int:
    """Where the rows end that are looked at together, from one on.

    Whole sessions, of a long one as much as can be told apart: what is one transaction
    must be seen as one, and so must a run of one statement.
    """
    columns, stops, clock_us = found
    wanted = min(first + CHUNK_ROWS, len(columns))
    end = int(stops[np.searchsorted(stops, wanted)])
    size = 2 * CHUNK_ROWS
    while first + size < end:
        part = columns[first : first + size]
        endless = size >= MAX_LOOP_CHUNKS * CHUNK_ROWS
        cut = last_cut(part, (begins, ends), clock_us, through_loops=endless)
        if cut:
            return first + cut
        size *= 2
    return end


def _controls(columns: ExecutionColumns) -> tuple[Bools, Bools]:
    """Which statements begin, and which end, a transaction."""
    found = [CONTROL.match(query) for query in columns.statements.query]
    begins = [match is not None and bool(match["begin"]) for match in found]
    ends = [match is not None and bool(match["end"]) for match in found]
    return np.array(begins, np.bool_), np.array(ends, np.bool_)


def _rows(
    columns: ExecutionColumns, first: int, begins: Bools, ends: Bools
) -> SessionRows:
    statement, session = columns.statement, columns.session
    ended, duration_ms = columns.logged_at_us, columns.duration_ms
    is_begin, is_end = begins[statement], ends[statement]
    return SessionRows(
        row=np.arange(first, first + len(columns), dtype=np.int64),
        session=session,
        statement=statement,
        started_at_us=ended - np.rint(duration_ms * 1000).astype(np.int64),
        ended_at_us=ended,
        duration_ms=duration_ms,
        values_hash=columns.values_hash,
        transaction=_transactions(
            session, columns.local_transaction_id, is_begin, is_end
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
