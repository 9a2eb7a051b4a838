"""Connections of a log: how many, by whom, how long, and how many at once."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from analyzer.domain.execution import LogEvent
from analyzer.domain.log_activity import Connections
from analyzer.workload.percentiles import latency

BOUNDS_MS: tuple[float, ...] = (
    *(1e2, 5e2, 1e3, 5e3, 3e4, 6e4, 6e5, 1.8e6, 3.6e6, 2.88e7),
)
SHORT_MS = 1_000.0
UNKNOWN = "(unknown)"

_SESSION_TIME = re.compile(
    r"disconnection: session time: (\d+):(\d+):(\d+\.\d+) "
    r"user=(?P<user>.*?) database=(?P<database>.*?) host=(?P<host>[^ ]*)"
)
_AUTHORIZED = re.compile(
    r"(?:replication )?connection authorized: user=(?P<user>.*?)"
    r"(?: database=(?P<database>.*?))?(?: application_name=(?P<application>.*?))?"
    r"(?: SSL enabled .*)?(?: GSS .*)?\s*\Z"
)


def connections(events: Iterable[LogEvent]) -> Connections:
    """What the messages of log_connections and log_disconnections say.

    Without "disconnection" messages nobody knows how long a session lasted; without
    "authorized" ones sessions are counted by their ends.

    Args:
        events: all messages, in time order.
    """
    counts: Counter[str] = Counter()
    by_start: dict[str, Counter[str]] = defaultdict(Counter)
    by_end: dict[str, Counter[str]] = defaultdict(Counter)
    open_since: dict[str, datetime] = {}
    spans: list[tuple[datetime, datetime]] = []
    last: datetime | None = None
    for event in events:
        if not event.kind.startswith("connection_"):
            continue
        last = event.logged_at
        counts[event.kind] += 1
        if event.kind == "connection_authorized":
            _count(by_start, _AUTHORIZED.match(event.message), event)
            open_since[event.session_id or str(event.process_id)] = event.logged_at
        elif event.kind == "connection_disconnected":
            found = _SESSION_TIME.match(event.message)
            _count(by_end, found, event)
            open_since.pop(event.session_id or str(event.process_id), None)
            if found is not None:
                spans.append((event.logged_at - _session_time(found), event.logged_at))
    times_ms = [(end - start) / timedelta(milliseconds=1) for start, end in spans]
    if last is not None:
        spans += [(start, last) for start in open_since.values()]
    peak, peak_at = _peak(spans)
    return Connections(
        received_count=counts["connection_received"],
        authorized_count=counts["connection_authorized"],
        session_time=latency(times_ms, "log: sessions that ended")
        if times_ms
        else None,
        short_session_count=sum(value < SHORT_MS for value in times_ms),
        peak_session_count=peak,
        peak_at=peak_at,
        by={
            name: dict(group.most_common())
            for name, group in (by_start or by_end).items()
        },
        session_histogram=_histogram(times_ms),
    )


def _session_time(found: re.Match[str]) -> timedelta:
    return timedelta(
        hours=int(found[1]), minutes=int(found[2]), seconds=float(found[3])
    )


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


def _peak(
    spans: Sequence[tuple[datetime, datetime]],
) -> tuple[int, datetime | None]:
    """Most spans at one moment; one that ends when another starts makes room."""
    steps = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans])
    most = count = 0
    at: datetime | None = None
    for moment, change in steps:
        count += change
        if count > most:
            most, at = count, moment
    return most, at


def _histogram(times_ms: Sequence[float]) -> dict[float | None, int]:
    counts: Counter[float | None] = Counter()
    for value in times_ms:
        counts[next((bound for bound in BOUNDS_MS if value <= bound), None)] += 1
    bounds: tuple[float | None, ...] = (*BOUNDS_MS, None)
    return {bound: counts[bound] for bound in bounds if counts[bound]}
