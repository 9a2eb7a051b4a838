"""A real log under prefixes of any order, with and without times: the truth of its csv.

The fields of a prefix that does not begin with the time are read message by message.
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from analyzer.logs.entry import LogEntry
from analyzer.sources.log_files import LogOptions, read_log_files
from tests.support.damaged_logs import source_of
from tests.support.log_writer import as_csv, as_json, as_stderr

SAMPLE = Path(__file__).parents[3] / "sample_logs/shop.csv.gz"
PREFIXES = (
    "%m [%p] ",
    "%p %m ",
    "%p %u %m ",
    "%u@%d [%p] %m ",
    "[%p] ",
    "%c ",
    "%a %u %d %r %c ",
    "%m %a %u %d %r %c ",
    "%p %u@%d ",
    "%n [%p] ",
    "%s [%p] %m ",
    "%c %l %m ",
    "user=%u db=%d pid=%p time=%m ",
)
Told = tuple[Counter[object], Counter[str]]


@cache
def entries() -> Sequence[LogEntry]:
    return source_of(gzip.decompress(SAMPLE.read_bytes()).decode()).entries[:1500]


def durations(some: Iterable[LogEntry]) -> list[LogEntry]:
    return list(some)


def texts_alone(some: Iterable[LogEntry]) -> list[LogEntry]:
    """As log_statement writes them: no durations, no phases, no plans."""
    found = []
    for item in some:
        head, verb, text = item.message[:60], *_text(item.message)
        if not head.startswith("duration: "):
            found.append(item)
        elif verb in ("statement", "execute"):
            name = "statement" if verb == "statement" else "execute <unnamed>"
            found.append(replace(item, message=f"{name}: {text}"))
    return found


def texts_and_times(some: Iterable[LogEntry]) -> list[LogEntry]:
    """As log_statement and log_duration write them together."""
    found = []
    for number, item in enumerate(texts_alone(some)):
        found.append(item)
        if item.message.startswith(("statement: ", "execute ")):
            spent = f"duration: {number % 977 / 8:.3f} ms"
            found.append(replace(item, message=spent, detail=""))
    return found


def _text(message: str) -> tuple[str, str]:
    _, _, rest = message.partition(" ms  ")
    head, _, text = rest.partition(": ")
    return head.partition(" ")[0], text


def read(path: Path, text: str, prefix: str | None) -> Told:
    path.write_text(text)
    contents = read_log_files([path], LogOptions(line_prefix=prefix))
    assert contents.coverage[0].not_understood_count == 0
    runs: Counter[object] = Counter(
        (e.query, e.parameters, e.duration_ms, e.parse_duration_ms, e.bind_duration_ms)
        for e in contents.executions
    )
    events = Counter(f"{e.kind} {e.message} {e.query}" for e in contents.events)
    return runs, events


@pytest.mark.parametrize("kind", [durations, texts_alone, texts_and_times])
def test_any_prefix(tmp_path: Path, kind: object) -> None:
    assert callable(kind)
    written = kind(entries())
    truth = read(tmp_path / "csv", as_csv(written), None)
    assert len(truth[0]) > 100 or kind is texts_alone
    assert read(tmp_path / "json", as_json(written), None) == truth
    for prefix in PREFIXES:
        for given in (prefix, None):
            text = as_stderr(written, prefix)
            assert read(tmp_path / "log", text, given) == truth, (prefix, given)
