"""What a log is, told by its first lines and not by its name."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from analyzer.logs.csvlog import COLUMN_COUNTS, RECORD_START
from analyzer.logs.entry import UNKNOWN_TIME
from analyzer.logs.line_prefix import LinePrefix
from analyzer.logs.pgbouncer import is_pgbouncer
from analyzer.logs.prefix_detection import LOOSE, detect_prefix
from analyzer.logs.severity import SEVERITY_PATTERN
from analyzer.logs.splitter import Splitter

_SEVERITY_NEAR = re.compile(".{0,300}?" + SEVERITY_PATTERN)


class LogFormat(StrEnum):
    """The values of log_destination that make files, and PgBouncer's log."""

    STDERR = "stderr"
    CSV = "csvlog"
    JSON = "jsonlog"
    PGBOUNCER = "pgbouncer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognized:
    """Format and conventions of one file.

    Attributes:
        format: of the file.
        prefix: of a plain log.
        fallback: a looser prefix, where ``prefix`` was inferred from a sample.
        tabs_stripped: continuation lines have lost their tab.
        crlf: every line ends in CR LF.
        assumed_time: for lines that have none.
    """

    format: LogFormat
    prefix: LinePrefix | None = None
    fallback: LinePrefix | None = None
    tabs_stripped: bool = False
    crlf: bool = False
    assumed_time: datetime = UNKNOWN_TIME


def recognize(
    sample: Sequence[str],
    given: LinePrefix | None = None,
    setting: LinePrefix | None = None,
) -> Recognized | None:
    r"""Tell format, prefix and conventions, or none if the lines are no log.

    Args:
        sample: the first lines, without ``\n``.
        given: prefix the user named; it is checked, not trusted.
        setting: the server's prefix of today, taken if it explains the lines.
    """
    lines = [line for line in sample if line.strip()]
    crlf = bool(lines) and all(line.endswith("\r") for line in lines[:-1] or lines)
    if crlf:
        lines = [line.removesuffix("\r") for line in lines]
    if any(_is_json(line) for line in lines[:20]):
        return Recognized(format=LogFormat.JSON, crlf=crlf)
    if any(_is_csv(lines, number) for number in range(min(len(lines), 20))):
        return Recognized(format=LogFormat.CSV, crlf=crlf)
    if given is None and is_pgbouncer(lines):
        return Recognized(format=LogFormat.PGBOUNCER, crlf=crlf)
    prefix = detect_prefix(lines, setting) if given is None else given
    if prefix is None or not any(map(Splitter(prefix).split, lines)):
        return None
    return Recognized(
        format=LogFormat.STDERR,
        prefix=prefix,
        fallback=LOOSE if given is None else None,
        tabs_stripped=_tabs_stripped(lines, prefix),
        crlf=crlf,
    )


def _is_json(line: str) -> bool:
    if not line.startswith("{") or '"error_severity"' not in line:
        return False
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _is_csv(lines: Sequence[str], number: int) -> bool:
    if not RECORD_START.match(lines[number]):
        return False
    text = lines[number]
    for line in lines[number + 1 : number + 2000]:
        if text.count('"') % 2 == 0:
            break
        text = f"{text}\n{line}"
    try:
        return len(next(csv.reader([text]), [])) in COLUMN_COUNTS
    except csv.Error:
        return False


def _tabs_stripped(lines: Sequence[str], prefix: LinePrefix) -> bool:
    """Whether lines without prefix are continuations that a relay took the tab from.

    Not if any line has its tab, and not if the lines look like records of another
    prefix: then it is the prefix that is wrong.
    """
    if any(line.startswith("\t") for line in lines):
        return False
    splitter = Splitter(prefix)
    others = [line for line in lines if splitter.split(line) is None]
    if not others:
        return False
    look_like_records = sum(_SEVERITY_NEAR.match(line) is not None for line in others)
    return look_like_records * 5 < len(others)
