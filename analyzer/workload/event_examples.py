"""Classes of messages, each with its first one, shown without secrets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from analyzer.domain.event_columns import EventColumns, events_of
from analyzer.domain.execution import LogEvent
from analyzer.domain.execution_columns import as_datetime
from analyzer.domain.log_activity import EventExample


def event_examples(events: Sequence[LogEvent]) -> tuple[EventExample, ...]:
    """One example of each class, the most frequent class first.

    Args:
        events: all messages, in time order.
    """
    columns = events_of(events)
    counts: Counter[str] = Counter()
    codes: Counter[tuple[str, str]] = Counter()
    for head, count in columns.counts().items():
        counts[head.kind] += count
        if head.sqlstate:
            codes[(head.kind, head.sqlstate)] += count
    found = []
    for kind in counts:
        of_kind = columns.of_kinds(kind)
        last_at = as_datetime(int(of_kind.logged_at_us[-1]))
        found.append(_example(_first(of_kind), last_at, counts[kind], _of(kind, codes)))
    return tuple(sorted(found, key=lambda item: (-item.count, item.kind)))


def _first(events: EventColumns) -> LogEvent:
    """The first; of those of one time, the one that was looked at."""
    until = np.searchsorted(events.logged_at_us, events.logged_at_us[0], "right")
    shown = np.flatnonzero(events.has_shown[:until])
    # Without one it does not matter which, but it must not depend on anything else.
    return events[int(shown[0]) if len(shown) else int(until) - 1]


def _of(kind: str, codes: Counter[tuple[str, str]]) -> dict[str, int]:
    return {
        code: count for (name, code), count in sorted(codes.items()) if name == kind
    }


def _example(
    event: LogEvent, last_at: datetime, count: int, sqlstates: dict[str, int]
) -> EventExample:
    return EventExample(
        kind=event.kind,
        count=count,
        first_seen_at=event.logged_at,
        last_seen_at=last_at,
        severity=event.severity,
        message=event.shown_message,
        sqlstates=sqlstates,
        details=event.details,
    )
