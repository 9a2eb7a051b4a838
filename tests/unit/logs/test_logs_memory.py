"""A log that is some times as long takes no more memory."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analyzer.sources.log_files import LogOptions, read_log_files
from analyzer.workload.log_summary import log_report

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
PREFIX = "%m [%p] %q%u@%d "
SHAPES = (
    "SELECT * FROM orders WHERE day = {}",
    "SELECT * FROM items WHERE order_id = {}",
    "UPDATE orders SET state = 'paid' WHERE id = {}",
    "INSERT INTO items (order_id) VALUES ({})",
)
KEPT_BYTES = 5
"""Bytes that an execution more may cost; a column in memory takes up to eight."""


def write_log(path: Path, count: int) -> None:
    lines = []
    for number in range(count):
        at = NOON + timedelta(milliseconds=40 * number)
        moment = f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d} UTC"
        # Some statements go on for a while, as in a loop.
        text = SHAPES[number // 24 % 4 if number % 24 > 2 else 0].format(number % 997)
        took_ms = (number * 7919 % 30_000) / 1000
        lines.append(
            f"{moment} [{number % 3 + 1}] shop@shop LOG:  "
            f"duration: {took_ms:.3f} ms  statement: {text}\n"
        )
    path.write_text("".join(lines), "utf-8")


def peaks_bytes(path: Path) -> tuple[int, int]:
    """Most memory while the log is read, and while it is summed up."""
    tracemalloc.start()
    contents = read_log_files([path], LogOptions(line_prefix=PREFIX, keep_texts=False))
    read = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    report = log_report(contents)
    told = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert report.execution_count == len(contents.executions)
    assert sum(report.events.values()) >= contents.coverage[0].message_count
    return read, told


def test_memory_does_not_grow_with_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analyzer.domain.pages.SPILL_ROWS", 4_000)
    monkeypatch.setattr("analyzer.domain.row_store._SAMPLES", 1_000)
    monkeypatch.setattr("analyzer.workload.session_rows.CHUNK_ROWS", 1_000)
    monkeypatch.setattr("analyzer.sources.log_bytes.WINDOW_BYTES", 200_000)
    path = tmp_path / "server.log"
    write_log(path, 1_000)
    peaks_bytes(path)  # what is loaded once
    write_log(path, 20_000)
    peaks_bytes(path)
    before = peaks_bytes(path)
    write_log(path, 100_000)
    after = peaks_bytes(path)
    for few, many in zip(before, after, strict=True):
        assert many - few < KEPT_BYTES * 80_000


def write_connections(path: Path, count: int) -> None:
    lines = []
    for number in range(count):
        at = NOON + timedelta(milliseconds=40 * number)
        moment = f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d} UTC"
        head, who = f"{moment} [{number + 1}]", "user=shop database=shop"
        port = f"host=10.0.0.{number % 200} port={number % 50_000}"
        lines += (
            f"{head} LOG:  connection received: {port}\n",
            f"{head} shop@shop LOG:  connection authorized: {who}\n",
            f"{head} shop@shop LOG:  disconnection: session time: 0:00:00.035 {who} "
            f"{port}\n",
            f"{head} shop@shop FATAL:  terminating connection {number}\n",
        )
    path.write_text("".join(lines), "utf-8")


def test_connections_take_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analyzer.domain.pages.SPILL_ROWS", 1_000)
    monkeypatch.setattr("analyzer.domain.row_store._SAMPLES", 500)
    for name in ("WINDOW_BYTES", "BLOCK_BYTES", "SAMPLE_BYTES"):
        monkeypatch.setattr(f"analyzer.sources.log_bytes.{name}", 100_000)
    for name in (
        "splitter._MAX_WITNESSES",
        "splitter._MAX_KNOWN_HEADS",
        "stderr.MAX_KNOWN_PARTS",
        "stderr_records.MAX_KNOWN_ORIGINS",
    ):
        monkeypatch.setattr(f"analyzer.logs.{name}", 200)
    path = tmp_path / "server.log"
    write_connections(path, 100)
    peaks_bytes(path)  # what is loaded once
    write_connections(path, 1_500)
    before = peaks_bytes(path)
    write_connections(path, 6_000)
    after = peaks_bytes(path)
    for few, many in zip(before, after, strict=True):
        # Of each message; one that is kept as an object takes a thousand.
        assert many - few < 20 * 4 * 4_500


def test_empty_lines_take_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analyzer.sources.log_bytes.WINDOW_BYTES", 200_000)
    path, count = tmp_path / "server.log", 600_000
    write_log(path, 6_000)
    text = path.read_text("utf-8")
    path.write_text(text + "\n" * count + text, "utf-8")
    tracemalloc.start()
    contents = read_log_files([path], LogOptions(line_prefix=PREFIX, keep_texts=False))
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(contents.executions) == 12_000
    assert contents.coverage[0].line_count == 12_000 + count
    assert contents.coverage[0].not_understood_count == 0
    assert peak_bytes < 90 * count


def test_who_is_forgotten_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analyzer.logs.stderr_records.MAX_KNOWN_ORIGINS", 2)
    path = tmp_path / "server.log"
    line = "2026-11-27 12:00:00.{:03d} UTC [{}] u{}@shop LOG:  duration: 1.0 ms  "
    lines = [line.format(n, n % 5 + 1, n % 5) for n in range(40)]
    path.write_text("".join(f"{one}statement: SELECT 1\n" for one in lines), "utf-8")
    found = read_log_files([path], LogOptions(line_prefix=PREFIX)).executions
    users = [(item.process_id, item.user) for item in found]
    assert users == [(n % 5 + 1, f"u{n % 5}") for n in range(40)]
