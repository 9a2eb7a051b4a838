"""Connections of a log: how many, by whom, how long, and how many at once."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import itemgetter

import numpy as np

from analyzer.domain.event_columns import EventColumns, events_of
from analyzer.domain.execution import LogEvent
from analyzer.domain.execution_columns import (
    Floats,
    Longs,
    as_datetime,
    as_microseconds,
)
from analyzer.domain.log_activity import Connections
from analyzer.domain.pages import Column
from analyzer.domain.row_store import (
    RowStore,
    Table,
    in_parts,
    sorted_table,
    sorted_values,
)
from analyzer.workload.percentiles import latency_of_sorted

BOUNDS_MS: tuple[float, ...] = (
    *(1e2, 5e2, 1e3, 5e3, 3e4, 6e4, 6e5, 1.8e6, 3.6e6, 2.88e7),
)
SHORT_MS = 1_000.0
UNKNOWN = "(unknown)"

_BATCH = 1 << 12
"""Messages that are looked at together."""

_STEPS = {"session": np.int64, "at_us": np.int64, "is_start": np.bool_}
_SPANS = {"start_us": np.int64, "end_us": np.int64}
_START, _END = "connection_authorized", "connection_disconnected"
_MICROSECOND = timedelta(microseconds=1)

_SESSION_TIME = re.compile(
    r"disconnection: session time: (\d{1,7}):(\d{1,2}):(\d{1,2}\.\d{1,6}) "
    r"user=(?P<user>.*?) database=(?P<database>.*?) host=(?P<host>[^ ]*)"
)
_AUTHORIZED = re.compile(
    r"(?:replication )?connection authorized: user=(?P<user>.*?)"
    r"(?: database=(?P<database>.*?))?(?: application_name=(?P<application>.*?))?"
    r"(?: SSL enabled .*)?(?: GSS .*)?\s*\Z"
)


def connections(events: Sequence[LogEvent]) -> Connections:
    """What the messages of log_connections and log_disconnections say.

    Without "disconnection" messages nobody knows how long a session lasted; without
    "authorized" ones sessions are counted by their ends.

    Args:
        events: all messages, in time order.
    """
    said = events_of(events).of(lambda head: head.kind.startswith("connection_"))
    counts: Counter[str] = Counter()
    for head, count in said.counts().items():
        counts[head.kind] += count
    sessions = _Sessions()
    for part in said.of_kinds(_START, _END).windows():
        for begin in range(0, len(part), _BATCH):
            sessions.add(part[begin : begin + _BATCH])
    times_ms = sorted_values(sessions.times_ms.array())
    last_us = int(said.logged_at_us[-1]) if len(said) else 0
    peak, peak_at = _peak(sessions.spans_until(last_us))
    by = sessions.by_start or sessions.by_end
    return Connections(
        received_count=counts["connection_received"],
        authorized_count=counts[_START],
        session_time=latency_of_sorted(times_ms, "log: sessions that ended")
        if len(times_ms)
        else None,
        short_session_count=int(np.searchsorted(times_ms, SHORT_MS)),
        peak_session_count=peak,
        peak_at=peak_at,
        by={name: dict(group.most_common()) for name, group in by.items()},
        session_histogram=_histogram(times_ms),
    )


class _Sessions:
    """Starts and ends of sessions as far as they were looked at, in time order."""

    def __init__(self) -> None:
        self.by_start: dict[str, Counter[str]] = defaultdict(Counter)
        self.by_end: dict[str, Counter[str]] = defaultdict(Counter)
        self.times_ms = Column(np.float64)
        self._steps, self._spans = RowStore(_STEPS), RowStore(_SPANS)

    def add(self, events: EventColumns) -> None:
        """Take some more."""
        sessions: list[int] = []
        starts: list[bool] = []
        ended: list[tuple[int, int]] = []
        for event in events:
            starts.append(event.kind == _START)
            sessions.append(hash(event.session_id or str(event.process_id)))
            if starts[-1]:
                _count(self.by_start, _AUTHORIZED.match(event.message), event)
                continue
            found = _SESSION_TIME.match(event.message)
            _count(self.by_end, found, event)
            if found is not None:
                ended.append((as_microseconds(event.logged_at), _lasted_us(found)))
        steps = {"session": sessions, "at_us": events.logged_at_us, "is_start": starts}
        self._steps.append(
            {name: np.array(c, _STEPS[name]) for name, c in steps.items()}
        )
        end_us, lasted_us = np.array(ended, np.int64).reshape(-1, 2).T
        self._spans.append({"start_us": end_us - lasted_us, "end_us": end_us})
        self.times_ms.append(lasted_us / 1000.0)

    def spans_until(self, last_us: int) -> Table:
        """When sessions began and ended; those that are open last until a moment."""
        steps = sorted_table(self._steps.table(), itemgetter("session"))
        session = steps["session"]
        is_last = np.append(session[1:] != session[:-1], True)[: len(session)]
        begun = steps["at_us"][is_last & steps["is_start"]]
        self._spans.append({"start_us": begun, "end_us": np.full(len(begun), last_us)})
        return self._spans.table()


def _lasted_us(found: re.Match[str]) -> int:
    minutes = int(found[1]) * 60 + int(found[2])
    return timedelta(minutes=minutes, seconds=float(found[3])) // _MICROSECOND


def _count(
    by: dict[str, Counter[str]], found: re.Match[str] | None, event: LogEvent
) -> None:
    said = found.groupdict() if found is not None else {}
    by["database"][said.get("database") or event.database or UNKNOWN] += 1
    by["user"][said.get("user") or event.user or UNKNOWN] += 1
    name = said.get("application") or event.application_name or UNKNOWN
    by["application"][name] += 1
    if said.get("host"):
        by["host"][said["host"]] += 1


def _peak(spans: Table) -> tuple[int, datetime | None]:
    """Most spans at one moment; one that ends when another starts makes room."""
    starts_us, ends_us = (sorted_values(spans[name]) for name in _SPANS)
    most = begun = 0
    at: datetime | None = None
    for part in in_parts({"us": starts_us}):
        begins_us: Longs = part["us"]
        count = np.arange(begun + 1, begun + len(begins_us) + 1)
        count -= np.searchsorted(ends_us, begins_us, "right")
        begun += len(begins_us)
        top = int(np.argmax(count))
        if count[top] > most:
            most, at = int(count[top]), as_datetime(int(begins_us[top]))
    return most, at


def _histogram(times_ms: Floats) -> dict[float | None, int]:
    ends = np.append(np.searchsorted(times_ms, BOUNDS_MS, "right"), len(times_ms))
    counts = np.diff(ends, prepend=0).tolist()
    bounds = zip((*BOUNDS_MS, None), counts, strict=True)
    return {bound: count for bound, count in bounds if count}
