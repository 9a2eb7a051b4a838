"""Kernels that all scanners of logs share: times, numbers, hashes, durations.

Each looks at a place and tells the place behind what it found, or 0 for nothing. At
place 0 nothing is ever found, so calls can be put in a row and asked at the end. What
is found is written into the row of the record, whose layout is :data:`ROW`.
"""

from __future__ import annotations

import numpy as np

from analyzer.logs.entry import MAX_TEXT_CHARS
from analyzer.logs.slices import FACTOR, SEED
from analyzer.native.language import (
    Int,
    Long,
    below,
    is_at,
    long,
    put32,
    put64,
    u8,
    u64,
)

ROW = np.dtype(
    {
        "names": [
            "start", "end", "is_row", "verb", "within_us", "text_start", "text_end",
            "detail_start", "detail_end", "has_odd_detail", "head_start", "head_end",
            "name_start", "name_end", "time_high", "time_low", "zone", "duration_us",
            "local_transaction_id", "queryid", "text_hash", "detail_hash",
            "origin_hash", "line", "severity", "message_start", "has_parameters",
        ],
        "formats": ["<i4"] * 14 + ["<u8"] * 3 + ["<i8"] * 6 + ["<i4"] * 4,
        "offsets": [*range(0, 56, 4), *range(56, 128, 8), *range(128, 144, 4)],
        "itemsize": 144,
    }
)  # fmt: skip
"""What a scanner writes of each record.

``start`` and ``end`` are of the record; all else is only known of rows: of messages
that are durations beyond doubt. Places count from the start of the memory. The head is
what names the process, ``name`` the application's where it stands apart. The last four
are of plain logs, where a row is a line that leaves no doubt with those that go on with
it: its number, the severity, what is behind it, and if that can be what was bound. Of a
csv log the first of them is how many lines the record has.
"""
ROW_BYTES = 144
START, END, IS_ROW, VERB, WITHIN_US, TEXT_START, TEXT_END = range(0, 28, 4)
DETAIL_START, DETAIL_END, HAS_ODD_DETAIL, HEAD_START, HEAD_END = range(28, 48, 4)
NAME_START, NAME_END = range(48, 56, 4)
TIME_HIGH, TIME_LOW, ZONE, DURATION_US, LOCAL, QUERYID = range(56, 104, 8)
TEXT_HASH, DETAIL_HASH, ORIGIN_HASH = range(104, 128, 8)
LINE, SEVERITY, MESSAGE_START, HAS_PARAMETERS = range(128, 144, 4)

STATEMENT, PARSE, BIND, EXECUTE, LOGGED, LOGGED_EXECUTE, ALONE = range(7)
NO_VERB = 255
QUOTE, COMMA, MINUS, LINE_END, POINT, COLON, SLASH, BLANK = b'",-\n.:/ '
ZERO = ord("0")
MINUTE_BYTES = 16
MAX_ZONE_BYTES = 8
MAX_WHOLE_DIGITS = 11
PARAMETERS_BYTES = len("parameters: ")
QUOTES = 0x2222222222222222
COLONS = 0x3A3A3A3A3A3A3A3A
LINE_ENDS = 0x0A0A0A0A0A0A0A0A
ONES = 0x0101010101010101
HIGH_BITS = 0x8080808080808080
ALL_BITS = (1 << 64) - 1


def hash_of(state: Long, start: Int, end: Int) -> Long:
    """The hash of some bytes, the same as of `slices.hash_of` from a state of 0 on."""
    state = state ^ (long(end - start) * SEED)
    at = start
    while at + 8 <= end:
        state = (state ^ u64(at)) * FACTOR
        state ^= state >> 32
        at += 8
    if at < end:
        last: Long = u64(at) & ((1 << long((end - at) * 8)) - 1)
        state = (state ^ last) * FACTOR
        state ^= state >> 32
    return state


def find_line_end(at: Int, end: Int) -> Int:
    """The next line end, or the end."""
    while at < end and u8(at) != LINE_END:
        at += 1
    return at


def digits_end(at: Int, limit: Int) -> Int:
    """Behind the digits, ``limit`` of them at most."""
    end = at + limit
    while at < end and below(u8(at) - ZERO, 10):
        at += 1
    return at


def number(start: Int, end: Int) -> Long:
    """The number that digits are; of more than 18 it may have gone round."""
    value: Long = 0
    while start < end:
        value = value * 10 + long(u8(start) - ZERO)
        start += 1
    return value


def signed(row: Int, at: Int) -> Int:
    """Pass a query id."""
    digits = at
    if u8(at) == MINUS:
        digits += 1
    end = digits_end(digits, 19)
    value: Long = number(digits, end)
    # Nineteen digits may be more than there are numbers.
    if end == digits or value < 0:
        return 0
    if digits > at:
        value = 0 - value
    put64(row + QUERYID, value)
    return end


def local_id(row: Int, start: Int, end: Int) -> Int:
    """Whether a virtual transaction id, or nothing, stands between two places."""
    if start == end:
        put64(row + LOCAL, 0)
        return 1
    slash = digits_end(start, 10)
    if u8(slash) != SLASH or digits_end(slash + 1, 10) != end:
        return 0
    put64(row + LOCAL, number(slash + 1, end))
    return 1


def zone_end(at: Int) -> Int:
    """Behind a name or an offset of at most eight bytes."""
    start = at
    if u8(at) == ord("+") or u8(at) == MINUS:
        at = digits_end(at + 1, 9)
        if at == start + 1:
            return 0
        while u8(at) == COLON:
            at = digits_end(at + 1, 9)
        if at < start + 3:
            return 0
    else:
        while below((u8(at) | 32) - ord("a"), 26):
            at += 1
    if at == start or at > start + MAX_ZONE_BYTES:
        return 0
    return at


def three_digits(at: Int) -> Int:
    """Thousandths that stand at a place, or -1."""
    if digits_end(at, 3) != at + 3:
        return -1
    return u8(at) * 100 + u8(at + 1) * 10 + u8(at + 2) - ZERO * 111


def read_time(row: Int, at: Int) -> Int:
    """Pass a time with milliseconds and a zone."""
    colon = at + MINUTE_BYTES
    thousandths = three_digits(colon + 4)
    if thousandths < 0 or u8(colon + 3) != POINT or u8(colon + 7) != BLANK:
        return 0
    return read_minute(row, at, colon + 8, thousandths * 1000)


def read_seconds(row: Int, at: Int) -> Int:
    """Pass a time without milliseconds, and a zone."""
    if u8(at + MINUTE_BYTES + 3) != BLANK:
        return 0
    return read_minute(row, at, at + MINUTE_BYTES + 4, 0)


def read_minute(row: Int, at: Int, zone: Int, within_us: Int) -> Int:
    """Pass a zone that stands behind a minute with its seconds."""
    colon = at + MINUTE_BYTES
    tens = u8(colon + 1) - ZERO
    ones = u8(colon + 2) - ZERO
    if u8(colon) != COLON or not below(tens, 6) or not below(ones, 10):
        return 0
    end = zone_end(zone)
    if end == 0:
        return 0
    put32(row + WITHIN_US, (tens * 10 + ones) * 1_000_000 + within_us)
    put64(row + TIME_HIGH, u64(at))
    put64(row + TIME_LOW, u64(at + 8))
    kept: Long = ALL_BITS
    if end < zone + MAX_ZONE_BYTES:
        kept = (1 << long((end - zone) * 8)) - 1
    put64(row + ZONE, u64(zone) & kept)
    return end


def behind_name(at: Int, end: Int) -> Int:
    """Behind the first colon with a blank."""
    while at + 1 < end:
        if u8(at) == COLON and u8(at + 1) == BLANK:
            return at + 2
        at += 1
    return 0


def verb_end(row: Int, at: Int, end: Int) -> Int:
    """Pass what ran, up to its text."""
    verb = STATEMENT
    if is_at(at, b"execute "):
        verb = EXECUTE
        if is_at(at, b"execute fetch from "):
            return 0
        at = behind_name(at + 8, end)
    elif is_at(at, b"parse "):
        verb = PARSE
        at = behind_name(at + 6, end)
    elif is_at(at, b"bind "):
        verb = BIND
        at = behind_name(at + 5, end)
    elif is_at(at, b"statement: "):
        at += 11
    else:
        return 0
    put32(row + VERB, verb)
    return at


def text_of(row: Int, start: Int, end: Int) -> None:
    """Write where a text stands, and its hash."""
    put32(row + TEXT_START, start)
    put32(row + TEXT_END, end)
    put64(row + TEXT_HASH, hash_of(0, start, end))


def logged(row: Int, at: Int, end: Int) -> Int:
    """Whether a message is a text of log_statement."""
    verb = LOGGED
    if is_at(at, b"statement: "):
        at += 11
    elif is_at(at, b"execute ") and not is_at(at, b"execute fetch from "):
        verb = LOGGED_EXECUTE
        at = behind_name(at + 8, end)
    else:
        return 0
    if at == 0 or at > end:
        return 0
    put32(row + VERB, verb)
    put64(row + DURATION_US, 0)
    text_of(row, at, end)
    return 1


def duration(row: Int, at: Int, end: Int) -> Int:
    """Whether a message is a duration with its text, or one of the two."""
    if end - at > MAX_TEXT_CHARS:
        return 0
    if not is_at(at, b"duration: "):
        return logged(row, at, end)
    digits = at + 10
    point = digits_end(digits, MAX_WHOLE_DIGITS)
    thousandths = three_digits(point + 1)
    if point == digits or u8(point) != POINT or thousandths < 0:
        return 0
    if not is_at(point + 4, b" ms"):
        return 0
    put64(row + DURATION_US, number(digits, point) * 1000 + long(thousandths))
    if point + 7 == end:
        put32(row + VERB, ALONE)
        text_of(row, end, end)
        return 1
    start = verb_end(row, point + 9, end)
    if start == 0 or start > end or not is_at(point + 7, b"  "):
        return 0
    text_of(row, start, end)
    return 1


def detail(row: Int, verb: Int, start: Int, end: Int) -> Int:
    """Whether a DETAIL can be nothing but what was bound."""
    if verb in (STATEMENT, LOGGED, ALONE):
        return 0
    if verb in (EXECUTE, LOGGED_EXECUTE):
        if not is_at(start, b"parameters: ") and not is_at(start, b"Parameters: "):
            return 0
        put32(row + DETAIL_START, start)
        put32(row + DETAIL_END, end)
        put64(row + DETAIL_HASH, hash_of(0, start + PARAMETERS_BYTES, end))
    return 1


SHARED = (
    hash_of, find_line_end, digits_end, number, signed, local_id, zone_end,
    three_digits, read_time, read_seconds, read_minute, behind_name, verb_end, text_of,
    logged, duration, detail,
)  # fmt: skip
