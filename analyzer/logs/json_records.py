"""Lines of a json log that are plain messages, found by their quotes.

The server writes the keys in one order, without blanks. Lines in which all that is
there is as expected are read here; all others are left to :mod:`analyzer.logs.jsonlog`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analyzer.logs.entry import Origin
from analyzer.logs.json_text import load
from analyzer.logs.jsonlog import origin_of
from analyzer.logs.message_rows import Heads, Messages
from analyzer.logs.record_cursor import SPARE_QUOTES, Cursor
from analyzer.logs.slices import (
    Bools,
    Bytes,
    Longs,
    begins_with,
    colons_of,
    digits_end,
    grouped,
    hashes,
    mixed,
    numbers,
)
from analyzer.logs.time_columns import TimeReader
from analyzer.logs.timestamps import Clock

_QUOTE, _BACKSLASH, _MINUS, _END = b'"\\-\n'
_TIME = b'{"timestamp":"'
_SEVERITY = b',"error_severity":"LOG"'
_BEFORE = ("user", "dbname", "pid", "remote_host", "remote_port", "session_id")
_PLAIN_ESCAPES = np.zeros(256, np.bool_)
_PLAIN_ESCAPES[[*b'"\\/bfnrt']] = True
_NUMBERS = frozenset({"pid", "remote_port"})


class Records:
    """The lines of a window, and the quotes that begin and end strings."""

    def __init__(self, data: bytes, buffer: Bytes) -> None:
        """Find line ends and quotes."""
        self.data = data
        self.buffer = buffer
        size = len(data)
        self.ends: Longs = np.flatnonzero(buffer[:size] == _END)
        self.starts: Longs = np.append(0, self.ends[:-1] + 1)[: len(self.ends)]
        self.escapes: Longs = np.flatnonzero(buffer[:size] == _BACKSLASH)
        # Lines with what JSON does not allow, or with halves of characters.
        odd = self.escapes[~_PLAIN_ESCAPES[buffer[self.escapes + 1]]]
        control = np.flatnonzero(buffer[:size] < ord(" "))
        control = control[buffer[control] != _END]
        self.has_doubt: Bools = np.zeros(len(self.ends) + 1, np.bool_)
        for places in (odd, control):
            self.has_doubt[np.searchsorted(self.ends, places)] = True
        quotes = np.flatnonzero(buffer[:size] == _QUOTE)
        quotes = quotes[~_is_escaped(buffer, quotes)]
        self.quotes: Longs = np.append(quotes, np.full(SPARE_QUOTES, size))


def _is_escaped(buffer: Bytes, quotes: Longs) -> Bools:
    """Whether an odd number of backslashes stands before each quote."""
    count = np.zeros(len(quotes), np.int64)
    left = np.flatnonzero(buffer[quotes - 1] == _BACKSLASH)
    while len(left):
        count[left] += 1
        place = quotes[left] - count[left] - 1
        left = left[(place >= 0) & (buffer[place] == _BACKSLASH)]
    found: Bools = count % 2 == 1
    return found


class _Cursor(Cursor):
    """Reads keys with their values, each of which may be missing."""

    def text(self, key: str, *, needed: bool = False) -> None:
        """Pass a text; its start and end are noted, -1 without it."""
        word = f',"{key}":"'.encode()
        has = begins_with(self.buffer, self.at, word)
        if needed:
            self.keep(has)
            has = has[has]
        start = self.at + len(word)
        end = self.quotes[self.quote + 3]
        self.note(f"{key}_start", np.where(has, start, -1))
        self.note(f"{key}_end", np.where(has, end, -1))
        self._pass(has, end + 1, 4)

    def number(self, key: str) -> None:
        """Pass a number; it is noted, 0 without it."""
        word = f',"{key}":'.encode()
        has = begins_with(self.buffer, self.at, word)
        start = np.where(has, self.at + len(word), self.at)
        digits = start + (self.buffer[start] == _MINUS)
        end = np.where(has, digits_end(self.buffer, digits, 19), digits)
        value = numbers(self.buffer, digits, end)
        # Nineteen digits may be more than there are numbers.
        is_number = (end > digits) & (value >= 0)
        is_number &= (self.buffer[digits] != ord("0")) | (end == digits + 1)
        self.note(key, np.where(digits > start, -value, value))
        self._pass(has, end, 2)
        self.keep(~has | is_number)

    def _pass(self, has: Bools, at: Longs, quotes: int) -> None:
        if bool(has.all()):
            self.at, self.quote = at, self.quote + quotes
        else:
            self.at = np.where(has, at, self.at)
            self.quote = self.quote + has * np.int64(quotes)

    def pass_number(self, key: str) -> None:
        """Pass a number of which nothing is to be known."""
        word = f',"{key}":'.encode()
        has = begins_with(self.buffer, self.at, word)
        start = self.at + len(word)
        end = digits_end(self.buffer, start, 19)
        is_number = (end > start) & (
            (self.buffer[start] != ord("0")) | (end == start + 1)
        )
        self._pass(has, end, 2)
        self.keep(~has | is_number)

    def local_id(self) -> None:
        """Pass the virtual transaction id, whose second half is noted."""
        self.text("vxid")
        start, end = self.fields["vxid_start"], self.fields["vxid_end"]
        start, end = np.maximum(start, 0), np.maximum(end, 0)
        slash = digits_end(self.buffer, start, 10)
        good = (self.buffer[slash] == ord("/")) & (
            digits_end(self.buffer, slash + 1, 10) == end
        )
        begin = np.where(good & (end > start), slash + 1, end)
        self.note("local", numbers(self.buffer, begin, end))
        self.keep(good | (end == start))


def plain_messages(
    records: Records, times: TimeReader, clock: Clock
) -> tuple[Messages, Heads]:
    """The plain messages among some lines."""
    buffer = records.buffer
    good = begins_with(buffer, records.starts, _TIME) & ~records.has_doubt[:-1]
    rows = np.flatnonzero(good)
    read = times.read(buffer, records.starts[rows] + len(_TIME))
    rows, ends, times_us = (
        values[read.is_time] for values in (rows, read.end, read.logged_at_us)
    )
    cursor = _Cursor(buffer, records.quotes, rows, ends)
    cursor.note("time", times_us)
    cursor.keep(buffer[cursor.at] == _QUOTE)
    cursor.at, cursor.quote = cursor.at + 1, cursor.quote + 1
    cursor.note_place("head_start")
    for key in _BEFORE:
        (cursor.pass_number if key in _NUMBERS else cursor.text)(key)
    cursor.note_place("head_end")
    cursor.pass_number("line_num")
    cursor.text("ps")
    cursor.text("session_start")
    cursor.local_id()
    cursor.pass_number("txid")
    cursor.expect(_SEVERITY)
    cursor.text("message", needed=True)
    cursor.text("detail")
    cursor.note_place("tail_start")
    cursor.text("application_name")
    cursor.note_place("tail_end")
    cursor.text("backend_type")
    cursor.pass_number("leader_pid")
    cursor.number("query_id")
    cursor.keep(buffer[cursor.at] == ord("}"))
    cursor.keep(cursor.at + 1 == records.ends[cursor.rows])
    return _messages(records, cursor), _heads(records, cursor, clock)


def _messages(records: Records, cursor: Cursor) -> Messages:
    fields = cursor.fields
    detail_start, detail_end = fields["detail_start"], fields["detail_end"]
    return Messages(
        data=records.data,
        buffer=records.buffer,
        colons=colons_of(records.buffer),
        order=cursor.rows,
        starts=fields["message_start"],
        ends=fields["message_end"],
        detail_starts=detail_start,
        detail_ends=detail_end,
        has_odd_detail=_has_between(records.escapes, detail_start, detail_end),
        clean=clean,
    )


def _heads(records: Records, cursor: Cursor, clock: Clock) -> Heads:
    fields = cursor.fields
    names = ("head_start", "head_end", "tail_start", "tail_end")
    origins, origin = _origins(records, [fields[name] for name in names], clock)
    return Heads(
        logged_at_us=fields["time"],
        origin=origin,
        local_transaction_id=fields["local"],
        queryid=fields["query_id"],
        origins=origins,
    )


def _has_between(places: Longs, starts: Longs, ends: Longs) -> Bools:
    found: Bools = np.searchsorted(places, starts) < np.searchsorted(places, ends)
    return found


def _origins(
    records: Records, places: Sequence[Longs], clock: Clock
) -> tuple[list[Origin], Longs]:
    data, buffer = records.data, records.buffer
    start, end, from_, to = places
    keys = mixed(hashes(buffer, start, end).view(np.uint64), buffer, from_, to)
    first, index = grouped(keys)
    chosen = (place[first].tolist() for place in places)
    texts = [data[a:b] + data[c:d] for a, b, c, d in zip(*chosen, strict=True)]
    origins = []
    for text in texts:
        # Both begin with a comma, and hold keys with values only.
        record = load("{" + text[1:].decode("utf-8", "replace") + "}")
        origins.append(origin_of(record, clock))
    return origins, index


def clean(raw: bytes) -> bytes:
    """Without escapes."""
    if b"\\" not in raw:
        return raw
    text: str = load('"' + raw.decode("utf-8", "replace") + '"')
    return text.encode("utf-8", "replace")
