"""Whose statement a process ran, where its number has been that of several."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from analyzer.domain.execution import Execution
from analyzer.workload.log_sessions import LoggedSessions

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def at(second: float) -> datetime:
    return NOON + timedelta(seconds=second)


def ran(session: int, until: float, seconds: float) -> Execution:
    return Execution(
        logged_at=at(until),
        duration_ms=seconds * 1000,
        query=f"SELECT {session}, {until}",
        session_id=f"{session:x}.7",
        process_id=7,
    )


RUNS = [ran(1, 10, 1), ran(1, 20, 5), ran(2, 100, 1), ran(2, 130, 10), ran(3, 200, 50)]


@pytest.mark.parametrize(
    ("second", "query", "was_running"),
    [
        (9.5, "SELECT 1, 10", True),
        (12, "SELECT 1, 10", False),
        (16, "SELECT 1, 20", True),
        (50, "SELECT 1, 20", False),
        (99.5, "SELECT 2, 100", True),
        (110, "SELECT 2, 100", False),
        (125, "SELECT 2, 130", True),
        (140, "SELECT 2, 130", False),
        (160, "SELECT 3, 200", True),
        (900, "SELECT 3, 200", False),
    ],
)
def test_the_session_of_the_moment(
    second: float, query: str, *, was_running: bool
) -> None:
    found, running = LoggedSessions(RUNS, []).of_holder(7, at(second))
    assert (found.query, running) == (query, was_running)


def test_nothing_is_known_of_before() -> None:
    with pytest.raises(LookupError):
        LoggedSessions(RUNS, []).of_holder(7, at(3))
    with pytest.raises(LookupError):
        LoggedSessions(RUNS, []).of_holder(8, at(50))
