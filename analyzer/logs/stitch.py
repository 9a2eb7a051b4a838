"""Companion lines (DETAIL, STATEMENT …) joined to their message by process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from analyzer.logs.entry import MAX_TEXT_CHARS, LogEntry, Origin
from analyzer.logs.severity import COMPANIONS

REACH_MESSAGES = 16
"""A companion stands behind its message, and at most so many begin between them.

The server writes a message and its companions at once; relays may put lines of other
processes among them.
"""

_FIELDS = {
    "DETAIL": "detail",
    "HINT": "hint",
    "CONTEXT": "context",
    "QUERY": "internal_query",
    "STATEMENT": "statement",
    "LOCATION": "location",
}


@dataclass(slots=True)
class Record:
    """One line with a prefix and the continuation lines below it, while being read."""

    process_key: str
    severity: str
    lines: list[str]
    origin: Origin | None = None
    size: int = 0

    def add(self, line: str) -> None:
        """Take a continuation line, within the limit of the text."""
        self.size += len(line) + 1
        if self.size <= MAX_TEXT_CHARS:
            self.lines.append(line)

    @property
    def text(self) -> str:
        """The text with its lines joined."""
        if len(self.lines) == 1:
            return self.lines[0][:MAX_TEXT_CHARS]
        return "\n".join(self.lines)[:MAX_TEXT_CHARS]


@dataclass(slots=True)
class _Open:
    number: int
    origin: Origin
    severity: str
    message: str
    companions: dict[str, str] = field(default_factory=dict)

    def closed(self) -> LogEntry:
        return LogEntry(
            origin=self.origin,
            severity=self.severity,
            message=self.message,
            **self.companions,
        )


class Stitcher:
    """Collects records into entries; holds at most ``REACH_MESSAGES``."""

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}
        self._count = 0

    def take(self, record: Record) -> list[LogEntry]:
        """Entries that are complete now that a new message began."""
        key = record.process_key
        before = self._open.pop(key, None)
        complete = [] if before is None else [before.closed()]
        origin = record.origin or Origin()
        self._count += 1
        self._open[key] = _Open(self._count, origin, record.severity, record.text)
        while True:
            oldest = next(iter(self._open))
            if self._count - self._open[oldest].number < REACH_MESSAGES:
                return complete
            complete.append(self._open.pop(oldest).closed())

    def join(self, record: Record) -> bool:
        """Give a companion to the open message of its process, if there is one."""
        message = self._open.get(record.process_key)
        name = _FIELDS.get(record.severity)
        if message is None:
            return False
        if name is not None:
            known = message.companions.get(name)
            text = record.text
            message.companions[name] = text if known is None else f"{known}\n{text}"
        return True

    def flush(self) -> Iterator[LogEntry]:
        """The entries still open at the end."""
        for message in self._open.values():
            yield message.closed()
        self._open.clear()


def is_companion(severity: str) -> bool:
    """Whether a line of this severity continues a message."""
    return severity in COMPANIONS
