"""Companions that other processes' lines stand before: the same in any window."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.logs.stitch import REACH_MESSAGES
from analyzer.sources import log_bytes
from analyzer.sources.log_files import read_log_files

TIME = "2026-11-27 20:33:34.853 UTC"
COMPANION = f"{TIME} [1] DETAIL:  parameters: $1 = 'late'"


def line(process: int, query: str) -> str:
    return f"{TIME} [{process}] LOG:  duration: 0.061 ms  execute s1: {query}"


def read(path: Path, lines: list[str]) -> tuple[list[str | None], int]:
    path.write_text("\n".join(lines) + "\n")
    contents = read_log_files([path])
    values = [v for run in contents.executions for v in run.parameters]
    return values, contents.coverage[0].not_understood_count


@pytest.mark.parametrize("window_bytes", [100, 1_000, 5_000, 1 << 20])
@pytest.mark.parametrize("between", [0, 1, 7, REACH_MESSAGES - 1, REACH_MESSAGES])
def test_a_companion_behind_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, between: int, window_bytes: int
) -> None:
    monkeypatch.setattr(log_bytes, "WINDOW_BYTES", window_bytes)
    monkeypatch.setattr(log_bytes, "BLOCK_BYTES", 100)
    others = [line(2 + n % 7, f"SELECT {n}") for n in range(200)]
    lines = [*others, line(1, "SELECT $1"), *others[:between], COMPANION, *others]
    values, lost = read(tmp_path / "log", lines)
    reaches = between < REACH_MESSAGES
    assert (values, lost) == ((["late"], 0) if reaches else ([], 1))
