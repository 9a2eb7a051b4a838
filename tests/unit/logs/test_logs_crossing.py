"""Every message under every prefix, in every format, through every relay: the same.

The messages are the public cases and those of ``messages.txt``. What a file tells is
held against what the classifier makes of the entries themselves, without those fields
that the prefix does not have.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from analyzer.domain.execution import Execution, LockWait, LogEvent
from analyzer.logs.classify import Classifier
from analyzer.logs.entry import LogEntry, Origin
from analyzer.logs.patterns import kind_of
from analyzer.sources.log_files import LogOptions, read_log_files
from analyzer.statements.fingerprint import fingerprint
from tests.support import log_relays as relays
from tests.support.log_messages import GOLDEN, WORDS, listed_messages
from tests.support.log_writer import (
    COMPANIONS,
    STARTED,
    as_csv,
    as_json,
    as_stderr,
)

CASES: dict[str, Any] = json.loads((GOLDEN / "log_lines.json").read_text("utf-8"))
PREFIXES = (
    *CASES["header"]["prefixes"].values(),
    "%t [%p]: user=%u,db=%d,app=%a,client=%h ",
    "%m [%p] %e %l %c %x %v %Q %q%u@%d/%a ",
    "%m %b[%p] %v %x %e ",
    "%m [%p] %L %r ",
    "%m [%p] %i ",
    "%m [%-5p] %10u@%-10d ",
    "%m|%u|%d|%p|%a|",
    "[%m] [%p] ",
    "<%m %p %u> ",
    "%q%m [%p] ",
    "%m %P %p ",
    "%m [%p]:%l:%Q ",
    "%n [%p] ",
    "%t %n [%p] ",
    "%s [%p] %m ",
    "%m",
    "%p ",
    "%a ",
    "%u@%d ",
)
RELAYED = (
    "%m [%p] %q%u@%d ",
    "%m [%p] %e %l %c %x %v %Q %q%u@%d/%a ",
    "%t:%r:%u@%d:[%p]:",
    "%n [%p] ",
    "[%p]: [%l-1] db=%d,user=%u ",
)
FIELDS = {
    "a": "application_name",
    "c": "session_id",
    "d": "database",
    "e": "sqlstate",
    "p": "process_id",
    "Q": "queryid",
    "u": "user",
    "v": "virtual_transaction_id",
    "x": "transaction_id",
}
WRITTEN = datetime(2026, 6, 1, tzinfo=UTC)
CURSOR = re.compile(r" at character \d+\Z")


def case_messages(case: dict[str, Any]) -> Iterable[dict[str, str]]:
    found: list[dict[str, str]] = []
    for line in case["lines"]:
        severity = line["severity"] or "LOG"
        text = line["content"].rstrip("\n").replace("\n\t", "\n")
        if severity in WORDS:
            found[-1][WORDS[severity]] = text
        else:
            found.append({"severity": severity, "message": text})
    return found


@cache
def entries() -> tuple[LogEntry, ...]:
    """All messages, those of each case by a process of its own."""
    cases = [[fields] for _, fields in listed_messages("messages.txt")]
    cases += [list(case_messages(case)) for case in CASES["classify"]]
    return tuple(
        entry(number, fields)
        for number, messages in enumerate(cases)
        for fields in messages
    )


def entry(number: int, fields: dict[str, str]) -> LogEntry:
    is_error = fields["severity"] != "LOG"
    origin = Origin(
        logged_at=datetime(2026, 3, 4, 5, 6, 7, 890_000, tzinfo=UTC)
        + timedelta(seconds=2 * number),
        process_id=4000 + number,
        session_id=f"69000000.{4000 + number:x}",
        user="anna",
        database="shop",
        application_name="check out: 5 [x]",
        remote_host="10.0.0.1",
        virtual_transaction_id="3/14",
        transaction_id=15,
        queryid=-1234567890123456789,
        sqlstate="XX000" if is_error else "",
    )
    found = LogEntry(origin=origin, **fields)  # type: ignore[arg-type]
    # Where an error stands in its statement has a field of its own in csv and json.
    return replace(found, message=CURSOR.sub("", found.message)) if is_error else found


def seen_through(entry: LogEntry, prefix: str) -> LogEntry:
    """The entry with no more than a prefix tells."""
    letters = set(re.findall(r"%-?\d*(.)", prefix))
    empty = Origin()
    lost = [name for letter, name in FIELDS.items() if letter not in letters]
    known: dict[str, Any] = {name: getattr(empty, name) for name in lost}
    if not letters & set("hr"):
        known["remote_host"] = ""
    if {"s", "p"} <= letters and "c" not in letters:
        started = int(STARTED.timestamp())
        known["session_id"] = f"{started:x}.{entry.origin.process_id:x}"
    if not letters & set("mn"):
        at = entry.origin.logged_at
        known["logged_at"] = at.replace(microsecond=0) if "t" in letters else WRITTEN
    return replace(entry, origin=replace(entry.origin, **known))


Told = tuple[Counter[str], Counter[str], Counter[str]]


def told(
    executions: Iterable[Execution],
    waits: Iterable[LockWait],
    events: Iterable[LogEvent],
) -> Told:
    """All that is told, but what only the first of a class shows.

    Columns keep the second half of a virtual transaction, and no transaction.
    """
    runs = [
        replace(
            item,
            virtual_transaction_id=item.virtual_transaction_id.partition("/")[2],
            transaction_id=0,
        )
        for item in executions
    ]
    plain = [replace(item, details={}, shown_message="") for item in events]
    return (
        Counter(map(repr, runs)),
        Counter(map(repr, waits)),
        Counter(map(repr, plain)),
    )


def expected(entries: Iterable[LogEntry]) -> Told:
    classifier = Classifier(fingerprint)
    for entry in entries:
        classifier.take(entry)
    classifier.finish()
    return told(classifier.executions, classifier.lock_waits, classifier.events)


def read(path: Path, lines: str | Iterable[str], prefix: str | None = None) -> Told:
    text = lines if isinstance(lines, str) else "\n".join(lines) + "\n"
    path.write_bytes(text.encode())
    os.utime(path, (0, WRITTEN.timestamp()))
    contents = read_log_files([path], LogOptions(line_prefix=prefix))
    (coverage,) = contents.coverage
    assert coverage.not_understood_count == 0, coverage
    return told(contents.executions, contents.lock_waits, contents.events)


def test_each_message_of_ours_has_its_class() -> None:
    found = [
        (kind, kind_of(fields["message"], fields["severity"]), fields["message"])
        for kind, fields in listed_messages("messages.txt")
    ]
    assert len(found) > len(CASES["classify"])
    assert [item for item in found if item[0] != item[1]] == []


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("prefix", dict.fromkeys(PREFIXES))
def test_prefix(tmp_path: Path, prefix: str, line_end: str) -> None:
    wanted = expected(seen_through(item, prefix) for item in entries())
    text = as_stderr(entries(), prefix).replace("\n", line_end)
    assert read(tmp_path / "a.log", text, prefix) == wanted


@pytest.mark.parametrize("prefix", RELAYED)
def test_a_wait_with_a_place_in_its_statement(tmp_path: Path, prefix: str) -> None:
    wait = (
        "process 7 still waiting for AccessShareLock on relation 5 of database 5 after"
    )
    found = entry(1, {"severity": "LOG", "message": f"{wait} 6.157 ms"})
    placed = replace(found, message=f"{found.message} at character 28")
    text = as_stderr([placed], prefix)
    assert read(tmp_path / "a.log", text, prefix) == expected(
        [seen_through(found, prefix)]
    )


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("columns", [23, 24, 26])
def test_csv(tmp_path: Path, columns: int, line_end: str) -> None:
    known = [
        item if columns == 26 else replace(item, origin=replace(item.origin, queryid=0))
        for item in entries()
    ]
    text = as_csv(entries(), columns).replace("\n", line_end)
    assert read(tmp_path / "a.csv", text) == expected(known)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_json(tmp_path: Path, line_end: str) -> None:
    text = as_json(entries()).replace("\n", line_end)
    assert read(tmp_path / "a.json", text) == expected(entries())


Relay = Callable[[Sequence[LogEntry], str], Iterable[str]]
RELAYS: dict[str, Relay] = {
    "none": lambda items, prefix: [as_stderr(items, prefix).removesuffix("\n")],
    "docker": lambda items, prefix: relays.docker(as_stderr(items, prefix)),
    "docker, long parts": lambda items, prefix: relays.docker(
        as_stderr(items, prefix), 16_384
    ),
    "cloud sql": lambda items, prefix: relays.objects(
        as_stderr(items, prefix), "textPayload"
    ),
    "cloud sql array": lambda items, prefix: relays.array(as_stderr(items, prefix)),
    "cloudwatch": lambda items, prefix: relays.objects(
        as_stderr(items, prefix), "message", keeps_tabs=False
    ),
    "loki": lambda items, prefix: relays.objects(as_stderr(items, prefix), "line"),
}


@pytest.mark.parametrize("is_given", [True, False])
@pytest.mark.parametrize("prefix", RELAYED)
@pytest.mark.parametrize("relay", RELAYS)
def test_relay(tmp_path: Path, relay: str, prefix: str, is_given: bool) -> None:
    wanted = expected(seen_through(item, prefix) for item in entries())
    lines = RELAYS[relay](entries(), prefix)
    assert read(tmp_path / "a.log", lines, prefix if is_given else None) == wanted


@pytest.mark.parametrize("is_given", [True, False])
@pytest.mark.parametrize("prefix", RELAYED)
@pytest.mark.parametrize("head", [relays.SYSLOG, relays.RFC_5424, relays.HEROKU])
def test_syslog(tmp_path: Path, head: str, prefix: str, is_given: bool) -> None:
    known = [seen_through(item, prefix) for item in entries()]
    if not re.search("%[mtn]", prefix):
        # Time and process are those of syslog, in seconds if it is the old one.
        whole = head == relays.SYSLOG
        known = [
            replace(
                item,
                origin=replace(
                    item.origin,
                    logged_at=at.replace(microsecond=0) if whole else at,
                    process_id=original.origin.process_id,
                ),
            )
            for item, original in zip(known, entries(), strict=True)
            for at in [original.origin.logged_at]
        ]
    lines = relays.syslog(entries(), prefix, head)
    given = prefix if is_given else None
    assert read(tmp_path / "a.log", lines, given) == expected(known)


@pytest.mark.parametrize("prefix", RELAYED)
def test_azure(tmp_path: Path, prefix: str) -> None:
    known = [replace(item, internal_query="") for item in entries()]
    wanted = expected(seen_through(item, prefix) for item in known)
    assert read(tmp_path / "a.log", relays.azure(known, prefix), prefix) == wanted


@pytest.mark.parametrize("kind", ["cnpg", "docker cnpg", "docker csv", "docker json"])
def test_relayed_records(tmp_path: Path, kind: str) -> None:
    lines = {
        "cnpg": lambda: relays.cnpg(entries()),
        "docker cnpg": lambda: relays.docker("\n".join(relays.cnpg(entries()))),
        "docker csv": lambda: relays.docker(as_csv(entries())),
        "docker json": lambda: relays.docker(as_json(entries())),
    }[kind]()
    assert read(tmp_path / "a.log", lines) == expected(entries())


@pytest.mark.parametrize("window_bytes", [2_000, 7_919])
@pytest.mark.parametrize("kind", ["csv", "json", *RELAYED[:3], "syslog", "docker"])
def test_records_across_windows(
    tmp_path: Path, kind: str, window_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analyzer.sources.log_bytes.BLOCK_BYTES", 701)
    monkeypatch.setattr("analyzer.sources.log_bytes.WINDOW_BYTES", window_bytes)
    path = tmp_path / "a.log"
    prefix = kind if kind in RELAYED else RELAYED[0]
    known = [seen_through(item, prefix) for item in entries()]
    if kind in ("csv", "json"):
        known = list(entries())
    text = {
        "csv": lambda: as_csv(known),
        "json": lambda: as_json(known),
        "syslog": lambda: relays.syslog(entries(), prefix, relays.SYSLOG),
        "docker": lambda: relays.docker(as_stderr(entries(), prefix)),
    }.get(kind, lambda: as_stderr(entries(), prefix))()
    given = None if kind in ("csv", "json") else prefix
    assert read(path, text, given) == expected(known)


# Of PostgreSQL's message catalogs: severities, and what a duration is written with.
LANGUAGES = {
    "de": "LOG FEHLER DETAIL TIPP ZUSAMMENHANG ANWEISUNG|Dauer: {} ms  Anweisung: ",
    "es": "LOG ERROR DETALLE HINT CONTEXTO SENTENCIA|duración: {} ms  sentencia: ",
    "fr": "LOG ERREUR DÉTAIL ASTUCE CONTEXTE INSTRUCTION|durée : {} ms, instruction : ",
    "it": "LOG ERRORE DETTAGLI SUGGERIMENTO CONTESTO ISTRUZIONE"
    "|durata: {} ms, istruzione: ",
    "ja": "LOG ERROR 詳細 ヒント 文脈 文|期間: {} ミリ秒 文: ",
    "ko": "로그 오류 상세정보 힌트 내용 구문|수행시간: {} ms  명령 구문: ",
    "ru": "СООБЩЕНИЕ ОШИБКА ПОДРОБНОСТИ ПОДСКАЗКА КОНТЕКСТ ОПЕРАТОР"
    "|продолжительность: {} мс, оператор: ",
    "sv": "LOGG FEL DETALJ TIPS KONTEXT SATS|varaktighet: {} ms  sats: ",
    "uk": "ЗАПИСУВАННЯ ПОМИЛКА ВІДОМОСТІ УКАЗІВКА КОНТЕКСТ ІНСТРУКЦІЯ"
    "|тривалість: {} мс, оператор: ",
    "zh": "日志 错误 详情 提示 上下文 语句|耗时: {} ms  语句: ",
}
ENGLISH = ("LOG", "ERROR", "DETAIL", "HINT", "CONTEXT", "STATEMENT")


@pytest.mark.parametrize("kind", ["csv", "json", *RELAYED[:3]])
@pytest.mark.parametrize("language", LANGUAGES)
def test_language(tmp_path: Path, language: str, kind: str) -> None:
    words, duration = LANGUAGES[language].split("|")
    severities = dict(zip(ENGLISH, words.split(), strict=True))
    if language == "ko":
        severities["STATEMENT"] = "명령 구문"
    told = [
        entry(n, {"severity": "LOG", "message": f"{duration.format(ms)}SELECT {n}"})
        for n, ms in enumerate(("0.001", "12.345"))
    ]
    told.append(
        entry(
            7,
            {
                "severity": "ERROR",
                "message": "…",
                "detail": "1",
                "hint": "2",
                "context": "3",
                "statement": "SELECT\n4",
            },
        )
    )
    prefix = kind if kind in RELAYED else "%m "
    known = [seen_through(item, prefix) for item in told] if kind in RELAYED else told
    shown = [replace(item, severity=severities[item.severity]) for item in told]
    if kind == "csv":
        text = as_csv(shown)
    elif kind == "json":
        text = as_json(shown)
    else:
        text = as_stderr(shown, prefix)
        for word, name in COMPANIONS:
            if name in {"detail", "hint", "context", "statement"}:
                text = text.replace(f" {word}:  ", f" {severities[word]}:  ")
                text = text.replace(f":{word}:  ", f":{severities[word]}:  ")
    given = prefix if kind in RELAYED else None
    runs, _, events = read(tmp_path / "a.log", text, given)
    assert sum(runs.values()) == 2
    assert (runs, events) == expected(known)[::2]
