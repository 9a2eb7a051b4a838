"""Records of a csv log that are plain messages of a client, found by their quotes.

Everything that needs no guess is read here: records with user, database, host, command
tag and message, and perhaps a DETAIL, without quotes in their names. All others are
left to :mod:`analyzer.logs.csvlog`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analyzer.logs.csvlog import host_of
from analyzer.logs.entry import Origin
from analyzer.logs.message_rows import Heads, Messages
from analyzer.logs.record_cursor import SPARE_QUOTES, Cursor
from analyzer.logs.slices import (
    Bytes,
    Longs,
    colons_of,
    digits_end,
    find,
    grouped,
    hashes,
    mixed,
    numbers,
)
from analyzer.logs.time_columns import TimeReader

_QUOTE, _COMMA, _MINUS, _END = b'",-\n'
_SUCCESS = b",LOG,00000,"
_MAX_FIELD = 64
_NOTHING = b",,,,,,,,"
"""Behind the DETAIL: hint, internal query and its place, context, query and its place,
location; then the application follows."""


class Records:
    """The records of a window: what ends in a line end outside quotes."""

    def __init__(self, data: bytes, buffer: Bytes) -> None:
        """Find quotes and line ends."""
        self.data = data
        self.buffer = buffer
        size = len(data)
        self.quotes: Longs = np.append(
            np.flatnonzero(buffer[:size] == _QUOTE), np.full(SPARE_QUOTES, size)
        )
        lines = np.flatnonzero(buffer[:size] == _END)
        # A line end behind an even number of quotes is outside of them.
        outside = np.searchsorted(self.quotes, lines) % 2 == 0
        self.ends: Longs = lines[outside]
        self.starts: Longs = np.append(0, self.ends[:-1] + 1)[: len(self.ends)]
        self.is_whole = bool(len(self.ends)) and int(self.ends[-1]) == size - 1


class _Cursor(Cursor):
    """Reads fields between commas."""

    def quoted(self, name: str = "") -> None:
        """Pass a quoted field without quotes in it."""
        self.keep(self.quotes[self.quote] == self.at)
        end = self.quotes[self.quote + 1]
        if name:
            self.note(f"{name}_start", self.at + 1)
            self.note(f"{name}_end", end)
        self.at, self.quote = end + 1, self.quote + 2
        self.keep(self.buffer[self.at] != _QUOTE)

    def text(self, name: str) -> None:
        """Pass a quoted field that may have quotes in it."""
        self.keep(self.quotes[self.quote] == self.at)
        self._text(name, np.arange(len(self.at)))

    def _text(self, name: str, left: Longs) -> None:
        """Pass the quoted fields of some records; the others have none."""
        has = np.zeros(len(self.at), np.bool_)
        has[left] = True
        has_quotes = np.zeros(len(has), np.bool_)
        last = self.quote + 1
        while len(left):
            left = left[self.buffer[self.quotes[last[left]] + 1] == _QUOTE]
            last[left] += 2
            has_quotes[left] = True
        end = self.quotes[last]
        self.note(f"{name}_start", np.where(has, self.at + 1, -1))
        self.note(f"{name}_end", np.where(has, end, -1))
        self.note(f"{name}_has_quotes", has_quotes.astype(np.int64))
        self.at = np.where(has, end + 1, self.at)
        self.quote = np.where(has, last + 1, self.quote)

    def text_or_nothing(self, name: str) -> None:
        """Pass a quoted field, or an empty one."""
        self._text(name, np.flatnonzero(self.buffer[self.at] == _QUOTE))

    def plain(self) -> Longs:
        """Pass a comma and a field without quotes; where the field starts."""
        self.keep(self.buffer[self.at] == _COMMA)
        start = self.at + 1
        self.at = find(self.buffer, start, _COMMA, _MAX_FIELD)
        is_ended = self.buffer[self.at] == _COMMA
        self.keep(is_ended)
        starts: Longs = start[is_ended]
        return starts

    def process_id(self) -> None:
        """Pass a comma and digits."""
        start = self.plain()
        end = digits_end(self.buffer, start, 10)
        self.keep((end == self.at) & (end > start))

    def local_id(self) -> None:
        """Pass a comma and a virtual transaction id, whose second half is noted."""
        start = self.plain()
        slash = digits_end(self.buffer, start, 10)
        end = digits_end(self.buffer, slash + 1, 10)
        good = (self.buffer[slash] == ord("/")) & (end == self.at)
        self.note(
            "local", numbers(self.buffer, np.where(good, slash + 1, self.at), self.at)
        )
        self.keep(good | (start == self.at))

    def queryid(self) -> None:
        """Pass a number."""
        digits = self.at + (self.buffer[self.at] == _MINUS)
        end = digits_end(self.buffer, digits, 19)
        value = numbers(self.buffer, digits, end)
        # Nineteen digits may be more than there are numbers.
        good = (end > digits) & (value >= 0)
        self.note("queryid", np.where(digits > self.at, -value, value))
        self.at = end
        self.keep(good)


def plain_messages(
    records: Records, times: TimeReader, width: int
) -> tuple[Messages, Heads]:
    """The plain messages among some records.

    Args:
        records: of a window.
        times: of the log.
        width: columns of the records: 23, 24 or 26.
    """
    buffer = records.buffer
    read = times.read(buffer, records.starts)
    rows = np.flatnonzero(read.is_time)
    cursor = _Cursor(buffer, records.quotes, rows, read.end[rows])
    cursor.note_place("head_start")
    _read_head(cursor)
    cursor.text("message")
    cursor.expect(b",")
    cursor.text_or_nothing("detail")
    cursor.expect(_NOTHING)
    cursor.quoted("application")
    _read_last_columns(cursor, width)
    cursor.keep(cursor.at == records.ends[cursor.rows])
    fields = cursor.fields
    origins, origin = _origins(records, fields)
    none = np.zeros(len(cursor.rows), np.int64)
    return Messages(
        data=records.data,
        buffer=buffer,
        colons=colons_of(buffer),
        order=cursor.rows,
        starts=fields["message_start"],
        ends=fields["message_end"],
        detail_starts=fields["detail_start"],
        detail_ends=fields["detail_end"],
        has_odd_detail=fields["detail_has_quotes"] > 0,
        clean=clean,
    ), Heads(
        logged_at_us=read.logged_at_us[cursor.rows],
        origin=origin,
        local_transaction_id=fields["local"],
        queryid=fields.get("queryid", none),
        origins=origins,
    )


def _read_head(cursor: _Cursor) -> None:
    """User, database, process, host, session, and what changes from line to line."""
    cursor.expect(b",")
    cursor.quoted()
    cursor.expect(b",")
    cursor.quoted()
    cursor.process_id()
    cursor.expect(b",")
    cursor.quoted()
    cursor.plain()
    cursor.note_place("head_end")
    cursor.plain()
    cursor.expect(b",")
    cursor.quoted()
    cursor.plain()
    cursor.local_id()
    cursor.plain()
    cursor.expect(_SUCCESS)


def _read_last_columns(cursor: _Cursor, width: int) -> None:
    """Backend type, leader and query id, as far as there are any."""
    if width > 23:
        cursor.expect(b",")
        cursor.quoted()
    if width > 24:
        cursor.plain()
        cursor.expect(b",")
        cursor.queryid()


def _origins(
    records: Records, fields: Mapping[str, Longs]
) -> tuple[list[Origin], Longs]:
    data, buffer = records.data, records.buffer
    places = [
        fields[name]
        for name in ("head_start", "head_end", "application_start", "application_end")
    ]
    start, end, from_, to = places
    keys = mixed(hashes(buffer, start, end).view(np.uint64), buffer, from_, to)
    first, index = grouped(keys)
    chosen = (place[first].tolist() for place in places)
    # The comma behind the head parts the two.
    texts = [data[a : b + 1] + data[c:d] for a, b, c, d in zip(*chosen, strict=True)]
    return [_origin(text.decode("utf-8", "replace")) for text in texts], index


def _origin(text: str) -> Origin:
    # A comma, then names in quotes without quotes in them, so these are all; the
    # application's name stands behind the session.
    _, user, _, database, process_id, host, rest = text.split('"')
    session, _, application = rest[1:].partition(",")
    return Origin(
        process_id=int(process_id.strip(",")),
        session_id=session,
        user=user,
        database=database,
        application_name=application,
        remote_host=host_of(host),
    )


def clean(raw: bytes) -> bytes:
    """Without the doubling of quotes."""
    return raw.replace(b'""', b'"') if b'"' in raw else raw
