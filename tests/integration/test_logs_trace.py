"""A trace id finds its log lines, in every format and by every way of reading."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.cli import run_cli

TRACE = "0af7651916cd43dd8448eb211c80319c"
OTHER = "1" + TRACE[1:]
HEAD = "2026-03-01 10:00:{second:02}.000 UTC [{pid}] app@shop LOG:  "


def query(trace: str, number: int, flags: str = "00") -> str:
    parent = f"00-{trace}-b7ad6b7169203331-{flags}"
    return f"SELECT {number} FROM t /*traceparent='{parent}',route='%2Fcart'*/"


def lines() -> list[str]:
    """Three executions of the trace, one with bound values, among others."""
    found = []
    for second in range(40):
        pid = 100 + second % 3
        text = query(OTHER, second) if second % 4 else "SELECT 1"
        if second in (3, 17):
            text = query(TRACE, second, flags="01" if second == 3 else "00")
        head = HEAD.format(second=second, pid=pid)
        found.append(f"{head}duration: {second}.500 ms  statement: {text}")
    head = HEAD.format(second=50, pid=100)
    bound = query(TRACE, 1).replace("SELECT 1", "SELECT $1")
    found.append(f"{head}duration: 7.000 ms  execute <unnamed>: {bound}")
    found.append(f"{head.replace('LOG:', 'DETAIL:')}Parameters: $1 = 'secret'")
    error = HEAD.format(second=55, pid=102)
    found.append(f"{error.replace('LOG:', 'ERROR:')}division by zero")
    found.append(f"{error.replace('LOG:', 'STATEMENT:')}{query(TRACE, 9)}")
    return found


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "server.log"
    path.write_text("\n".join(lines()) + "\n")
    return path


@pytest.mark.parametrize("asked", [TRACE, f"00-{TRACE}-{'a' * 16}-01", TRACE.upper()])
def test_a_trace_has_all_its_lines(log: Path, asked: str) -> None:
    done = run_cli("logs", str(log), "--trace", asked, "--format", "json", "-q")
    assert done.exit_code == 0, done.err
    document = json.loads(done.out)
    trace = document["trace"]
    assert [item["duration_ms"] for item in trace] == [3.5, 17.5, 7.0]
    assert all(TRACE in item["tags"]["traceparent"] for item in trace)
    assert trace[0]["tags"]["route"] == "/cart"
    assert document["execution_count"] == 3
    assert [item["count"] for item in document["errors"]] == [1]
    assert "secret" not in done.out
    shown = run_cli(
        "logs", str(log), "--trace", asked, "--format", "json", "--show-parameters"
    )
    assert "secret" in json.loads(shown.out)["trace"][2]["query"]


def test_the_table_lists_them_first(log: Path) -> None:
    done = run_cli("logs", str(log), "--trace", TRACE, "-q")
    table = done.out[done.out.index("Executions of the trace") :]
    assert "2026-03-01 10:00:17.000000" in table
    nothing = run_cli("logs", str(log), "--trace", "f" * 32, "--format", "json", "-q")
    assert nothing.exit_code == 0
    assert json.loads(nothing.out)["trace"] == []


def test_what_is_no_trace_id_is_refused(log: Path) -> None:
    done = run_cli("logs", str(log), "--trace", "abc")
    assert done.exit_code == 2
    assert "no trace id of 32 hexadecimal digits" in done.err
