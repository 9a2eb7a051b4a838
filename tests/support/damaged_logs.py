"""Pieces of real logs, written in any form and damaged, and what is read from them.

A piece is read three times: message by message, in columns, and in columns of small
windows. All must tell the same, within bounds of time and memory, and never crash.
"""

from __future__ import annotations

import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

import pytest

from analyzer.domain.execution import LogContents
from analyzer.errors import LogFormatError
from analyzer.logs.csvlog import read_csvlog
from analyzer.logs.entry import LogEntry
from analyzer.logs.jsonlog import read_jsonlog
from analyzer.logs.readers import stderr_options
from analyzer.logs.recognize import LogFormat, recognize
from analyzer.logs.stderr import StderrReader
from analyzer.logs.tally import Tally
from analyzer.logs.timestamps import Clock
from analyzer.report.logs_as_json import log_report as as_document
from analyzer.sources.log_files import LogOptions, read_log_files
from analyzer.workload.log_summary import log_report
from tests.support import log_relays as relays
from tests.support.log_writer import as_csv, as_json, as_stderr

PREFIXES = (
    "%m [%p] ",
    "%m [%p] %q%u@%d ",
    "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
    "%m [%p] %c %v %x %e %Q %q%u@%d/%a %h ",
    "%t:%r:%u@%d:[%p]:",
    "%m|%u|%d|%p|%a|",
    "[%m] [%p] %e ",
    "%n [%p] ",
    "%p %u %m ",
    "%a %u %d %r %c ",
    "%q%m [%p] ",
    "%m",
    "%p ",
)
MAX_LINES = 120
MAX_CHARS_OF_A_PIECE = 120_000
MAX_SECONDS = 60
MAX_GROWTH_BYTES = 400 << 20


class TooLong(Exception):
    """A piece took longer than any may."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A log to be read.

    Attributes:
        data: of the file.
        prefix: log_line_prefix, if it is given.
        window_bytes: size of the small windows.
        form: how it was written, for people.
    """

    data: bytes
    prefix: str | None
    window_bytes: int
    form: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """A real log: its lines, and its messages."""

    lines: Sequence[str]
    entries: Sequence[LogEntry]


def source_of(text: str) -> Source:
    """Read a log that is not damaged.

    Raises:
        ValueError: it is no log.
    """
    lines = text.removesuffix("\n").split("\n")
    recognized = recognize(lines[:2000])
    if recognized is None:
        raise ValueError("this is no log")
    blocks, clock, tally = [lines], Clock(), Tally()
    if recognized.format is LogFormat.CSV:
        entries = read_csvlog(blocks, clock, tally)
    elif recognized.format is LogFormat.JSON:
        entries = read_jsonlog(blocks, clock, tally)
    elif recognized.format is LogFormat.PGBOUNCER:
        entries = iter(())
    else:
        entries = StderrReader(stderr_options(recognized), clock, tally).read(blocks)
    return Source(lines=lines, entries=list(entries))


def pieces(sources: Sequence[Source], chance: random.Random) -> Iterator[Piece]:
    """Pieces without end."""
    while True:
        source = chance.choice(sources)
        prefix = chance.choice(PREFIXES)
        form = "as it is"
        if not source.entries or chance.random() < 0.3:
            at = chance.randrange(max(len(source.lines) - MAX_LINES, 1))
            lines = list(source.lines[at : at + chance.randrange(1, MAX_LINES)])
            given = None
        else:
            at = chance.randrange(max(len(source.entries) - MAX_LINES, 1))
            some = source.entries[at : at + chance.randrange(1, MAX_LINES)]
            form = chance.choice([*FORMS])
            lines = FORMS[form](some, prefix)
            is_plain = form not in ("csv", "csv of 12", "json", "cnpg")
            given = prefix if is_plain and chance.random() < 0.5 else None
            form = f"{form}, {prefix!r}" if is_plain else form
        text = "\n".join(lines)[:MAX_CHARS_OF_A_PIECE]
        yield Piece(
            data=damaged(text.encode("utf-8", "surrogateescape") + b"\n", chance),
            prefix=given,
            window_bytes=chance.choice((500, 2_000, 7_919, 30_000)),
            form=form,
        )


Form = Callable[[Sequence[LogEntry], str], list[str]]


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n")


FORMS: dict[str, Form] = {
    "plain": lambda some, prefix: _lines(as_stderr(some, prefix)),
    "plain twice": lambda some, prefix: _lines(as_stderr(some, prefix)) * 2,
    "csv": lambda some, _: _lines(as_csv(some)),
    "csv of 12": lambda some, _: _lines(as_csv(some, 23)),
    "json": lambda some, _: _lines(as_json(some)),
    "docker": lambda some, prefix: list(relays.docker(as_stderr(some, prefix))),
    "cloud": lambda some, prefix: list(
        relays.objects(as_stderr(some, prefix), "textPayload")
    ),
    "array": lambda some, prefix: list(relays.array(as_stderr(some, prefix))),
    "azure": lambda some, prefix: list(relays.azure(some, prefix)),
    "cnpg": lambda some, _: list(relays.cnpg(some)),
    "syslog": lambda some, prefix: list(relays.syslog(some, prefix, relays.SYSLOG)),
    "heroku": lambda some, prefix: list(relays.syslog(some, prefix, relays.HEROKU)),
}


FORGED = (
    b"LOG:  duration: 99999.000 ms  statement: SELECT 666",
    b"ERROR:  forged",
    b"DETAIL:  parameters: $1 = 'x'",
    b"2026-11-23 13:24:37.490 UTC [1] LOG:  duration: 5.000 ms",
    b"STATEMENT:  SELECT 1",
    b"  statement: ",
    b'"duration: 1.000 ms  statement: SELECT 1"',
    b'"message":"duration: 1.000 ms","error_severity":"LOG"',
    b"CONTEXT:  unnamed portal",
    b"\tLOG:  ",
)
_BYTES = (b"\0", b"\r", b"\n", b"\t", b'"', b"'", b"\\", b",", b":", b"  ", b"{", b"}",
          b"\xff", b"\xc3", b"\xf0\x9f", b"9" * 30, b"$1", b"%", b"[", b"\xe2\x80\xa8",
          b"-", b"/", b"\\u0000", b"\\ud800", b'""', b"\x1b", b"\x85", b"\x1e",
          b" ")  # fmt: skip


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The bytes, damaged in some places, or not at all."""
    for _ in range(chance.choice((0, 0, 1, 1, 1, 2, 3, 5, 12))):
        data = chance.choice(DAMAGES)(data, chance)
    return data


def _at(data: bytes, chance: random.Random) -> int:
    """A place, often where something of the format stands."""
    at = chance.randrange(len(data) + 1)
    if chance.random() < 0.5:
        mark = chance.choice((b"\n", b":", b",", b'"', b"LOG", b"duration", b"DETAIL"))
        found = data.find(mark, at)
        at = found + chance.choice((0, len(mark))) if found >= 0 else at
    return at


def _flip(data: bytes, chance: random.Random) -> bytes:
    at = _at(data, chance)
    if at >= len(data):
        return data
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def _insert(data: bytes, chance: random.Random) -> bytes:
    at = _at(data, chance)
    return data[:at] + chance.choice((*_BYTES, *FORGED)) + data[at:]


def _cut(data: bytes, chance: random.Random) -> bytes:
    at = _at(data, chance)
    return data[:at] + data[at + chance.choice((1, 1, 2, 7, 40, 300)) :]


def _end(data: bytes, chance: random.Random) -> bytes:
    return data[: _at(data, chance)]


def _begin(data: bytes, chance: random.Random) -> bytes:
    return data[min(_at(data, chance), len(data) // 2) :]


def _join(data: bytes, chance: random.Random) -> bytes:
    """Two lines become one."""
    at = data.find(b"\n", _at(data, chance))
    return data if at < 0 else data[:at] + data[at + 1 :]


def _copy(data: bytes, chance: random.Random) -> bytes:
    """Something stands somewhere else as well."""
    start, to = _at(data, chance), _at(data, chance)
    part = data[start : start + chance.choice((3, 20, 80, 400))]
    return data[:to] + part + data[to:]


def _repeat(data: bytes, chance: random.Random) -> bytes:
    at = _at(data, chance)
    part = data[at : at + chance.choice((1, 2, 9, 60))]
    return data[:at] + part * chance.choice((2, 3, 70, 1100)) + data[at:]


def _swap_lines(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _forge(data: bytes, chance: random.Random) -> bytes:
    """A client's name becomes one that looks like a line."""
    name = chance.choice((b"app=", b"@shop/", b"/web", b'"web"', b"pgproof", b"psql"))
    made = chance.choice(FORGED)[:63]
    if chance.random() < 0.5:
        return data.replace(name, name + made)
    at = data.find(name, _at(data, chance))
    return data if at < 0 else data[:at] + made + data[at + len(name) :]


def _returns(data: bytes, _chance: random.Random) -> bytes:
    return data.replace(b"\n", b"\r\n")


def _one_return(data: bytes, chance: random.Random) -> bytes:
    at = data.find(b"\n", _at(data, chance))
    return data if at < 0 else data[:at] + b"\r" + data[at:]


def _no_tabs(data: bytes, _chance: random.Random) -> bytes:
    return data.replace(b"\n\t", b"\n")


DAMAGES = (
    *[_flip] * 5, *[_insert] * 5, *[_cut] * 3, _end, _begin, *[_join] * 2, *[_copy] * 2,
    _repeat, _swap_lines, _forge, _forge, _returns, _one_return, _no_tabs,
)  # fmt: skip


def difference(piece: Piece, folder: Path) -> str:
    """What is wrong with how a piece is read; empty if nothing is.

    Raises:
        TooLong: it took more than a minute.
    """
    path = folder / "piece.log"
    path.write_bytes(piece.data)
    careful = _read(path, piece, careful=True, window_bytes=None)
    whole = _read(path, piece, careful=False, window_bytes=None)
    if careful != whole:
        return f"columns differ: {_shown(careful, whole)}"
    small = _read(path, piece, careful=False, window_bytes=piece.window_bytes)
    if whole != small:
        return f"windows of {piece.window_bytes} differ: {_shown(whole, small)}"
    return ""


Told = dict[str, object]


def _read(path: Path, piece: Piece, *, careful: bool, window_bytes: int | None) -> Told:
    with pytest.MonkeyPatch.context() as patch, _time_limit():
        if careful:
            patch.setattr("analyzer.sources.log_files.window_reader", lambda *_: None)
        if window_bytes is not None:
            patch.setattr("analyzer.sources.log_bytes.WINDOW_BYTES", window_bytes)
            patch.setattr("analyzer.sources.log_bytes.BLOCK_BYTES", window_bytes // 3)
        try:
            contents = read_log_files([path], LogOptions(line_prefix=piece.prefix))
        except LogFormatError as error:
            return {"error": str(error)}
        if not careful and window_bytes is None:
            as_document(log_report(contents))
    return told(contents)


def told(contents: LogContents) -> Told:
    """All that must be alike, whichever way it was read.

    Columns keep the second half of a virtual transaction, as a number, and no
    transaction.
    """

    def local(written: str) -> int:
        number = written.rpartition("/")[2]
        is_known = number.isdecimal() and number.isascii() and len(number) < 19
        return int(number) if is_known else 0

    runs: Counter[object] = Counter(
        repr(
            replace(
                item,
                virtual_transaction_id=str(local(item.virtual_transaction_id)),
                transaction_id=0,
                tags={},
            )
        )
        for item in contents.executions
    )
    (coverage,) = contents.coverage
    return {
        "executions": runs,
        "waits": Counter(map(repr, contents.lock_waits)),
        "events": Counter(
            repr(replace(item, details={}, shown_message="", table=""))
            for item in contents.events
        ),
        "lines": coverage.line_count,
        "not understood": (coverage.not_understood_count, coverage.examples),
        "coverage": repr(replace(coverage, bytes_read=0, unknown_zones=())),
    }


def _shown(one: Told, other: Told) -> str:
    for name in one | other:
        mine, theirs = one.get(name), other.get(name)
        if mine == theirs:
            continue
        if isinstance(mine, Counter) and isinstance(theirs, Counter):
            return f"{name}: {list(mine - theirs)[:2]} != {list(theirs - mine)[:2]}"
        return f"{name}: {str(mine)[:2000]} != {str(theirs)[:2000]}"
    return ""


@contextmanager
def _time_limit() -> Iterator[None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TooLong(f"more than {MAX_SECONDS} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(MAX_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def smaller(piece: Piece, is_bad: Callable[[Piece], bool]) -> Piece:
    """The piece with as few lines as still show what is wrong."""
    lines = piece.data.split(b"\n")
    step = max(len(lines) // 2, 1)
    while True:
        at = 0
        while at < len(lines):
            rest = lines[:at] + lines[at + step :]
            tried = replace(piece, data=b"\n".join(rest))
            if rest and is_bad(tried):
                lines, piece = rest, tried
            else:
                at += step
        if step == 1:
            return piece
        step = max(step // 2, 1)
