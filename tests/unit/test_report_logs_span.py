"""A filter that leaves nothing of a log says what the log is of."""

from __future__ import annotations

from datetime import UTC, datetime

from analyzer.domain.execution import LogContents, LogCoverage, LogEvent
from analyzer.report.logs_as_rows import summary_lines
from analyzer.workload.log_summary import log_report

FIRST, LAST = (datetime(2026, 11, 28, hour, tzinfo=UTC) for hour in (4, 5))
FILE = LogCoverage(
    file="a.log", format="csvlog", line_count=1, bytes_read=9, span=(FIRST, LAST)
)


def test_nothing_was_asked_for() -> None:
    lines = summary_lines(log_report(LogContents(coverage=(FILE,))))
    assert lines[-1] == (
        "  nothing in it was asked for; it is of 2026-11-28 04:00:00 to "
        "2026-11-28 05:00:00 UTC"
    )


def test_something_was() -> None:
    event = LogEvent(logged_at=FIRST, severity="LOG", sqlstate="", message="x")
    report = log_report(LogContents(coverage=(FILE,), events=(event,)))
    assert not any("asked for" in line for line in summary_lines(report))
