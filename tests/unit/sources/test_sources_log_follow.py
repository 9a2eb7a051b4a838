"""Logs that grow, are rotated or cut: every line counts once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analyzer.errors import LogFormatError
from analyzer.logs.entry import LogEntry, Origin
from analyzer.sources.log_files import LogOptions, read_log_files
from analyzer.sources.log_follow import LogFollower
from tests.support.cli import INTERRUPTIBLE
from tests.support.log_writer import as_csv, as_json, as_stderr

PREFIX = "%m [%p] %q%u@%d "


def entry(number: int) -> LogEntry:
    moment = datetime(2026, 5, 4, 3, 0, 0, tzinfo=UTC) + timedelta(seconds=number)
    origin = Origin(
        logged_at=moment, process_id=7, session_id="68000000.7", user="app",
        database="shop",
    )  # fmt: skip
    return LogEntry(
        origin=origin,
        severity="LOG",
        message=f"duration: {number}.500 ms  statement: SELECT\n{number}",
    )


def text_of(
    numbers: range,
    fmt: str = "stderr",
    made: Callable[[int], LogEntry] = entry,
) -> bytes:
    entries = [made(number) for number in numbers]
    writers = {"csvlog": as_csv, "jsonlog": as_json}
    text = writers[fmt](entries) if fmt in writers else as_stderr(entries, PREFIX)
    return text.encode()


def durations(follower: LogFollower) -> list[float]:
    return [item.duration_ms for item in follower.contents().executions]


@pytest.mark.parametrize("fmt", ["stderr", "csvlog", "jsonlog"])
def test_a_file_that_grows_by_pieces(tmp_path: Path, fmt: str) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"")
    follower = LogFollower([path], LogOptions())
    assert not follower.poll()
    whole = text_of(range(30), fmt)
    with path.open("ab", buffering=0) as file:
        for start in range(0, len(whole), 97):
            file.write(whole[start : start + 97])
            assert follower.poll()
    follower.close()
    assert durations(follower) == [n + 0.5 for n in range(30)]
    (coverage,) = follower.contents().coverage
    assert coverage.not_understood_count == 0
    assert coverage.bytes_read == len(whole)
    path.write_bytes(whole)
    again = read_log_files([path])
    assert follower.contents().executions[3] == again.executions[3]


def test_a_file_that_is_renamed_and_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(text_of(range(5)))
    follower = LogFollower([path], LogOptions())
    assert follower.poll()
    with path.open("ab") as file:
        file.write(text_of(range(5, 8)))
    path.rename(tmp_path / "log.1")
    assert follower.poll()  # the rest of the old one, while there is no new one
    path.write_bytes(text_of(range(8, 10)))
    assert follower.poll()
    assert not follower.poll()
    follower.close()
    assert durations(follower) == [n + 0.5 for n in range(10)]


@pytest.mark.parametrize("count", [1, 40])
def test_a_file_that_is_cut(tmp_path: Path, count: int) -> None:
    # Also if it has grown beyond its old size again before anybody looked.
    path = tmp_path / "log"
    path.write_bytes(text_of(range(20)))
    follower = LogFollower([path], LogOptions())
    assert follower.poll()
    path.write_bytes(text_of(range(20, 20 + count)))
    assert follower.poll()
    follower.close()
    assert durations(follower) == [n + 0.5 for n in range(20 + count)]


def test_what_cannot_be_followed(tmp_path: Path) -> None:
    with pytest.raises(LogFormatError, match="No such file"):
        LogFollower([tmp_path / "none"], LogOptions())
    path = tmp_path / "log"
    path.write_bytes(b"hello\n" * 9)
    follower = LogFollower([path], LogOptions())
    with pytest.raises(LogFormatError, match="cannot be followed"):
        follower.poll()
    follower.close()


def long_entry(number: int) -> LogEntry:
    # Some fifteen megabytes, so that the memory workers share is used again and again;
    # one window is too long for it.
    padding = "x" * (7_000_000 if number == 6_000 else 1_000)
    what = f"execute q: SELECT $1 /* {padding} */"
    return replace(
        entry(number),
        message=f"duration: {number}.500 ms  {what}",
        detail=f"parameters: $1 = 'value {number}'",
    )


@pytest.mark.parametrize("fmt", ["stderr", "csvlog"])
def test_the_number_of_jobs_changes_nothing(tmp_path: Path, fmt: str) -> None:
    # In processes of their own: workers are only forked where no threads are.
    path = tmp_path / "log"
    long = text_of(range(10_000), fmt, long_entry)
    path.write_bytes(text_of(range(5_000), fmt) + long + b"garbage\n")
    command = [sys.executable, "-m", "analyzer", "logs", "--show-parameters"]
    answers = [
        subprocess.run(
            [*command, str(path), "--quiet", "--format", "json", "--jobs", jobs],
            check=True,
            capture_output=True,
            timeout=300,
        ).stdout
        for jobs in ("1", "2")
    ]
    assert answers[0] == answers[1]
    assert b"'value 9999'" in answers[0]
    assert json.loads(answers[0])["execution_count"] == 15_000


def test_follow_reports_what_comes_until_it_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(text_of(range(3)))
    command = [*INTERRUPTIBLE, sys.executable, "-m", "analyzer", "logs", str(path)]
    process = subprocess.Popen(
        [*command, "--follow", "--interval", "0.1", "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    assert first["execution_count"] == 3
    with path.open("ab") as file:
        file.write(text_of(range(3, 5)))
    second = json.loads(process.stdout.readline())
    assert second["execution_count"] == 5
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
