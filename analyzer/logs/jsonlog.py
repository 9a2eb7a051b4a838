"""The json format (PostgreSQL 15+): one object a line, keys left out where empty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from analyzer.logs.entry import (
    MAX_TEXT_CHARS,
    UNKNOWN_TIME,
    LogEntry,
    Origin,
    error_code,
    id_number,
)
from analyzer.logs.json_text import load
from analyzer.logs.severity import ENGLISH
from analyzer.logs.tally import Tally
from analyzer.logs.timestamps import Clock


def read_jsonlog(
    blocks: Iterable[Sequence[str]], clock: Clock, tally: Tally
) -> Iterator[LogEntry]:
    """Entries of a json log.

    Args:
        blocks: lists of lines without line ends.
        clock: of this log.
        tally: counts what was not understood.
    """
    for block in blocks:
        for line in block:
            tally.line_count += 1
            entry = entry_of_line(line, clock)
            if entry is not None:
                yield entry
            elif line.strip():
                tally.not_understood(line)


def entry_of_line(line: str, clock: Clock) -> LogEntry | None:
    """The entry that a line is, or none if it is no record."""
    try:
        record = load(line)
        if not isinstance(record, dict):
            return None
        severity = ENGLISH.get(str(record.get("error_severity", "")))
        if severity is None:
            return None
        origin = origin_of(record, clock)
    except (ValueError, TypeError, RecursionError):
        return None
    return LogEntry(
        origin=origin,
        severity=severity,
        message=_text(record, "message"),
        detail=_text(record, "detail"),
        hint=_text(record, "hint"),
        context=_text(record, "context"),
        internal_query=_text(record, "internal_query"),
        statement=_text(record, "statement"),
        location=_location(record),
    )


def origin_of(record: Mapping[str, Any], clock: Clock) -> Origin:
    """Who wrote a record."""
    time = _text(record, "timestamp")
    return Origin(
        logged_at=clock.read(time) if time else UNKNOWN_TIME,
        user=_text(record, "user"),
        database=_text(record, "dbname"),
        process_id=id_number(record.get("pid")),
        remote_host=_text(record, "remote_host"),
        session_id=_text(record, "session_id"),
        virtual_transaction_id=_text(record, "vxid"),
        transaction_id=id_number(record.get("txid")),
        sqlstate=error_code(_text(record, "state_code")),
        application_name=_text(record, "application_name"),
        queryid=id_number(record.get("query_id")),
    )


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    return value[:MAX_TEXT_CHARS] if isinstance(value, str) else ""


def _location(record: Mapping[str, Any]) -> str:
    name, file = _text(record, "func_name"), _text(record, "file_name")
    place = f"{file}:{record.get('file_line_num')}" if file else ""
    return ", ".join(part for part in (name, place) if part)
