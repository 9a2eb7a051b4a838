"""One window of a log, read: executions as columns, all other messages as entries.

Nearly every message of a log that is worth its disk is the duration of a statement.
Those whose shape leaves no doubt become rows of numbers; every other message becomes a
:class:`LogEntry` and takes the careful way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum

import numpy as np

from analyzer.domain.execution_columns import as_datetime, as_microseconds
from analyzer.logs.entry import LogEntry, Origin
from analyzer.logs.slices import Bytes, Longs, Slices
from analyzer.logs.text_book import Clean, Texts, no_texts, unchanged


class Verb(IntEnum):
    """What a duration belongs to; the phases come before their execution.

    The last three are only in windows as they are read: a text that has no duration
    (of log_statement), and a duration that has no text (of log_duration).
    """

    STATEMENT = 0
    PARSE = 1
    BIND = 2
    EXECUTE = 3
    LOGGED = 4
    LOGGED_EXECUTE = 5
    ALONE = 6


VERB_WORDS = ("statement", "parse", "bind", "execute")


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationRows:
    """Durations in log order.

    Attributes:
        order: place among all messages of the window.
        logged_at_us: microseconds since 1970, UTC.
        origin: index into ``origins``.
        local_transaction_id: second half of ``%v``.
        queryid: the server's.
        verb: a :class:`Verb`.
        duration_us: in microseconds, as the server prints them.
        text: index into ``texts``.
        details: what the DETAIL line said, of executions that have one.
        values_hash: of the detail, else of the constants in the text.
        origins: without times and transactions.
        texts: distinct raw texts.
        clean: what the bytes of details stand for.
    """

    order: Longs
    logged_at_us: Longs
    origin: Longs
    local_transaction_id: Longs
    queryid: Longs
    verb: Bytes
    duration_us: Longs
    text: Longs
    details: Slices
    values_hash: Longs
    origins: Sequence[Origin]
    texts: Texts
    clean: Clean

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.order)

    def of(self, numbers: Longs) -> DurationRows:
        """Some of the rows."""
        return replace(
            self,
            order=self.order[numbers],
            logged_at_us=self.logged_at_us[numbers],
            origin=self.origin[numbers],
            local_transaction_id=self.local_transaction_id[numbers],
            queryid=self.queryid[numbers],
            verb=self.verb[numbers],
            duration_us=self.duration_us[numbers],
            text=self.text[numbers],
            details=self.details.of(numbers),
            values_hash=self.values_hash[numbers],
        )

    def others(self, message_count: int) -> Longs:
        """The messages of the window that are no rows, by their places."""
        is_other = np.ones(message_count, np.bool_)
        is_other[self.order] = False
        return np.flatnonzero(is_other)

    def detail(self, at: int) -> str:
        """What the DETAIL line of a row said, empty without one."""
        if not self.details.has(at):
            return ""
        return self.clean(self.details.raw(at)).decode("utf-8", "replace")

    def on(self, data: bytes) -> DurationRows:
        """The same rows, where the bytes of their window are elsewhere in memory."""
        return replace(self, details=self.details.on(data), texts=self.texts.on(data))


def span_of(moments_us: Sequence[int]) -> tuple[datetime, datetime] | None:
    """The first and the last of some moments."""
    if not moments_us:
        return None
    return as_datetime(min(moments_us)), as_datetime(max(moments_us))


def no_rows() -> DurationRows:
    """Rows of a window in which every message is an entry."""
    none = np.zeros(0, np.int64)
    return DurationRows(
        order=none,
        logged_at_us=none,
        origin=none,
        local_transaction_id=none,
        queryid=none,
        verb=np.zeros(0, np.uint8),
        duration_us=none,
        text=none,
        details=Slices(data=b"", starts=none, ends=none),
        values_hash=none,
        origins=(),
        texts=no_texts(),
        clean=unchanged,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What one window of a log holds.

    ``entries`` are the messages that are no rows, with their place among all.
    """

    rows: DurationRows = field(default_factory=no_rows)
    entries: Sequence[tuple[int, LogEntry]] = ()
    message_count: int = 0

    def moments_us(self) -> Sequence[int]:
        """The earliest and latest of its times, among others; none without messages."""
        times = self.rows.logged_at_us
        found = [int(times.min()), int(times.max())] if len(times) else []
        entries = [entry.origin.logged_at for _, entry in self.entries]
        if entries:
            found += map(as_microseconds, (min(entries), max(entries)))
        return found
