"""Logged events in columns: a log of connections alone in some dozen bytes for each.

What later stages look at of every event is a number; the texts are bytes, which lie in
a file when they are many, and are made into a :class:`LogEvent` when one is asked for.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any, NamedTuple, overload

import numpy as np
import numpy.typing as npt

from analyzer.domain.execution import LogEvent
from analyzer.domain.execution_columns import (
    Bools,
    Ints,
    Longs,
    as_datetime,
    as_microseconds,
)
from analyzer.domain.pages import Column, is_long, release
from analyzer.domain.row_store import RowStore, in_parts, sorted_table

_KINDS: Mapping[str, type[np.generic]] = {
    "logged_at_us": np.int64,
    "process_id": np.int64,
    "head": np.int32,
    "begin": np.int64,
    "size": np.int32,
    "has_query": np.bool_,
    "has_shown": np.bool_,
}
_TEXTS = (
    *("message", "query", "database", "user", "application_name", "session_id"),
    *("detail", "table", "shown_message", "details"),
)
_LENGTHS = struct.Struct(f"<{len(_TEXTS)}I")
_BETWEEN = "\0"
_JOINED, _MEASURED = b"j", b"m"
_PENDING = 1 << 12
"""Events that are packed together."""


class Head(NamedTuple):
    """What kind of event it is; of millions there are but a few."""

    severity: str
    sqlstate: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventColumns(Sequence[LogEvent]):
    """Events, one row each; as a sequence it makes a :class:`LogEvent` of a row.

    Attributes:
        logged_at_us: microseconds since 1970, UTC.
        process_id: 0 where the log does not say.
        head: index into ``heads``.
        begin: where the texts of the event begin.
        size: how many bytes they have.
        has_query: whether it names a statement.
        has_shown: whether it has a message without secrets.
        heads: what ``head`` counts.
        texts: of all events.
        odd_details: those that are no JSON, by where the texts of their event begin.
    """

    logged_at_us: Longs
    process_id: Longs
    head: Ints
    begin: Longs
    size: Ints
    has_query: Bools
    has_shown: Bools
    heads: Sequence[Head]
    texts: npt.NDArray[np.uint8]
    odd_details: Mapping[int, Mapping[str, object]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Number of events."""
        return len(self.begin)

    @overload
    def __getitem__(self, row: int) -> LogEvent: ...
    @overload
    def __getitem__(self, row: slice) -> EventColumns: ...
    def __getitem__(self, row: int | slice) -> LogEvent | EventColumns:
        """One event, or some of them."""
        if isinstance(row, slice):
            return self._with({n: array[row] for n, array in self._table().items()})
        if not -len(self) <= row < len(self):
            raise IndexError(row)
        return self._event(row)

    def __iter__(self) -> Iterator[LogEvent]:
        """Each row as an event."""
        for part in self.windows():
            for row in range(len(part)):
                yield part._event(row)

    def __eq__(self, other: object) -> bool:
        """Whether another sequence has the same events."""
        if not isinstance(other, Sequence):
            return NotImplemented
        same = len(self) == len(other)
        return same and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def windows(self) -> Iterator[EventColumns]:
        """All rows, some at a time, without copying them."""
        for part in in_parts(self._table()):
            yield self._with(part)
            release(self.texts)

    def of(self, chosen: Callable[[Head], bool]) -> EventColumns:
        """Those whose heads are wanted."""
        wanted = np.array([chosen(head) for head in self.heads], np.bool_)
        return self.where(lambda part: wanted[part.head])

    def of_kinds(self, *kinds: str) -> EventColumns:
        """Those of some kinds."""
        return self.of(lambda head: head.kind in kinds)

    def kept(self, chosen: Callable[[LogEvent], bool]) -> EventColumns:
        """Those that are wanted, looked at one by one."""
        return self.where(
            lambda part: np.array(
                [chosen(part._event(row)) for row in range(len(part))], np.bool_
            )
        )

    def where(self, chosen: Callable[[EventColumns], Bools]) -> EventColumns:
        """Some of the rows.

        Args:
            chosen: says which of some rows, as a mask.
        """
        if not is_long(len(self)):
            mask = chosen(self)
            return self._with({n: array[mask] for n, array in self._table().items()})
        found = RowStore(_KINDS)
        for part in self.windows():
            mask = chosen(part)
            found.append({n: array[mask] for n, array in part._table().items()})
        return self._with(found.table())

    def counts(self) -> dict[Head, int]:
        """Number of events of each head, in the order in which these were first met."""
        found = np.zeros(len(self.heads), np.int64)
        for part in self.windows():
            found += np.bincount(part.head, minlength=len(found))
        counted = zip(self.heads, found.tolist(), strict=True)
        return {head: count for head, count in counted if count}

    def _table(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _KINDS}

    def _with(self, columns: Mapping[str, Any]) -> EventColumns:
        return replace(self, **columns)

    def _event(self, row: int) -> LogEvent:
        begin = int(self.begin[row])
        raw = self.texts[begin : begin + int(self.size[row])].tobytes()
        *texts, details = _unpacked(raw)
        told = self.odd_details.get(begin) or (json.loads(details) if details else {})
        head = self.heads[int(self.head[row])]
        return LogEvent(
            logged_at=as_datetime(int(self.logged_at_us[row])),
            severity=head.severity,
            sqlstate=head.sqlstate,
            kind=head.kind,
            process_id=int(self.process_id[row]),
            details=told,
            **dict(zip(_TEXTS, texts, strict=False)),
        )


class EventStore:
    """Events as they are found; takes the place of a list that grows without end."""

    def __init__(self) -> None:
        """Start empty."""
        self._rows = RowStore(_KINDS)
        self._texts = Column(np.uint8)
        self._heads: dict[Head, int] = {}
        self._odd_details: dict[int, Mapping[str, object]] = {}
        self._pending: list[tuple[int | bool, ...]] = []
        self._packed: list[bytes] = []
        self._end = 0

    def append(self, event: LogEvent) -> None:
        """Take one more."""
        packed = _packed(event, self._details(event.details))
        head = Head(event.severity, event.sqlstate, event.kind)
        self._pending.append(
            (
                as_microseconds(event.logged_at),
                event.process_id,
                self._heads.setdefault(head, len(self._heads)),
                self._end,
                len(packed),
                bool(event.query),
                bool(event.shown_message),
            )
        )
        self._packed.append(packed)
        self._end += len(packed)
        if len(self._pending) >= _PENDING:
            self._store()

    def columns(self) -> EventColumns:
        """All of them in the order of their times, equal ones as they came."""
        self._store()
        table = sorted_table(self._rows.table(), itemgetter("logged_at_us"))
        return EventColumns(
            **table,
            heads=tuple(self._heads),
            texts=self._texts.array(),
            odd_details=self._odd_details,
        )

    def _details(self, details: Mapping[str, object]) -> str:
        if not details:
            return ""
        try:
            found = json.dumps(details)
            if json.loads(found) == details:
                return found
        except (TypeError, ValueError):
            pass
        self._odd_details[self._end] = details
        return ""

    def _store(self) -> None:
        if not self._pending:
            return
        columns = zip(*self._pending, strict=True)
        named = zip(_KINDS.items(), columns, strict=True)
        self._rows.append({name: np.array(c, kind) for (name, kind), c in named})
        self._texts.append(np.frombuffer(b"".join(self._packed), np.uint8))
        self._pending, self._packed = [], []


def events_of(events: Sequence[LogEvent]) -> EventColumns:
    """Any events as columns, in the order of their times."""
    if isinstance(events, EventColumns):
        return events
    store = EventStore()
    for event in events:
        store.append(event)
    return store.columns()


def _packed(event: LogEvent, details: str) -> bytes:
    texts = (
        event.message,
        event.query,
        event.database,
        event.user,
        event.application_name,
        event.session_id,
        event.detail,
        event.table,
        event.shown_message,
        details,
    )
    joined = _BETWEEN.join(texts)
    if joined.count(_BETWEEN) == len(texts) - 1:
        return _JOINED + joined.encode("utf-8", "surrogatepass")
    # A text of a hostile log may hold anything.
    lengths = _LENGTHS.pack(*map(len, texts))
    return _MEASURED + lengths + "".join(texts).encode("utf-8", "surrogatepass")


def _unpacked(raw: bytes) -> list[str]:
    if raw[:1] == _JOINED:
        return raw[1:].decode("utf-8", "surrogatepass").split(_BETWEEN)
    lengths = _LENGTHS.unpack_from(raw, 1)
    text = raw[1 + _LENGTHS.size :].decode("utf-8", "surrogatepass")
    ends = np.cumsum(lengths).tolist()
    pairs = zip([0, *ends], ends, strict=False)
    return [text[begin:end] for begin, end in pairs]
