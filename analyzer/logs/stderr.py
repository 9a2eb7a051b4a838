"""The plain format: records that begin with log_line_prefix, joined to entries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from typing import Any, NamedTuple

from analyzer.logs.entry import (
    UNKNOWN_TIME,
    LogEntry,
    Origin,
    error_code,
    id_number,
)
from analyzer.logs.line_prefix import LinePrefix
from analyzer.logs.severity import ENGLISH
from analyzer.logs.splitter import (
    LINES_BEFORE,
    LOOK_AHEAD_LINES,
    Head,
    Splitter,
    SupportsLines,
)
from analyzer.logs.stitch import Record, Stitcher, is_companion
from analyzer.logs.tally import Tally
from analyzer.logs.timestamps import Clock

_VERBOSE_CODE = re.compile(r"([0-9A-Z]{5}): ")
_SQLSTATE_CLASS = re.compile(
    "0[0-389ABFLPZ]|10|2[0-8BDF]|3[489BDF]|4[0-24]|5[3-578]|72|F0|HV|P0|XX"
)
_CURSOR = re.compile(r" at character \d+\Z")
MAX_KNOWN_PARTS = 20_000
_MAY_SPAN_LINES = re.compile(
    r"(?:duration: |statement: |execute |automatic |plan:|restartpoint |checkpoint )"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StderrOptions:
    """How to read a plain log.

    Attributes:
        prefix: of the lines.
        fallback: tried where ``prefix`` does not match; for inferred prefixes.
        tabs_stripped: a relay removed the tab in front of continuation lines, so a
            line without prefix continues the one before. Such a log can be forged by
            a statement of several lines, which no reader can tell.
        assumed_time: for lines without a time of their own.
    """

    prefix: LinePrefix
    fallback: LinePrefix | None = None
    tabs_stripped: bool = False
    assumed_time: datetime = UNKNOWN_TIME


class _Parts(NamedTuple):
    """What the head of a record says besides its time."""

    severity: str
    is_companion: bool
    key: str
    origin: dict[str, Any]


class Companion(NamedTuple):
    """A line that continues a message and was read in columns."""

    severity: str
    key: str
    text: str


class StderrReader:
    """Reads blocks of lines; one for each file."""

    def __init__(self, options: StderrOptions, clock: Clock, tally: Tally) -> None:
        self._options = options
        self._clock = clock
        self._tally = tally
        self._first = Splitter(options.prefix)
        fallback = options.fallback
        self._second = None if fallback is None else Splitter(fallback)
        self._known_parts: dict[str, _Parts] = {}
        self._stitcher = Stitcher()
        self._current: Record | None = None
        self._begun = (0, "")
        self._last_time = options.assumed_time

    def read(self, blocks: Iterable[Sequence[str]]) -> Iterator[LogEntry]:
        """Entries of a log, each once its companions have been read.

        Args:
            blocks: lists of lines without line ends.
        """
        yield from self.read_split(
            (line, self.split(line, block, number))
            for line, block, number in _with_neighbours(blocks)
        )

    def read_split(
        self, lines: Iterable[tuple[str, Head | Companion | None]]
    ) -> Iterator[LogEntry]:
        """Entries of lines of which is known how they begin."""
        for line, head in lines:
            self._tally.line_count += 1
            if line[:1] == "\t":
                self._continue(line, line[1:])
                continue
            if head is None:
                self._without_prefix(line)
            else:
                yield from self._finish()
                self._begin(line, head)
        yield from self._finish()
        yield from self._stitcher.flush()

    def split(self, line: str, block: SupportsLines, number: int) -> Head | None:
        """The head of a line, or none; see :meth:`Splitter.split`."""
        if line[:1] == "\t":
            return None
        head = self._first.split(line, block, number)
        if head is not None or self._second is None:
            return head
        head = self._second.split(line, block, number)
        # What is known of a text is known as the first prefix reads it.
        return head and head._replace(rest="")

    def _continue(self, line: str, text: str) -> None:
        if self._current is not None:
            self._current.add(text)
        else:
            self._is_lost(line)

    def _without_prefix(self, line: str) -> None:
        current = self._current
        if (
            self._options.tabs_stripped
            and current is not None
            and (is_companion(current.severity) or _may_span_lines(current))
        ):
            current.add(line)
        else:
            self._is_lost(line)

    def _is_lost(self, line: str) -> None:
        if line.strip():
            self._tally.not_understood(line)

    def _begin(self, line: str, head: Head | Companion) -> None:
        self._begun = (self._tally.line_count, line)
        # Only a message needs all its fields, a companion the process it belongs to.
        origin = None
        if isinstance(head, Companion):
            severity, key, text = head
        else:
            severity, is_companion, key, fields = self._parts_of(head)
            text = line[head.text_at :]
            if not is_companion:
                origin = Origin(logged_at=self._time(head), **fields)
        self._current = Record(key, severity, [text], origin, len(text))

    def follow(self, logged_at: datetime) -> None:
        """Tell the time of the line before, for a line whose own cannot be read."""
        self._last_time = logged_at

    def process_key(self, head: Head) -> str:
        """What tells the process that wrote a line from others."""
        return self._parts_of(head).key

    def _parts_of(self, head: Head) -> _Parts:
        parts = self._known_parts.get(head.rest) if head.rest else None
        if parts is None:
            parts = self._read_parts(head)
            if head.rest:
                if len(self._known_parts) > MAX_KNOWN_PARTS:
                    self._known_parts.clear()
                self._known_parts[head.rest] = parts
        return parts

    def _read_parts(self, head: Head) -> _Parts:
        severity = ENGLISH[head.severity]
        origin = self._origin_fields(head.fields)
        key = origin["session_id"] or str(origin["process_id"] or "")
        return _Parts(severity, is_companion(severity), key, origin)

    def origin_of(self, fields: Mapping[str, str | None]) -> Origin:
        """The origin that the fields of a head tell, without its time."""
        return Origin(**self._origin_fields(fields))

    def _origin_fields(self, fields: Mapping[str, str | None]) -> dict[str, Any]:
        get = fields.get
        process_id = id_number(get("process_id"))
        session = get("session_id") or self._session(fields, process_id)
        return {
            "process_id": process_id,
            "session_id": session,
            "user": _known(get("user")),
            "database": _known(get("database")),
            "application_name": _known(get("application_name")),
            "remote_host": _known(
                (get("remote") or get("host") or "").partition("(")[0]
            ),
            "virtual_transaction_id": get("virtual_transaction_id") or "",
            "transaction_id": id_number(get("transaction_id")),
            "queryid": id_number(get("queryid")),
            "sqlstate": error_code(get("sqlstate")),
        }

    def _finish(self) -> Sequence[LogEntry]:
        record, self._current = self._current, None
        if record is None:
            return ()
        if record.origin is not None:
            return self._stitcher.take(_without_extras(record))
        if not self._stitcher.join(record):
            number, line = self._begun
            self._tally.not_understood(line, count=len(record.lines), at=number)
        return ()

    def _session(self, fields: Mapping[str, str | None], process_id: int) -> str:
        started = fields.get("session_start")
        if not started or not process_id:
            return ""
        try:
            seconds = int(self._clock.read(started).timestamp())
        except ValueError:
            return ""
        return f"{seconds:x}.{process_id:x}"

    def _time(self, head: Head) -> datetime:
        get = head.fields.get
        try:
            # The one that needs no zone, and has milliseconds.
            if epoch := get("time_epoch"):
                self._last_time = datetime.fromtimestamp(float(epoch), UTC)
            elif text := head.time or get("time_ms") or get("time"):
                self._last_time = self._clock.read(text)
        except (ValueError, OverflowError, OSError):
            # A date that does not exist; the time of the line before is closest.
            pass
        return self._last_time


def _with_neighbours(
    blocks: Iterable[Sequence[str]],
) -> Iterator[tuple[str, Sequence[str], int]]:
    """Each line, with lines around it and its place among them.

    What a doubtful line is does not depend on where a block happens to end.
    """
    lines: list[str] = []
    done = 0
    for block in chain(blocks, [None]):
        lines += block or ()
        until = len(lines) if block is None else len(lines) - LOOK_AHEAD_LINES
        for number in range(done, until):
            yield lines[number], lines, number
        done = max(done, until)
        gone = max(done - LINES_BEFORE, 0)
        del lines[:gone]
        done -= gone


def _known(value: str | None) -> str:
    return "" if value is None or value == "[unknown]" else value


def _may_span_lines(record: Record) -> bool:
    return _MAY_SPAN_LINES.match(record.lines[0]) is not None


def _without_extras(record: Record) -> Record:
    """Take off what log_error_verbosity and the cursor position add to a message.

    The other formats have them in fields of their own.
    """
    code = _VERBOSE_CODE.match(record.lines[0])
    if code is not None and record.origin is not None:
        known = record.origin.sqlstate
        if code[1] == known or _SQLSTATE_CLASS.match(code[1]):
            record.lines[0] = record.lines[0][code.end() :]
            record.origin = replace(record.origin, sqlstate=error_code(code[1]))
    # Of LOG only waits for locks have a place in the statement; texts end as they like.
    if record.severity != "LOG" or record.lines[0].startswith("process "):
        record.lines[-1] = _CURSOR.sub("", record.lines[-1])
    return record
