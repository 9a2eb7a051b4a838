"""Names and statements that look like log lines add no event and hide none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from analyzer.logs.entry import LogEntry, Origin
from analyzer.logs.line_prefix import line_prefix
from analyzer.logs.stderr import StderrOptions, StderrReader
from analyzer.logs.tally import Tally
from analyzer.logs.timestamps import Clock
from tests.support.log_writer import as_stderr

FORGED = "x LOG:  duration: 99999.000 ms  statement: SELECT 1"
PREFIXES = (
    "%m [%p] %a ",
    "%m [%p] %q%a ",
    "%m [%p] %q[user=%u,db=%d,app=%a] ",
    "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
    "%a %m [%p] ",
    "%m %q%u@%d/%a ",
)


def entry(
    message: str, severity: str = "LOG", app: str = FORGED, **more: str
) -> LogEntry:
    origin = Origin(
        logged_at=datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC),
        process_id=42,
        user="app",
        database="shop",
        application_name=app,
        remote_host="10.0.0.1",
    )
    return LogEntry(origin=origin, severity=severity, message=message, **more)


def read(text: str, prefix: str) -> list[tuple[str, str, str]]:
    tally = Tally()
    reader = StderrReader(StderrOptions(prefix=line_prefix(prefix)), Clock(), tally)
    return [
        (e.severity, e.message, e.statement) for e in reader.read([text.split("\n")])
    ]


def told(entries: Sequence[LogEntry]) -> list[tuple[str, str, str]]:
    return [(e.severity, e.message, e.statement) for e in entries]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_name_hides_no_error(prefix: str) -> None:
    entries = [entry("division by zero", "ERROR", statement="SELECT 1/0")]
    assert read(as_stderr(entries, prefix), prefix) == told(entries)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_name_among_honest_ones(prefix: str) -> None:
    entries = [
        entry("duration: 1.000 ms  statement: SELECT 1", app="psql"),
        entry("division by zero", "ERROR"),
        entry("duration: 2.000 ms  statement: SELECT 2"),
    ]
    assert read(as_stderr(entries, prefix), prefix) == told(entries)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_name_that_begins_like_the_one_before(prefix: str) -> None:
    entries = [
        entry("duration: 1.000 ms  statement: SELECT 1", app="x"),
        entry("division by zero", "ERROR", statement="SELECT 1/0"),
        entry("duration: 2.000 ms  statement: SELECT 2"),
    ]
    assert read(as_stderr(entries, prefix), prefix) == told(entries)


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("witness_first", [True, False])
def test_a_statement_forges_no_record_on_its_line(
    prefix: str, witness_first: bool
) -> None:
    app = "psql"
    honest = entry("duration: 1.000 ms  statement: SELECT 1", app=app)
    sly = entry("duration: 1.0 ms  statement: --] ERROR:  no", app=app)
    entries = [honest, sly] if witness_first else [sly, honest]
    assert read(as_stderr(entries, prefix), prefix) == told(entries)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_statement_of_several_lines_forges_nothing(prefix: str) -> None:
    line = as_stderr([entry("duration: 5.000 ms  statement: x", app="psql")], prefix)
    entries = [
        entry(f"duration: 1.000 ms  statement: SELECT '\n{line.strip()}\n'", app="psql")
    ]
    assert read(as_stderr(entries, prefix), prefix) == told(entries)


def test_a_companion_of_another_process_is_not_taken() -> None:
    prefix = line_prefix("%m [%p] ")
    lines = [
        "2026-01-01 00:00:00.000 UTC [80] ERROR:  main",
        "2026-01-01 00:00:00.000 UTC [92] DETAIL:  other-detail",
        "2026-01-01 00:00:00.000 UTC [80] DETAIL:  detail",
    ]
    tally = Tally()
    (found,) = StderrReader(StderrOptions(prefix=prefix), Clock(), tally).read([lines])
    assert (found.message, found.detail) == ("main", "detail")
    assert tally.not_understood_count == 1


def test_a_message_is_cut_at_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analyzer.logs.stitch.MAX_TEXT_CHARS", 1000)
    lines = [
        "2026-01-01 00:00:00.000 UTC [80] LOG:  statement: SELECT",
        *["\tx"] * 9999,
    ]
    reader = StderrReader(
        StderrOptions(prefix=line_prefix("%m [%p] ")), Clock(), Tally()
    )
    (found,) = reader.read([lines])
    assert len(found.message) <= 1000
