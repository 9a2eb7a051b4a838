"""A log that PgBouncer 1.18 wrote: logins, ends, waits for the pool, statistics."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.domain.log_report import LogReport
from analyzer.logs.recognize import LogFormat, recognize
from analyzer.report import logs_as_html, logs_as_json
from analyzer.sources.log_files import read_log_files
from analyzer.workload.log_summary import log_report

PATH = Path(__file__).parents[2] / "golden/logs/pgbouncer.log"


@pytest.fixture(scope="module")
def report() -> LogReport:
    return log_report(read_log_files([PATH]))


def test_all_of_it_is_understood(report: LogReport) -> None:
    (coverage,) = report.files
    assert coverage.format == "pgbouncer"
    assert coverage.not_understood_count == 0
    assert coverage.message_count == len(PATH.read_text().splitlines())
    assert not report.statements and not report.errors


def test_what_it_says(report: LogReport) -> None:
    found = report.bouncer
    assert found is not None
    text = PATH.read_text()
    assert found.stats_count == text.count(" LOG stats: ")
    assert sum(found.logins.values()) == text.count("login attempt")
    assert found.pool_waits["query_wait_timeout"] == 4
    assert found.pool_waits["no more connections allowed (max_client_conn)"] == 1
    assert found.client_closes["client close request"] >= 12
    assert found.server_closes["server idle timeout"] == 1
    assert found.server_connect_count == 2
    assert found.peak["wait_us"] > found.mean["wait_us"] > 0
    assert found.errors["password authentication failed"] == 1


def test_the_pool_was_too_small(report: LogReport) -> None:
    (finding,) = [item for item in report.findings if item.kind == "pool_waits"]
    assert finding.facts["clients"] == 5


def test_it_is_shown(report: LogReport) -> None:
    assert logs_as_json.log_report(report)["pgbouncer"]["periods"] >= 3
    assert "query_wait_timeout" in logs_as_html.log_report(report)


def test_a_server_log_is_none() -> None:
    lines = ["2026-11-27 02:00:00.123 UTC [7] LOG:  checkpoint starting: time"] * 5
    found = recognize(lines)
    assert found is not None and found.format is LogFormat.STDERR


CLIENT, SERVER = "C-0x1: shop/app@10.0.0.1:5", "S-0x2: shop/app@10.0.0.2:5432"
# As PgBouncer's client.c, server.c, objects.c, sbuf.c and stats.c write them.
LINES = (
    ("pool_wait", f"LOG {CLIENT} closing because: query_wait_timeout (age=120s)"),
    ("client_close", f"LOG {CLIENT} closing because: client unexpected eof (age=0s)"),
    ("client_close", f"LOG {CLIENT} closing because: no such database: x (age=0s)"),
    ("server_close", f"LOG {SERVER} closing because: server conn crashed? (age=7s)"),
    ("server_close", f"LOG {SERVER} closing because: server lifetime over (age=9s)"),
    (
        "error",
        f"WARNING {SERVER} server login failed: FATAL password authentication failed "
        'for user "app"',
    ),
    ("error", f"WARNING {CLIENT} pooler error: query_wait_timeout"),
    ("error", "WARNING DNS lookup failed: db.internal: result=-2"),
    ("error", "WARNING sbuf_connect failed: Connection refused"),
    ("other", "LOG got SIGHUP, re-reading config"),
    ("other", f"LOG {SERVER} SSL established: TLSv1.3"),
    (
        "stats",
        "LOG stats: 9 xacts/s, 12 queries/s, 1 client parses/s, 1 server parses/s, "
        "2 binds/s, in 7 B/s, out 8 B/s, xact 5 us, query 4 us, wait 3 us",
    ),
)


def test_each_kind_of_line(tmp_path: Path) -> None:
    path = tmp_path / "pgbouncer.log"
    text = "".join(f"2026-11-27 03:12:08.588 UTC [7] {line}\n" for _, line in LINES)
    path.write_text(text)
    contents = read_log_files([path])
    kinds = [event.kind.removeprefix("pgbouncer_") for event in contents.events]
    assert kinds == [kind for kind, _ in LINES]
    found = log_report(contents).bouncer
    assert found is not None and found.peak["wait_us"] == 3
    assert sum(found.errors.values()) == 4
