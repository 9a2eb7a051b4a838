"""Kernels that find the lines of a json log, and read those that are durations.

The server writes the keys in one order, without blanks. Lines in which all that is
there is as expected are read here; all others are left to :mod:`analyzer.logs.jsonlog`.
"""

from __future__ import annotations

from analyzer.logs.scan_words import (
    ALL_BITS,
    DETAIL_START,
    END,
    HAS_ODD_DETAIL,
    HEAD_END,
    HEAD_START,
    HIGH_BITS,
    IS_ROW,
    LOCAL,
    MINUS,
    NAME_END,
    NAME_START,
    ONES,
    ORIGIN_HASH,
    QUERYID,
    QUOTE,
    QUOTES,
    ROW_BYTES,
    SHARED,
    START,
    VERB,
    ZERO,
    detail,
    digits_end,
    duration,
    find_line_end,
    hash_of,
    local_id,
    number,
    read_time,
)
from analyzer.native.language import (
    Int,
    Long,
    is_at,
    put32,
    put64,
    u8,
    u32,
    u64,
    zeros_behind,
)

BACKSLASH = ord("\\")
BACKSLASHES = 0x5C5C5C5C5C5C5C5C
BLANKS = 0x2020202020202020


def json_plain(at: Int) -> Int:
    """The next byte that is a quote, a backslash or no character."""
    while True:
        word: Long = u64(at)
        quote: Long = word ^ QUOTES
        escape: Long = word ^ BACKSLASHES
        # The lowest flag of each is true.
        found: Long = (quote - ONES) & (quote ^ ALL_BITS)
        found |= (escape - ONES) & (escape ^ ALL_BITS)
        found |= (word - BLANKS) & (word ^ ALL_BITS)
        found &= HIGH_BITS
        if found != 0:
            return at + (zeros_behind(found) >> 3)
        at += 8


def json_text_end(at: Int) -> Int:
    """Where a text ends, or 0 if it has what needs a closer look."""
    at = json_plain(at)
    while u8(at) == BACKSLASH:
        escape = u8(at + 1)
        if escape not in (34, 92, 47, 98, 102, 110, 114, 116):
            return 0
        at = json_plain(at + 2)
    if u8(at) != QUOTE:
        return 0
    return at


def json_text(at: Int) -> Int:
    """Pass a text behind its first quote, and its last quote."""
    end = json_text_end(at)
    if at == 0 or end == 0:
        return 0
    return end + 1


def json_number(at: Int) -> Int:
    """Pass a number."""
    end = digits_end(at, 19)
    if end == at or (u8(at) == ZERO and end > at + 1):
        return 0
    return end


def json_names(at: Int) -> Int:
    """Pass the keys that say who wrote the line; each may be missing."""
    if is_at(at, b',"user":"'):
        at = json_text(at + 9)
    if is_at(at, b',"dbname":"'):
        at = json_text(at + 11)
    if is_at(at, b',"pid":'):
        at = json_number(at + 7)
    if is_at(at, b',"remote_host":"'):
        at = json_text(at + 16)
    if is_at(at, b',"remote_port":'):
        at = json_number(at + 15)
    if is_at(at, b',"session_id":"'):
        at = json_text(at + 15)
    return at


def json_place(row: Int, at: Int) -> Int:
    """Pass what changes from line to line."""
    if is_at(at, b',"line_num":'):
        at = json_number(at + 12)
    if is_at(at, b',"ps":"'):
        at = json_text(at + 7)
    if is_at(at, b',"session_start":"'):
        at = json_text(at + 18)
    put64(row + LOCAL, 0)
    if is_at(at, b',"vxid":"'):
        start = at + 9
        at = json_text(start)
        if at == 0 or not local_id(row, start, at - 1):
            return 0
    if is_at(at, b',"txid":'):
        at = json_number(at + 8)
    return at


def json_detail(row: Int, at: Int) -> Int:
    """Pass the DETAIL, if there is one."""
    put32(row + DETAIL_START, -1)
    if is_at(at, b',"detail":"'):
        start = at + 11
        at = json_text(start)
        if at == 0 or not detail(row, u32(row + VERB), start, at - 1):
            return 0
        put32(row + HAS_ODD_DETAIL, json_plain(start) != at - 1)
    return at


def json_message(row: Int, at: Int) -> Int:
    """Pass severity, message and DETAIL."""
    if not is_at(at, b',"error_severity":"LOG","message":"'):
        return 0
    start = at + 35
    end = json_text_end(start)
    if end == 0 or not duration(row, start, end):
        return 0
    return json_detail(row, end + 1)


def json_last(row: Int, at: Int) -> Int:
    """Pass application, backend, leader and query id, up to the line end."""
    put32(row + NAME_START, at)
    if is_at(at, b',"application_name":"'):
        at = json_text(at + 21)
    put32(row + NAME_END, at)
    if is_at(at, b',"backend_type":"'):
        at = json_text(at + 17)
    if is_at(at, b',"leader_pid":'):
        at = json_number(at + 14)
    put64(row + QUERYID, 0)
    if is_at(at, b',"query_id":'):
        at = json_queryid(row, at + 12)
    if not is_at(at, b"}\n"):
        return 0
    return at + 1


def json_queryid(row: Int, at: Int) -> Int:
    """Pass a number with a sign."""
    digits = at
    if u8(at) == MINUS:
        digits += 1
    end = json_number(digits)
    value: Long = number(digits, end)
    if end == 0 or value < 0:
        return 0
    if digits > at:
        value = 0 - value
    put64(row + QUERYID, value)
    return end


def json_record(row: Int, at: Int) -> Int:
    """The end of a line that is a duration."""
    if not is_at(at, b'{"timestamp":"'):
        return 0
    head = read_time(row, at + 14)
    if u8(head) != QUOTE:
        return 0
    head += 1
    end = json_names(head)
    name = json_message(row, json_place(row, end))
    at = json_last(row, name)
    if at == 0 or end == 0 or name == 0:
        return 0
    put32(row + HEAD_START, head)
    put32(row + HEAD_END, end)
    names: Long = hash_of(0, head, end)
    put64(row + ORIGIN_HASH, hash_of(names, name, u32(row + NAME_END)))
    return at


def scan_json(at: Int, end: Int, row: Int, limit: Int) -> Int:
    """Write a row for each line; how many, or -1 if there is no place for so many.

    Args:
        at: where the first begins.
        end: behind the last; a line end stands before it.
        row: where the first row is written.
        limit: behind the last place for rows.
    """
    count = 0
    while at < end:
        if row >= limit:
            return -1
        stop = json_record(row, at)
        is_row = stop > 0 and stop < end
        if not is_row:
            stop = find_line_end(at, end)
        put32(row + START, at)
        put32(row + END, stop)
        put32(row + IS_ROW, is_row)
        at = stop + 1
        row += ROW_BYTES
        count += 1
    return count


JSON_KERNELS = (
    *SHARED, json_plain, json_text_end, json_text, json_number, json_names, json_place,
    json_detail, json_message, json_last, json_queryid, json_record, scan_json,
)  # fmt: skip
