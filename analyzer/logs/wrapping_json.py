"""Lines of the server inside JSON: Docker, Cloud SQL, Azure, CloudWatch, CNPG, Loki."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analyzer.logs.entry import MAX_TEXT_CHARS
from analyzer.logs.json_text import load
from analyzer.logs.severity import SEVERITY_PATTERN

_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"')
_SEVERITY = re.compile(SEVERITY_PATTERN)
_SQLSTATE = re.compile(r"[0-9A-Z]{5}\Z")
_SAMPLE_LINES = 200
_MAX_VALUE_CHARS = 2 * MAX_TEXT_CHARS

# CloudNativePG names the columns of csvlog, which jsonlog calls otherwise.
_CSV_TO_JSON = {
    "log_time": "timestamp",
    "user_name": "user",
    "database_name": "dbname",
    "process_id": "pid",
    "session_line_num": "line_num",
    "command_tag": "ps",
    "session_start_time": "session_start",
    "virtual_transaction_id": "vxid",
    "transaction_id": "txid",
    "sql_state_code": "state_code",
    "query": "statement",
}


def is_wrapped_in_json(lines: Sequence[str]) -> bool:
    """Whether the first value of a sample is a relay's, and holds a line of a log."""
    first = next((line.strip() for line in lines if line.strip()), "")
    if not first.startswith(("{", "[")):
        return False
    values = _Values()
    for line in lines[:_SAMPLE_LINES]:
        for value in values.feed(line):
            return "error_severity" not in value and any(_texts(value))
    return False


class JsonUnwrapper:
    """Reads objects, one a line or spread over several, also in an array."""

    def __init__(self) -> None:
        """Start with nothing open."""
        self._values = _Values()
        self._part = ""

    def feed(self, line: str) -> Iterator[str]:
        """The server's lines that are complete after one more of the relay's."""
        found = self._values.feed(line)
        for value in found:
            yield from self._lines(value)
        if self._values.refused:
            # The reader of the log counts it as not understood.
            yield from self._values.refused
            self._values.refused = []

    def flush(self) -> Iterator[str]:
        """What was still open at the end."""
        yield from self._values.rest()
        if self._part:
            yield self._part

    def _lines(self, value: Mapping[str, Any]) -> Iterator[str]:
        log = value.get("log")
        if not isinstance(log, str):
            yield from _texts(value)
            return
        # Docker cuts a long line into parts; the last one has the line end.
        self._part += log
        if log.endswith("\n") or len(self._part) > _MAX_VALUE_CHARS:
            line, self._part = self._part, ""
            yield line.removesuffix("\n").removesuffix("\r")


class _Values:
    """Lines to the objects they make up."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._size = 0
        self._depth = 0
        self.refused: list[str] = []

    def feed(self, line: str) -> list[dict[str, Any]]:
        """The objects that end with this line."""
        text = line.strip()
        if not self._open and text[:1] == "{" and text[-1:] == "}":
            whole = _object(text)
            if whole is not None:
                return [whole]
        if not self._open:
            text = text.lstrip("[,").lstrip()
            if not text.startswith("{"):
                if text.rstrip("],"):
                    self.refused.append(line)
                return []
        plain = _STRING.sub("", text)
        self._depth += plain.count("{") - plain.count("}")
        self._size += len(text)
        self._open.append(text)
        if self._depth > 0 and self._size < _MAX_VALUE_CHARS:
            return []
        return self._close()

    def rest(self) -> list[str]:
        """The lines of an object that never ended."""
        rest, self._open = self._open, []
        return rest

    def _close(self) -> list[dict[str, Any]]:
        lines = self.rest()
        self._depth = self._size = 0
        text = "\n".join(lines)
        end = text.rfind("}") + 1
        try:
            found = load(f"[{text[:end]}]", strict=False)
        except (ValueError, RecursionError):
            self.refused += lines
            return []
        return [value for value in found if isinstance(value, dict)]


def _object(text: str) -> dict[str, Any] | None:
    """The object that a line is, if it is one by itself, as most are."""
    try:
        found = load(text, strict=False)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _texts(value: Mapping[str, Any]) -> Iterator[str]:
    """The server's lines in one object; none if it is of no known shape."""
    for name in ("records", "logEvents"):
        if isinstance(inner := value.get(name), list):
            for item in inner:
                yield from _texts(item) if isinstance(item, dict) else ()
            return
    if isinstance(record := value.get("record"), dict) and "error_severity" in record:
        yield json.dumps(_as_jsonlog(record), ensure_ascii=False)
        return
    properties = value.get("properties")
    if isinstance(properties, dict) and isinstance(properties.get("message"), str):
        yield from _azure(properties)
        return
    payload = value.get("jsonPayload")
    inside = payload if isinstance(payload, dict) else value
    for name in ("textPayload", "log", "message", "@message", "line"):
        if isinstance(text := inside.get(name), str):
            yield from _as_lines(text)
            return


def _as_lines(text: str) -> Iterator[str]:
    """A message of several lines, with the tab the server puts before each.

    Where one line has none, the relay took them all, and those there are belong to the
    text.
    """
    first, *others = text.rstrip("\r\n").split("\n")
    yield first
    has_tabs = all(line.startswith("\t") for line in others)
    yield from others if has_tabs else (f"\t{line}" for line in others)


def _as_jsonlog(record: Mapping[str, Any]) -> dict[str, Any]:
    found = {_CSV_TO_JSON.get(name, name): value for name, value in record.items()}
    host, _, _ = str(found.pop("connection_from", "")).rpartition(":")
    if host:
        found["remote_host"] = host
    return found


def _azure(properties: Mapping[str, Any]) -> Iterator[str]:
    """Message and detail of Azure, whose older service has the prefix apart."""
    text = str(properties["message"])
    level = str(properties.get("errorLevel") or "LOG")
    prefix = str(properties.get("prefix") or "")
    if prefix:
        text = f"{prefix}{level}:  {text}"
    severity = _SEVERITY.search(text)
    if severity is None:
        yield from _as_lines(text)
        return
    head = text[: severity.start()]
    code = str(properties.get("sqlerrcode") or "")
    if _SQLSTATE.match(code) and code != "00000":
        # As with log_error_verbosity = verbose.
        text = f"{text[: severity.end()]}{code}: {text[severity.end() :]}"
    yield from _as_lines(text)
    for name in ("detail", "hint", "context", "statement"):
        if isinstance(more := properties.get(name), str) and more:
            yield from _as_lines(f"{head}{name.upper()}:  {more}")
