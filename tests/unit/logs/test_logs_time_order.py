"""Executions are in the order of their times, of equal ones by process."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analyzer.sources.log_files import LogOptions, read_log_files

FIRST = datetime(2026, 11, 27, 12, tzinfo=UTC)
PREFIX = "%m [%p] "


@pytest.mark.parametrize("years", [0, 7_900])
def test_times_and_processes(tmp_path: Path, years: int) -> None:
    # Microseconds of so many years, times so many processes, are more than 64 bits.
    chance = random.Random(years)
    lines = []
    for number in range(400):
        at = FIRST + timedelta(milliseconds=number // 5 * 5 - chance.randrange(12))
        at = at.replace(year=at.year + years * chance.randrange(2))
        moment = f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d} UTC"
        process = chance.choice(range(3, 120)) << chance.randrange(12)
        lines.append(
            f"{moment} [{process}] LOG:  duration: {number}.000 ms  statement: SELECT 1"
        )
    path = tmp_path / "server.log"
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    contents = read_log_files([path], LogOptions(line_prefix=PREFIX))
    found = [
        (item.logged_at, item.process_id, item.duration_ms)
        for item in contents.executions
    ]
    assert len(found) == 400
    assert found == sorted(found)
