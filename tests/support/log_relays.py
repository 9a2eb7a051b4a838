"""The server's log as relays hand it on, line by line or message by message."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from analyzer.logs.csvlog import COLUMNS
from analyzer.logs.entry import LogEntry
from tests.support.log_writer import COMPANIONS, as_csv, as_stderr

SYSLOG = "{bsd} db1 postgres[{pid}]: "
RFC_5424 = "<134>1 {iso} db1 postgres {pid} - - "
HEROKU = "<134>1 {iso} host app postgres.{pid} - [DATABASE] "


def docker(text: str, part_chars: int = 300) -> Iterator[str]:
    """Docker's JSON, which cuts long lines."""
    for line in text.removesuffix("\n").split("\n"):
        whole = f"{line}\n"
        for start in range(0, len(whole), part_chars):
            part = whole[start : start + part_chars]
            yield json.dumps({"log": part, "stream": "stderr", "time": "2026-05-04T"})


def cnpg(entries: Sequence[LogEntry]) -> Iterator[str]:
    """CloudNativePG: the columns of csvlog inside an object."""
    for row in csv.reader(io.StringIO(as_csv(entries))):
        record = {k: v for k, v in zip(COLUMNS, row, strict=True) if v}
        yield json.dumps(
            {"level": "info", "ts": 1.5, "logger": "postgres", "msg": "record",
             "record": record}
        )  # fmt: skip


def messages(text: str) -> list[str]:
    """Each line that has a prefix, with the lines that go on with it."""
    return re.split(r"\n(?!\t)", text.removesuffix("\n"))


def objects(text: str, name: str, *, keeps_tabs: bool = True) -> Iterator[str]:
    """One object for each line of the log: Cloud SQL, CloudWatch, Loki."""
    for message in messages(text):
        shown = message if keeps_tabs else message.replace("\n\t", "\n")
        yield json.dumps({"timestamp": "2026-05-04T03:00:00Z", name: shown})


def array(text: str) -> Iterator[str]:
    """What ``gcloud logging read --format=json`` prints."""
    values = [json.loads(line) for line in objects(text, "textPayload")]
    yield from json.dumps(values, indent=2).splitlines()


def azure(entries: Sequence[LogEntry], prefix: str) -> Iterator[str]:
    """Azure: the message with its prefix, companions beside it."""
    none = {name: "" for _, name in COMPANIONS}
    for item in entries:
        head = as_stderr([replace(item, **none)], prefix)
        properties = {
            "errorLevel": item.severity,
            "message": head.removesuffix("\n").replace("\n\t", "\n"),
            "detail": item.detail,
            "hint": item.hint,
            "context": item.context,
            "statement": item.statement,
        }
        record = {"properties": properties, "category": "PostgreSQLLogs"}
        yield from json.dumps(record, indent=1).splitlines()


def syslog(
    entries: Sequence[LogEntry], prefix: str, head: str, *, escapes_tabs: bool = True
) -> Iterator[str]:
    """Syslog: each line by itself, numbered, cut where it is too long."""
    for number, item in enumerate(entries, start=1):
        text = as_stderr([item], prefix)
        parts = [c for line in text.rstrip("\n").split("\n") for c in _chunks(line)]
        moment = item.origin.logged_at
        for place, part in enumerate(parts, start=1):
            shown = part.replace("\t", "#011") if escapes_tabs else part
            yield (
                head.format(
                    bsd=f"{moment:%b} {moment.day:2d} {moment:%H:%M:%S}",
                    iso=moment.isoformat(),
                    pid=item.origin.process_id,
                )
                + f"[{number}-{place}] {shown}"
            )


def _chunks(line: str) -> Iterator[str]:
    """As write_syslog() cuts a line, of ASCII or near."""
    while len(line.encode()) > 900:
        end = 890
        while end > 0 and not line[end].isspace():
            end -= 1
        end = end or 890
        yield line[:end]
        line = line[end:]
    yield line
