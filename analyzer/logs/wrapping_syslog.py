"""Lines of the server inside syslog, of a file or as Heroku's logplex sends them.

The server numbers its lines ``[5-1]``: message 5, line 1. It writes one line of syslog
for each line of a message, and cuts those over 900 bytes, at a blank if there is one
(write_syslog() in elog.c). rsyslog prints a tab as ``#011``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from analyzer.logs.entry import UNKNOWN_TIME
from analyzer.logs.severity import SEVERITY_PATTERN
from analyzer.logs.timestamps import TIME_PATTERN

_LINE = re.compile(
    r"(?:\d{1,6} )?(?:<\d{1,3}>)?(?:1 )?"
    r"(?:(?P<iso>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d))"
    r"|(?P<month>[A-Z][a-z]{2}) (?P<day>[ \d]\d) (?P<clock>\d\d:\d\d:\d\d)) "
    r"(?P<head>\S+ [^\[]{0,120}?(?:\[(?P<pid>\d{1,10})\]:?|(?P<procid>\S{1,128}))?"
    r"(?: -){0,2}) ?(?:\[[A-Z_]{2,63}\] )?"
    r"\[(?P<message>\d{1,19})-(?P<line>\d{1,9})\] ?(?P<text>.*)",
    re.DOTALL,
)
_SYSLOG_START = re.compile(
    r"(?:\d{1,6} )?(?:<\d{1,3}>)?(?:1 )?"
    r"(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S{1,16}|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) "
)
_TIME = re.compile(TIME_PATTERN)
_SEVERITY = re.compile(SEVERITY_PATTERN)
_MAX_HEAD_CHARS = 600
PREFIX = "%m [%p] "
"""What is put before the lines of a log whose log_line_prefix has no time."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
           "Dec")  # fmt: skip
_CUT_FROM_BYTES = 450
_LIMIT_BYTES = 890
_MAX_OPEN = 64
_SAMPLE_LINES = 500
_UNKNOWN_ZONE = "syslog"
"""What stands for the zone where syslog has none; log_timezone decides, else UTC."""


def is_syslog(lines: Sequence[str]) -> bool:
    """Whether a sample is syslog, and some line of it is the server's."""
    shown = [line for line in lines[:_SAMPLE_LINES] if line.strip()]
    fitting = sum(_SYSLOG_START.match(line) is not None for line in shown)
    return fitting * 2 > len(shown) and any(_LINE.match(line) for line in shown)


@dataclass(slots=True)
class _Message:
    """A message while its lines come in."""

    number: str
    head: str
    lines: list[str] = field(default_factory=list)
    last_bytes: int = 0


class SyslogUnwrapper:
    """Joins the lines of each process; those of other programs are left out."""

    def __init__(
        self, assumed: datetime = UNKNOWN_TIME, has_time: bool | None = None
    ) -> None:
        """Start with nothing open.

        Args:
            assumed: gives the year where there is none.
            has_time: whether log_line_prefix has a time; where that is not known,
                each line tells.
        """
        self._assumed = assumed
        self._has_time = has_time
        self._open: dict[str, _Message] = {}

    def feed(self, line: str) -> Iterator[str]:
        """The server's lines that are complete after one more of syslog's."""
        found = _LINE.match(line)
        if found is None:
            if _SYSLOG_START.match(line) is None and line.strip():
                # Not syslog at all: the reader of the log counts it.
                yield line
            return
        process = found["pid"] or found["procid"] or ""
        message = self._open.get(process)
        if (
            message is None
            or found["line"] == "1"
            or message.number != found["message"]
        ):
            if message is not None:
                yield from message.lines
                del self._open[process]
            message = _Message(number=found["message"], head=self._head(found))
            self._open[process] = message
            while len(self._open) > _MAX_OPEN:
                yield from self._open.pop(next(iter(self._open))).lines
        self._add(message, found["text"])

    def flush(self) -> Iterator[str]:
        """What was still open at the end."""
        for message in self._open.values():
            yield from message.lines
        self._open.clear()

    def _head(self, found: re.Match[str]) -> str:
        """Time and process, for a log_line_prefix that leaves them to syslog."""
        moment, zone = self._moment(found), "UTC" if found["iso"] else _UNKNOWN_ZONE
        pid = found["pid"] or re.sub(r"\D", "", found["procid"] or "")
        milliseconds = moment.microsecond // 1000
        return f"{moment:%Y-%m-%d %H:%M:%S}.{milliseconds:03d} {zone} [{pid[:10]}] "

    def _moment(self, found: re.Match[str]) -> datetime:
        """When a line was written; of a time that no clock shows, what is assumed."""
        try:
            if found["iso"]:
                return datetime.fromisoformat(found["iso"]).astimezone(UTC)
            month = _MONTHS.index(found["month"]) + 1
            clock = datetime.strptime(found["clock"], "%H:%M:%S").time()
            day = int(found["day"])
            # A month after that of the last write was in the year before.
            year = self._assumed.year - (month > self._assumed.month)
            return datetime(year, month, day, clock.hour, clock.minute, clock.second)
        except (ValueError, OverflowError):
            return self._assumed

    def _add(self, message: _Message, text: str) -> None:
        text = text.replace("#011", "\t")
        size = len(text.encode("utf-8", "replace"))
        if not message.lines or text.startswith("\t"):
            line = text if message.lines else self._with_time(message, text)
            message.lines.append(line)
        elif _is_cut(message.last_bytes, text):
            message.lines[-1] += text
        else:
            message.lines.append(self._with_time(message, text))
        message.last_bytes = size

    def _with_time(self, message: _Message, text: str) -> str:
        has_time = _has_time(text) if self._has_time is None else self._has_time
        return text if has_time else message.head + text


def _is_cut(bytes_before: int, text: str) -> bool:
    """Whether a line goes on with the one before, which was too long for syslog."""
    return bytes_before >= _LIMIT_BYTES or (
        bytes_before >= _CUT_FROM_BYTES and text.startswith(" ")
    )


def _has_time(text: str) -> bool:
    """Whether a time stands before the severity; one behind it is the message's."""
    severity = _SEVERITY.search(text, 0, _MAX_HEAD_CHARS)
    end = _MAX_HEAD_CHARS if severity is None else severity.start()
    return _TIME.search(text, 0, end) is not None
