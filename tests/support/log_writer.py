"""Log entries written the way the server writes them, in each of its formats."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime

from analyzer.logs.entry import LogEntry, Origin

COMPANIONS = (
    ("DETAIL", "detail"),
    ("HINT", "hint"),
    ("QUERY", "internal_query"),
    ("CONTEXT", "context"),
    ("LOCATION", "location"),
    ("STATEMENT", "statement"),
)
STARTED = datetime(2026, 1, 1, tzinfo=UTC)


def printed_time(moment: datetime, *, fraction: bool = True) -> str:
    text = f"{moment:%Y-%m-%d %H:%M:%S}"
    return f"{text}.{moment.microsecond // 1000:03d} UTC" if fraction else f"{text} UTC"


def prefix_of(prefix: str, origin: Origin) -> str:
    """What log_status_format() prints."""

    def value(letter: str) -> str:
        known = origin.user or "[unknown]"
        return {
            "a": origin.application_name or "[unknown]",
            "b": "client backend",
            "c": origin.session_id,
            "d": origin.database or "[unknown]",
            "e": origin.sqlstate or "00000",
            "h": origin.remote_host,
            "i": "SELECT",
            "l": "7",
            "L": "127.0.0.1",
            "m": printed_time(origin.logged_at),
            "n": f"{origin.logged_at.timestamp():.3f}",
            "p": str(origin.process_id),
            "P": "",
            "Q": str(origin.queryid),
            "r": f"{origin.remote_host}(5555)" if origin.remote_host else "",
            "s": printed_time(STARTED, fraction=False),
            "t": printed_time(origin.logged_at, fraction=False),
            "u": known,
            "v": origin.virtual_transaction_id,
            "x": str(origin.transaction_id),
            "q": "",
            "%": "%",
        }.get(letter, "")

    def replaced(found: re.Match[str]) -> str:
        padding, letter = int(found[1] or 0), found[2]
        text = value(letter)
        return text.ljust(-padding) if padding < 0 else text.rjust(padding)

    return re.sub(r"%(-?\d*)(.)", replaced, prefix)


def as_stderr(entries: Iterable[LogEntry], prefix: str) -> str:
    lines: list[str] = []
    for entry in entries:
        head = prefix_of(prefix, entry.origin)
        texts = [(entry.severity, entry.message)]
        texts += [
            (word, text) for word, name in COMPANIONS if (text := getattr(entry, name))
        ]
        lines += [f"{head}{w}:  {t}".replace("\n", "\n\t") + "\n" for w, t in texts]
    return "".join(lines)


def as_csv(entries: Iterable[LogEntry], columns: int = 26) -> str:
    text = io.StringIO()
    for entry in entries:
        origin = entry.origin
        row = [
            printed_time(origin.logged_at),
            _quoted(origin.user),
            _quoted(origin.database),
            str(origin.process_id),
            _quoted(f"{origin.remote_host}:5555" if origin.remote_host else ""),
            origin.session_id,
            "7",
            _quoted("SELECT"),
            printed_time(STARTED, fraction=False),
            origin.virtual_transaction_id,
            str(origin.transaction_id),
            entry.severity,
            origin.sqlstate,
            _quoted(entry.message),
            _quoted(entry.detail),
            _quoted(entry.hint),
            _quoted(entry.internal_query),
            "",
            _quoted(entry.context),
            _quoted(entry.statement),
            "",
            _quoted(entry.location),
            _quoted(origin.application_name),
            _quoted("client backend"),
            "",
            str(origin.queryid),
        ]
        text.write(",".join(row[:columns]) + "\n")
    return text.getvalue()


def _quoted(value: str) -> str:
    # appendCSVLiteral(): nothing for NULL, else quotes doubled.
    return '"' + value.replace('"', '""') + '"' if value else ""


def as_json(entries: Iterable[LogEntry]) -> str:
    lines = []
    for entry in entries:
        origin = entry.origin
        record = {
            "timestamp": printed_time(origin.logged_at),
            "user": origin.user,
            "dbname": origin.database,
            "pid": origin.process_id,
            "remote_host": origin.remote_host,
            "remote_port": 5555 if origin.remote_host else None,
            "session_id": origin.session_id,
            "line_num": 7,
            "ps": "SELECT",
            "session_start": printed_time(STARTED, fraction=False),
            "vxid": origin.virtual_transaction_id,
            "txid": origin.transaction_id,
            "error_severity": entry.severity,
            "state_code": origin.sqlstate,
            "message": entry.message,
            "detail": entry.detail,
            "hint": entry.hint,
            "internal_query": entry.internal_query,
            "context": entry.context,
            "statement": entry.statement,
            "application_name": origin.application_name,
            "backend_type": "client backend",
            "query_id": origin.queryid,
        }
        kept = {k: v for k, v in record.items() if v not in ("", None)}
        lines.append(json.dumps(kept, ensure_ascii=False) + "\n")
    return "".join(lines)


def columns_of(line: str) -> int:
    return len(next(csv.reader([line])))
