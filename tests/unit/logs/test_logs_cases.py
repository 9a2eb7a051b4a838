"""The public cases of pganalyze's collector, crossed with prefixes and formats."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analyzer.logs.classify import Classifier
from analyzer.logs.csvlog import read_csvlog
from analyzer.logs.entry import LogEntry, Origin
from analyzer.logs.jsonlog import read_jsonlog
from analyzer.logs.line_prefix import LinePrefix, line_prefix
from analyzer.logs.patterns import kind_of
from analyzer.logs.prefix_detection import detect_prefix
from analyzer.logs.splitter import Splitter
from analyzer.logs.stderr import StderrOptions, StderrReader
from analyzer.logs.tally import Tally
from analyzer.logs.timestamps import Clock
from analyzer.statements.prepared import prepared_query
from tests.support.log_writer import COMPANIONS, as_csv, as_json, as_stderr

CASES: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "golden/logs/log_lines.json").read_text("utf-8")
)
PREFIXES: dict[str, str] = CASES["header"]["prefixes"]
WORDS = dict(COMPANIONS)


def read(line: str, prefix: LinePrefix) -> tuple[LogEntry, Tally]:
    tally = Tally()
    reader = StderrReader(StderrOptions(prefix=prefix), Clock(), tally)
    (entry,) = reader.read([[line]])
    return entry, tally


@pytest.mark.parametrize("case", CASES["prefix"], ids=lambda case: case["id"])
def test_prefix_case(case: dict[str, Any]) -> None:
    entry, tally = read(case["line"], line_prefix(case["log_line_prefix"]))
    expect = case["expect"]
    assert tally.not_understood_count == 0
    assert (entry.severity, entry.message) == (expect["severity"], expect["message"])
    origin = entry.origin
    if "time" in expect:
        assert origin.logged_at == datetime.fromisoformat(expect["time"])
    assert origin.user == expect.get("user", "")
    assert origin.database == expect.get("database", "")
    assert origin.application_name == expect.get("application", "")
    assert origin.process_id == expect.get("pid", 0)
    assert origin.sqlstate == expect.get("sqlstate", "").replace("00000", "")


@pytest.mark.parametrize("case", CASES["prefix"], ids=lambda case: case["id"])
def test_prefix_case_without_the_prefix(case: dict[str, Any]) -> None:
    found = detect_prefix([case["line"]])
    assert found is not None
    entry, _ = read(case["line"], found)
    expect = case["expect"]
    assert (entry.severity, entry.message) == (expect["severity"], expect["message"])
    # With one line alone a name cannot always be told; time and process can.
    assert entry.origin.process_id == expect.get("pid", 0)
    if "time" in expect and case["id"] != "prefix-032":
        assert entry.origin.logged_at == datetime.fromisoformat(expect["time"])


def entries_of(case: dict[str, Any]) -> list[LogEntry]:
    """The lines of a case as entries, all of one process."""
    origin = Origin(
        logged_at=datetime(2026, 3, 4, 5, 6, 7, 890_000, tzinfo=UTC),
        process_id=4711,
        session_id="69000000.1267",
        user="anna",
        database="shop",
        application_name="check out: 5 [x]",
        remote_host="10.0.0.1",
        virtual_transaction_id="3/14",
        transaction_id=15,
        sqlstate="XX000",
    )
    found: list[dict[str, Any]] = []
    for line in case["lines"]:
        severity = line["severity"] or "LOG"
        # The cases show some texts as they stand in a file, with its tabs.
        text = line["content"].rstrip("\n").replace("\n\t", "\n")
        if severity in WORDS:
            found[-1][WORDS[severity]] = text
        else:
            found.append({"severity": severity, "message": text})
    return [LogEntry(origin=origin, **fields) for fields in found]


def results(entries: list[LogEntry]) -> tuple[object, ...]:
    classifier = Classifier()
    for entry in entries:
        classifier.take(entry)
    classifier.finish()
    return (
        [(e.query, e.duration_ms, e.parameters) for e in classifier.executions],
        [(e.lock_mode, e.waited_ms, e.acquired) for e in classifier.lock_waits],
        [(e.kind, e.severity, e.query) for e in classifier.events],
    )


CLASSIFY = CASES["classify"]
SAMPLED = [case for case in CLASSIFY if "samples" in case]


@pytest.mark.parametrize("case", CLASSIFY, ids=lambda case: case["id"])
def test_kind(case: dict[str, Any]) -> None:
    for line, expect in zip(case["lines"], case["expect"], strict=True):
        if "class" in expect:
            kind = kind_of(line["content"], line["severity"] or "LOG")
            assert kind.upper() == expect["class"]


@pytest.mark.parametrize("case", CLASSIFY, ids=lambda case: case["id"])
def test_every_prefix_and_format_gives_the_same(case: dict[str, Any]) -> None:
    entries = entries_of(case)
    expected = results(entries)
    lines = as_csv(entries).split("\n")
    assert results(list(read_csvlog([lines], Clock(), Tally()))) == expected
    lines = as_json(entries).split("\n")
    assert results(list(read_jsonlog([lines], Clock(), Tally()))) == expected
    for text in PREFIXES.values():
        tally = Tally()
        options = StderrOptions(prefix=line_prefix(text))
        lines = as_stderr(entries, text).split("\n")
        got = list(StderrReader(options, Clock(), tally).read([lines]))
        assert results(got) == expected, text
        assert tally.not_understood_count == 0


@pytest.mark.parametrize("case", SAMPLED, ids=lambda case: case["id"])
def test_samples(case: dict[str, Any]) -> None:
    """The executions of a case are those the collector takes as samples."""
    classifier = Classifier()
    for entry in entries_of(case):
        classifier.take(entry)
    classifier.finish()
    got = classifier.executions
    assert [words(e.query) for e in got] == [words(s["query"]) for s in case["samples"]]
    wanted = [sample["runtime_ms"] for sample in case["samples"]]
    assert [e.duration_ms for e in got] == pytest.approx(wanted)


def words(query: str) -> list[str]:
    return (prepared_query(query) or query).split()


def test_splitter_is_bounded_on_blanks() -> None:
    """No prefix makes the splitter try more than a handful of ways."""
    splitter = Splitter(line_prefix("%m %u %d %a "))
    line = "2026-01-01 00:00:00.000 UTC " + " " * 5000
    assert splitter.split(line) is None
