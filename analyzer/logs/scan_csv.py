"""Kernels that find the records of a csv log, and read those that are durations.

Read here are records with user, database, host, command tag and message, and perhaps
a DETAIL, without quotes in their names. All others are left to
:mod:`analyzer.logs.csvlog`.
"""

from __future__ import annotations

from analyzer.logs.scan_words import (
    COMMA,
    DETAIL_START,
    END,
    HAS_ODD_DETAIL,
    HEAD_END,
    HEAD_START,
    IS_ROW,
    LINE_END,
    NAME_END,
    NAME_START,
    ORIGIN_HASH,
    QUERYID,
    QUOTE,
    ROW_BYTES,
    SHARED,
    START,
    VERB,
    detail,
    digits_end,
    duration,
    find_quote,
    hash_of,
    local_id,
    read_time,
    signed,
)
from analyzer.native.language import Int, Long, is_at, put32, put64, u8, u32

RETURN = ord("\r")
MAX_FIELD_BYTES = 64


def csv_quoted(at: Int) -> Int:
    """Pass a comma and a quoted field without quotes in it."""
    if not is_at(at, b',"'):
        return 0
    end = find_quote(at + 2)
    if u8(end + 1) == QUOTE:
        return 0
    return end + 1


def csv_plain(at: Int) -> Int:
    """Pass a comma and a field without quotes."""
    if u8(at) != COMMA:
        return 0
    at += 1
    limit = at + MAX_FIELD_BYTES
    while at < limit:
        byte = u8(at)
        if byte == COMMA:
            return at
        if byte in (QUOTE, LINE_END, RETURN):
            return 0
        at += 1
    return 0


def csv_process(at: Int) -> Int:
    """Pass a comma and digits."""
    end = csv_plain(at)
    if end < at + 2 or digits_end(at + 1, 10) != end:
        return 0
    return end


def csv_text_end(at: Int) -> Int:
    """Where a quoted field ends that may have quotes in it."""
    at = find_quote(at)
    while u8(at + 1) == QUOTE:
        at = find_quote(at + 2)
    return at


def csv_texts(row: Int, at: Int) -> Int:
    """Pass the message and the DETAIL, up to the comma before the application."""
    if u8(at) != QUOTE:
        return 0
    end = csv_text_end(at + 1)
    if not duration(row, at + 1, end) or u8(end + 1) != COMMA:
        return 0
    at = end + 2
    put32(row + DETAIL_START, -1)
    if u8(at) == QUOTE:
        end = csv_text_end(at + 1)
        put32(row + HAS_ODD_DETAIL, find_quote(at + 1) != end)
        if not detail(row, u32(row + VERB), at + 1, end):
            return 0
        at = end + 1
    # Hint, internal query and its place, context, query and its place, location.
    if not is_at(at, b",,,,,,,,"):
        return 0
    return at + 7


def csv_last(row: Int, at: Int, width: Int) -> Int:
    """Pass backend type, leader and query id, as far as there are any."""
    put64(row + QUERYID, 0)
    if width > 23:
        at = csv_quoted(at)
    if width > 24:
        at = csv_plain(at)
        if at == 0:
            return 0
        at = signed(row, at + 1)
    if u8(at) != LINE_END:
        return 0
    return at


def csv_head(row: Int, start: Int) -> Int:
    """Pass all before the severity: names, and what changes from line to line."""
    head = read_time(row, start)
    at = csv_quoted(csv_process(csv_quoted(csv_quoted(head))))
    end = csv_plain(at)
    put32(row + HEAD_START, head)
    put32(row + HEAD_END, end)
    before = csv_plain(csv_quoted(csv_plain(end)))
    at = csv_plain(before)
    if at == 0 or not local_id(row, before + 1, at):
        return 0
    end = csv_plain(at)
    # A transaction is a number.
    if end == 0 or digits_end(at + 1, MAX_FIELD_BYTES) != end:
        return 0
    return end


def csv_record(row: Int, at: Int, width: Int) -> Int:
    """The end of the line of a record that is a duration."""
    start = at
    at = csv_head(row, start)
    if at == 0 or not is_at(at, b",LOG,00000,"):
        return 0
    name = csv_texts(row, at + 11)
    at = csv_quoted(name)
    if at == 0:
        return 0
    put32(row + NAME_START, name + 2)
    put32(row + NAME_END, at - 1)
    head: Long = hash_of(0, u32(row + HEAD_START), u32(row + HEAD_END))
    put64(row + ORIGIN_HASH, hash_of(head, name + 2, at - 1))
    return csv_last(row, at, width)


def csv_skip(at: Int, end: Int) -> Int:
    """The next line end outside quotes, or the end."""
    is_open = 0
    while at < end:
        byte = u8(at)
        if byte == QUOTE:
            is_open = 1 - is_open
        elif byte == LINE_END and is_open == 0:
            return at
        at += 1
    return end


def scan_csv(at: Int, end: Int, row: Int, limit: Int, width: Int) -> Int:
    """Write a row for each record; how many, or -1 if they are not whole.

    Args:
        at: where the first begins.
        end: behind the last; a quote and a line end stand there.
        row: where the first row is written.
        limit: behind the last place for rows.
        width: columns of the records: 23, 24 or 26.
    """
    count = 0
    while at < end:
        if row >= limit:
            return -1
        stop = csv_record(row, at, width)
        is_row = stop > 0 and stop < end
        if not is_row:
            stop = csv_skip(at, end)
        if stop >= end:
            return -1
        put32(row + START, at)
        put32(row + END, stop)
        put32(row + IS_ROW, is_row)
        at = stop + 1
        row += ROW_BYTES
        count += 1
    return count


CSV_KERNELS = (
    *SHARED, csv_quoted, csv_plain, csv_process, csv_text_end, csv_texts, csv_last,
    csv_head, csv_record, csv_skip, scan_csv,
)  # fmt: skip
