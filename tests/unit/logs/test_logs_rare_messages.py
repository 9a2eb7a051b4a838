"""Rare messages have their class in every format, and whatever is known of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analyzer.logs.entry import LogEntry, Origin
from analyzer.logs.event_details import analyze
from analyzer.logs.patterns import kind_of
from analyzer.sources.log_files import LogOptions, read_log_files
from tests.support.log_messages import listed_messages
from tests.support.log_writer import as_csv, as_json, as_stderr

MESSAGES = list(listed_messages("messages_rare.txt"))
MORE = list(listed_messages("messages.txt"))
# One of each class of faults that tables of codes have.
CODES = ("42601", "42803", "22P02", "53200", "57014", "28000", "40001", "XX000", "")


def entries() -> list[LogEntry]:
    return [
        LogEntry(
            origin=Origin(
                logged_at=datetime(2026, 3, 4, 5, 6, number % 60, tzinfo=UTC),
                process_id=4000 + number,
                session_id=f"69000000.{4000 + number:x}",
                sqlstate="42803" if fields["severity"] == "ERROR" else "",
            ),
            **fields,  # type: ignore[arg-type]
        )
        for number, (_, fields) in enumerate(MESSAGES)
    ]


@pytest.mark.parametrize("kind,fields", MESSAGES, ids=lambda item: str(item)[:60])
def test_class(kind: str, fields: dict[str, str]) -> None:
    assert kind_of(fields["message"], fields["severity"]) == kind


@pytest.mark.parametrize("prefix", ["%m [%p] ", "%m [%p] %e ", "%t:%r:%u@%d:[%p]:"])
def test_all_formats_tell_the_same(tmp_path: Path, prefix: str) -> None:
    texts = {
        "log": as_stderr(entries(), prefix),
        "csv": as_csv(entries()),
        "json": as_json(entries()),
    }
    found = []
    for name, text in texts.items():
        path = tmp_path / f"a.{name}"
        path.write_text(text)
        given = prefix if name == "log" else None
        contents = read_log_files([path], LogOptions(line_prefix=given))
        assert contents.coverage[0].not_understood_count == 0
        found.append(sorted((e.kind, e.message, e.query) for e in contents.events))
    wanted = sorted(
        (kind, f["message"], f.get("statement", "")) for kind, f in MESSAGES
    )
    assert found == [wanted] * 3


@pytest.mark.parametrize("code", CODES)
def test_a_code_changes_no_english_message(code: str) -> None:
    for kind, fields in (*MESSAGES, *MORE):
        if kind not in ("other", "error"):
            assert kind_of(fields["message"], fields["severity"], code) == kind
    assert kind_of("column x could not be found", "ERROR", code) == "error"


def test_a_code_tells_the_class_in_other_languages() -> None:
    assert kind_of("Syntaxfehler bei »x«", "ERROR", "42601") == "syntax_error"
    assert kind_of('la relation « x » existe pas "is not"', "ERROR", "42P01") == (
        "relation_does_not_exist"
    )


def test_details() -> None:
    (killed,) = (e for e in entries() if "660) was terminated by signal 9" in e.message)
    assert analyze(killed).details == {
        "process_pid": 660,
        "process_type": "client backend",
        "signal": 9,
    }
    (waited,) = (e for e in entries() if "still waiting after" in e.message)
    assert analyze(waited).details["after_ms"] == 1021.563
    enum = replace(
        killed, message='invalid input value for enum mood: "glad"', detail=""
    )
    assert [s.kind.value for s in analyze(enum).secrets["message"]] == ["table_data"]
