"""Events in columns are the events that were taken, whatever their texts hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.domain.event_columns import EventStore, Head, events_of
from analyzer.domain.execution import LogEvent
from analyzer.domain.log_activity import Connections
from analyzer.workload.event_examples import event_examples
from analyzer.workload.log_connections import BOUNDS_MS, connections
from analyzer.workload.percentiles import latency

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
# Texts of hostile logs: what stands between texts, halves of characters.
TEXTS = st.text(st.sampled_from("ab\0\n\tß\ud800\U0001f40d"), max_size=6)
DETAILS = st.dictionaries(
    TEXTS,
    st.one_of(
        TEXTS,
        st.integers(),
        st.floats(),
        st.booleans(),
        st.none(),
        st.tuples(st.integers()),
        st.dictionaries(st.integers(0, 3), st.integers(), max_size=2),
    ),
    max_size=2,
)
EVENTS = st.builds(
    LogEvent,
    logged_at=st.integers(-9, 9).map(lambda n: NOON + timedelta(microseconds=n)),
    severity=st.sampled_from(("LOG", "ERROR")),
    sqlstate=st.sampled_from(("", "22012")),
    message=TEXTS,
    kind=st.sampled_from(("other", "server_start")),
    process_id=st.integers(-(1 << 63), (1 << 63) - 1),
    query=TEXTS,
    database=TEXTS,
    user=TEXTS,
    application_name=TEXTS,
    session_id=TEXTS,
    detail=TEXTS,
    details=DETAILS,
    table=TEXTS,
    shown_message=TEXTS,
)


def stored(events: list[LogEvent]) -> EventStore:
    store = EventStore()
    for event in events:
        store.append(event)
    return store


@given(st.lists(EVENTS, max_size=12), st.booleans())
def test_they_come_back_as_they_were(events: list[LogEvent], long: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if long:
            patch.setattr("analyzer.domain.pages.SPILL_ROWS", 4)
            patch.setattr("analyzer.domain.event_columns._PENDING", 3)
        found = stored(events).columns()
        expected = sorted(events, key=lambda event: event.logged_at)
        # As they are shown: what is no number equals nothing, not even itself.
        assert [*map(repr, found)] == [*map(repr, expected)]
        assert [repr(found[at]) for at in range(len(found))] == [*map(repr, expected)]
        errors = [repr(event) for event in expected if event.severity == "ERROR"]
        chosen = found.of(lambda head: head.severity == "ERROR")
        assert [*map(repr, chosen)] == errors
        assert [*map(repr, found.kept(lambda e: e.severity == "ERROR"))] == errors
        assert found.counts() == Counter(
            Head(e.severity, e.sqlstate, e.kind) for e in events
        )
        assert [*map(repr, found.where(lambda part: part.has_query))] == [
            repr(event) for event in expected if event.query
        ]


def test_what_was_given_away_stays() -> None:
    event = LogEvent(logged_at=NOON, severity="LOG", sqlstate="", message="one")
    store = stored([event])
    before = store.columns()
    store.append(replace(event, message="two", logged_at=NOON - timedelta(seconds=1)))
    assert [one.message for one in before] == ["one"]
    assert [one.message for one in store.columns()] == ["two", "one"]
    assert events_of(before) is before
    assert before == (event,) and before not in ((event, event), "one")


MESSAGES = st.lists(
    st.tuples(
        st.sampled_from(("authorized", "disconnected", "received", "failed")),
        st.integers(0, 3),
        st.integers(0, 5_000),
        st.sampled_from((0, 0, 40, 999, 1_000, 70_000)),
    ),
    max_size=40,
)
Message = tuple[str, int, int, int]


def messages(drawn: list[Message]) -> list[LogEvent]:
    found = []
    at = NOON
    for kind, session, lasted_ms, pause_ms in drawn:
        at += timedelta(milliseconds=pause_ms)
        text = f"user=u{session} database=shop"
        said = {
            "authorized": f"connection authorized: {text} application_name=web",
            "disconnected": "disconnection: session time: 0:00:"
            f"{lasted_ms // 1000:02d}.{lasted_ms % 1000:03d} {text} host=h{session}",
        }
        event: dict[str, Any] = {
            "message": said.get(kind, ""),
            "session_id": f"s{session}" if session else "",
            "process_id": session + 7,
        }
        found.append(
            LogEvent(
                logged_at=at,
                severity="LOG",
                sqlstate="",
                kind=f"connection_{kind}",
                **event,
            )
        )
    return found


def plainly(drawn: list[Message]) -> Connections:
    """Sessions one by one, every moment looked at."""
    open_since: dict[int, datetime] = {}
    spans: list[tuple[datetime, datetime]] = []
    times_ms: list[float] = []
    events = messages(drawn)
    for event, (kind, session, lasted_ms, _) in zip(events, drawn, strict=True):
        if kind == "authorized":
            open_since[session] = event.logged_at
        elif kind == "disconnected":
            open_since.pop(session, None)
            begun = event.logged_at - timedelta(milliseconds=lasted_ms)
            spans.append((begun, event.logged_at))
            times_ms.append(float(lasted_ms))
    spans += [(since, events[-1].logged_at) for since in open_since.values()]
    peak, peak_at = 0, None
    for moment in sorted({start for start, _ in spans}):
        # One that has begun and ended at this moment has made room again.
        begun_count = sum(start <= moment for start, _ in spans)
        open_count = begun_count - sum(end <= moment for _, end in spans)
        if open_count > peak:
            peak, peak_at = open_count, moment
    histogram = Counter(
        next((bound for bound in BOUNDS_MS if time <= bound), None) for time in times_ms
    )
    return Connections(
        received_count=sum(kind == "received" for kind, *_ in drawn),
        authorized_count=sum(kind == "authorized" for kind, *_ in drawn),
        session_time=latency(times_ms, "log: sessions that ended")
        if times_ms
        else None,
        short_session_count=sum(time < 1_000 for time in times_ms),
        peak_session_count=peak,
        peak_at=peak_at,
        session_histogram=histogram,
    )


@given(MESSAGES, st.booleans())
def test_connections_counted_plainly(drawn: list[Message], long: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if long:
            patch.setattr("analyzer.domain.pages.SPILL_ROWS", 4)
            patch.setattr("analyzer.domain.row_store._SAMPLES", 4)
            patch.setattr("analyzer.workload.log_connections._BATCH", 3)
        found = connections(messages(drawn))
    assert replace(found, by={}) == plainly(drawn)
    starts = Counter(f"u{session}" for kind, session, *_ in drawn if kind[0] == "a")
    ends = Counter(f"u{session}" for kind, session, *_ in drawn if kind[0] == "d")
    assert found.by.get("user", {}) == (starts or ends)


def test_no_session_is_older_than_time() -> None:
    ended = "disconnection: session time: {} user=a database=b host=c"
    first = messages([("disconnected", 1, 0, 0)])[0]
    for time in ("99999999999999:00:00.000", "0:00:" + "9" * 400 + ".0", "9" * 5_000):
        found = connections([replace(first, message=ended.format(time))])
        assert found.session_time is None and found.by["user"] == {"(unknown)": 1}


@given(st.lists(EVENTS, max_size=12))
def test_examples_are_the_first_that_are_shown(events: list[LogEvent]) -> None:
    ordered = sorted(events, key=lambda event: event.logged_at)
    for example in event_examples(events):
        same = [event for event in ordered if event.kind == example.kind]
        first = [event for event in same if event.logged_at == same[0].logged_at]
        shown = [event.shown_message for event in first if event.shown_message]
        assert example.message == (shown[0] if shown else "")
        assert example.count == len(same)
        assert example.first_seen_at == same[0].logged_at
        assert example.last_seen_at == same[-1].logged_at
        assert example.sqlstates == Counter(e.sqlstate for e in same if e.sqlstate)
