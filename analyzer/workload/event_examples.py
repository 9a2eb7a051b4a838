"""Classes of messages, each with its first one, shown without secrets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from analyzer.domain.execution import LogEvent
from analyzer.domain.log_activity import EventExample


def event_examples(events: Iterable[LogEvent]) -> tuple[EventExample, ...]:
    """One example of each class, the most frequent class first.

    Args:
        events: all messages, in time order.
    """
    first: dict[str, LogEvent] = {}
    last: dict[str, LogEvent] = {}
    counts: Counter[str] = Counter()
    codes: Counter[tuple[str, str]] = Counter()
    for event in events:
        known = first.setdefault(event.kind, event)
        # Of those of one time, the one that was looked at.
        if not known.shown_message and event.logged_at == known.logged_at:
            first[event.kind] = event
        last[event.kind] = event
        counts[event.kind] += 1
        if event.sqlstate:
            codes[(event.kind, event.sqlstate)] += 1
    found = [
        _example(event, last[kind], counts[kind], _of(kind, codes))
        for kind, event in first.items()
    ]
    return tuple(sorted(found, key=lambda item: (-item.count, item.kind)))


def _of(kind: str, codes: Counter[tuple[str, str]]) -> dict[str, int]:
    return {
        code: count for (name, code), count in sorted(codes.items()) if name == kind
    }


def _example(
    event: LogEvent, last: LogEvent, count: int, sqlstates: dict[str, int]
) -> EventExample:
    return EventExample(
        kind=event.kind,
        count=count,
        first_seen_at=event.logged_at,
        last_seen_at=last.logged_at,
        severity=event.severity,
        message=event.shown_message,
        sqlstates=sqlstates,
        details=event.details,
    )
