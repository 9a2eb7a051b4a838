"""pgproof logs on the sample logs, on standard input, and on what is no log."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any
from unittest import mock

import jsonschema
import pytest
import zstandard

from tests.support.cli import run_cli

FOLDER = Path(__file__).parents[2] / "sample_logs"
NAMES = ("shop.log.gz", "shop.csv.gz", "shop.json.gz")
VALIDATOR = jsonschema.Draft202012Validator(
    json.loads(
        (files("analyzer.report") / "schema" / "logs.schema.json").read_text("utf-8")
    ),
    format_checker=jsonschema.FormatChecker(),
)


def report(*arguments: str) -> dict[str, Any]:
    done = run_cli("logs", *arguments, "--format", "json", "--quiet")
    assert done.exit_code == 0, done.err
    document: dict[str, Any] = json.loads(done.out)
    return document


@pytest.fixture(scope="module")
def reports() -> dict[str, dict[str, Any]]:
    return {name: report(str(FOLDER / name)) for name in NAMES}


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / "expected.json").read_text("utf-8"))
    return document


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_describes_it(reports: dict[str, Any], name: str) -> None:
    VALIDATOR.validate(reports[name])


def test_the_schema_is_strict(reports: dict[str, Any]) -> None:
    document = json.loads(json.dumps(reports[NAMES[0]]))
    document["statements"][0]["p50_ms"] = None
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_was_counted_without_our_readers(
    reports: dict[str, Any], expected: dict[str, Any], name: str
) -> None:
    document = reports[name]
    assert document["execution_count"] == expected["executions"]
    assert sum(s["calls"] for s in document["statements"]) == expected["executions"]
    assert sum(s["plans"] for s in document["statements"]) == expected["plans"]
    assert document["temp_files"]["count"] == expected["temp_files"]
    waits = expected["lock_waits"]
    assert document["events"]["lock_waiting"] == waits["still_waiting"]
    assert document["events"]["lock_acquired"] == waits["acquired"]
    severities = expected["severities"]
    errors = sum(e["count"] for e in document["errors"])
    assert errors == severities["ERROR"] + severities["FATAL"]


def test_per_statement_numbers_without_our_own(expected: dict[str, Any]) -> None:
    applications = [a for a in expected["executions_by_application"] if a != "pgproof"]
    calls: dict[str, int] = {}
    total_us: dict[str, int] = {}
    max_us: dict[str, int] = {}
    for application in applications:
        found = report(str(FOLDER / NAMES[1]), "--application", application)
        for item in found["statements"]:
            name = item["fingerprint"]
            calls[name] = calls.get(name, 0) + item["calls"]
            total_us[name] = total_us.get(name, 0) + round(item["total_ms"] * 1000)
            max_us[name] = max(max_us.get(name, 0), round(item["max_ms"] * 1000))
    assert {name: (calls[name], total_us[name], max_us[name]) for name in calls} == {
        item["fingerprint"]: (item["calls"], item["total_us"], item["max_us"])
        for item in expected["statements"]
    }


def without_what_the_prefix_lacks(document: dict[str, Any]) -> dict[str, Any]:
    """The sample's log_line_prefix has no %e, %h and %Q."""
    copy: dict[str, Any] = json.loads(json.dumps(document))
    del copy["files"]
    for item in copy["statements"]:
        del item["by_host"], item["queryids"]
        for sample in item["samples"]:
            del sample["host"]
    for item in copy["errors"]:
        del item["sqlstate"]
    for item in copy["event_classes"]:
        del item["sqlstates"]
    copy["errors"].sort(key=lambda e: (-e["count"], e["message"]))
    return copy


def test_all_formats_say_the_same(reports: dict[str, Any]) -> None:
    stderr, csvlog, jsonlog = (reports[name] for name in NAMES)
    assert {**csvlog, "files": 0} == {**jsonlog, "files": 0}
    assert without_what_the_prefix_lacks(stderr) == without_what_the_prefix_lacks(
        csvlog
    )


def test_the_planted_findings(reports: dict[str, Any]) -> None:
    document = reports[NAMES[2]]
    worst = document["findings"][0]
    assert "order_items" in worst["query"] and "FROM orders" in worst["parent"]["query"]
    assert document["locks"][0]["holders"][0]["query"].startswith("UPDATE coupons")
    codes = {e["sqlstate"] for e in document["errors"]}
    assert {"23505", "22012", "42P01"} <= codes


@pytest.mark.parametrize("fmt", ["table", "markdown"])
def test_for_people(fmt: str) -> None:
    path = FOLDER / NAMES[0]
    done = run_cli("logs", str(path), "--format", fmt, "--top", "3", "-q")
    assert done.exit_code == 0
    finding = "N+1" if fmt == "table" else "N\\+1"
    words = (
        "executions",
        "Statements by total",
        finding,
        "Lock waits",
        "Errors",
        "more",
    )
    for word in words:
        assert word in done.out
    assert "\x1b" not in done.out


def test_standard_input(reports: dict[str, Any]) -> None:
    text = gzip.decompress((FOLDER / NAMES[0]).read_bytes())
    with mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(text))):
        document = report("-")
    assert document["files"][0]["path"] == "standard input"
    assert document["statements"] == reports[NAMES[0]]["statements"]


def test_a_span_of_time_and_a_file(tmp_path: Path, reports: dict[str, Any]) -> None:
    window = reports[NAMES[0]]["window"]
    end = window["last_seen_at"].replace("+00:00", "")
    path = str(FOLDER / NAMES[0])
    assert report(path, "--since", end)["execution_count"] < 20
    assert report(path, "--until", "2020-01-01")["execution_count"] == 0
    target = tmp_path / "out.json"
    done = run_cli("logs", path, "--format", "json", "-o", str(target), "--top", "2")
    assert (done.exit_code, done.out) == (0, "")
    written = json.loads(target.read_text("utf-8"))
    VALIDATOR.validate(written)
    assert len(written["statements"]) == 2 < written["statement_count"]


def log_lines(good: int, bad: int) -> bytes:
    lines = [
        f"2026-05-04 03:00:00.{n:03d} UTC [7] app@shop LOG:  duration: {n}.000 ms  "
        f"statement: SELECT\n\t{n}\n"
        for n in range(good)
    ]
    return "".join(
        [*lines, *["2026-05-04 03:00:01 UTC what is this?\n"] * bad]
    ).encode()


def test_too_much_not_understood_prints_the_report_and_fails(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(log_lines(45, 10))
    done = run_cli("logs", str(path), "--format", "json", "-q")
    assert done.exit_code == 5
    assert json.loads(done.out)["files"][0]["not_understood"] == 10
    assert "10.0% of the lines were not understood" in done.err
    assert "what is this?" in done.err
    allowed = run_cli(
        "logs", str(path), "--format", "json", "-q", "--max-not-understood", "10%"
    )
    assert allowed.exit_code == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (
            b"Nov 23 12:00:00 host sshd[5]: Accepted publickey\n" * 50,
            "not a PostgreSQL log",
        ),
        (bytes(range(256)) * 50, "not a PostgreSQL log"),
    ],
)
def test_no_log(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(content)
    done = run_cli("logs", str(path), "-q")
    assert (done.exit_code, done.out) == (5, "")
    assert words in done.err and "Traceback" not in done.err


def test_a_compressed_file_that_is_cut_in_its_first_block(tmp_path: Path) -> None:
    path = tmp_path / "a.log.zst"
    path.write_bytes(zstandard.compress(LATE.encode() * 50)[:40])
    done = run_cli("logs", str(path), "-q")
    assert (done.exit_code, done.out) == (5, "")
    assert "is empty" in done.err and "may be cut off" in done.err


def test_folder_and_missing_file(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.log"):
        done = run_cli("logs", str(path), "-q")
        assert done.exit_code == 5 and str(path) in done.err


@pytest.mark.parametrize(
    "option",
    [("--since", "yesterday"), ("--max-not-understood", "200%"), ("--top", "0")],
)
def test_bad_options(option: tuple[str, str]) -> None:
    done = run_cli("logs", str(FOLDER / NAMES[0]), *option)
    assert done.exit_code == 2 and option[1] in done.err


def test_hidden_values_stay_hidden(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text(
        "2026-05-04 03:00:00.001 UTC [7] a@d LOG:  duration: 1.000 ms  statement: "
        "SELECT * FROM t WHERE card = '4711-8899'\n"
        "2026-05-04 03:00:00.002 UTC [7] a@d ERROR:  invalid input syntax for type "
        'integer: "4711-8899"\n'
        "2026-05-04 03:00:00.002 UTC [7] a@d STATEMENT:  SELECT '4711-8899'::int\n"
    )
    for fmt in ("json", "table", "markdown"):
        assert "4711" not in run_cli("logs", str(path), "--format", fmt, "-q").out
        shown = run_cli("logs", str(path), "--format", fmt, "-q", "--show-parameters")
        assert ("4711" in shown.out) is (fmt == "json")


def test_half_a_character_is_no_bug(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff.json")
    path.write_text(
        r'{"timestamp":"2026-05-04 03:00:00.001 UTC","pid":7,"user":"a\ud800",'
        r'"error_severity":"LOG",'
        r'"message":"duration: 1.0 ms  statement: SELECT 1 AS x\ud800"}'
        "\n"
        r'{"timestamp":"2026-05-04 03:00:00.002 UTC","pid":7,"dbname":"d\ud800",'
        r'"error_severity":"ERROR","message":"bad \ud800","statement":"SELECT \ud800"}'
        "\n"
    )
    plan = tmp_path / "plan.log"
    plan.write_text(
        "2026-05-04 03:00:00.001 UTC [7] a@d LOG:  duration: 1.000 ms  plan:\n"
        "\t"
        r'{"Query Text": "SELECT 1 AS x\ud800", "Plan": {"Node Type": "Result"}}'
        "\n"
    )
    for name in (path, plan):
        for fmt in ("json", "table", "markdown"):
            target = tmp_path / "out"
            done = run_cli("logs", str(name), "--format", fmt, "-q", "-o", str(target))
            assert done.exit_code == 0, done.err
            assert "SELECT" in target.read_text("utf-8")


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        log = tmp_path / "server.log"
        log.write_text(
            "2026-03-01 10:00:00.000 UTC [7] LOG:  duration: 1.000 ms  statement: x\n"
        )
        done = run_cli("logs", str(log), "-q", "--top", "1", "-o", str(pipe))
        assert done.exit_code == 0, done.err
        assert pipe.is_fifo()
        assert os.read(reader, 10)
    finally:
        os.close(reader)


LATE = """\
2026-03-04 23:30:00.000 UTC [7] LOG:  duration: 5.000 ms  statement: SELECT 1
2026-03-05 00:30:00.000 UTC [7] LOG:  duration: 7.000 ms  statement: SELECT 2
"""


@pytest.mark.parametrize("form", ["table", "markdown", "html"])
def test_times_are_shown_in_the_zone_of_who_reads(tmp_path: Path, form: str) -> None:
    path = tmp_path / "a.log"
    path.write_text(LATE)
    shown = run_cli(
        "logs", str(path), "-q", "--format", form, "--timezone", "Asia/Tokyo"
    )
    assert "2026-03-05 08:30:00 to 2026-03-05 09:30:00 JST" in shown.out
    assert "2026-03-04" not in shown.out


def test_a_time_without_an_offset_is_of_that_zone(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text(LATE)
    since = ("--since", "2026-03-05 01:00", "--timezone", "Europe/Berlin")
    document = report(str(path), *since)
    assert document["execution_count"] == 1
    # A program gets UTC, whoever reads.
    assert document["statements"][0]["first_seen_at"] == "2026-03-05T00:30:00+00:00"
    document = report(str(path), "--since", "2026-03-05T00:00Z", *since[2:])
    assert document["execution_count"] == 1


def test_a_zone_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    done = run_cli("logs", str(tmp_path), "--timezone", "Mars/Olympus")
    assert done.exit_code == 2
    assert 'there is no time zone "Mars/Olympus"' in done.err
