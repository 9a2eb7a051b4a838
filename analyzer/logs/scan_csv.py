"""Kernels that find the records of a csv log, and read those that are durations.

Read here are records with user, database, host, command tag and message, and perhaps
a DETAIL, without quotes in their names. All others are left to
:mod:`analyzer.logs.csvlog`.
"""

from __future__ import annotations

from analyzer.logs.scan_words import (
    ALL_BITS,
    COMMA,
    DETAIL_START,
    END,
    HAS_ODD_DETAIL,
    HEAD_END,
    HEAD_START,
    HIGH_BITS,
    IS_ROW,
    LINE,
    LINE_END,
    LINE_ENDS,
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
    detail,
    digits_end,
    duration,
    hash_of,
    local_id,
    read_time,
    signed,
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

RETURN = ord("\r")
ABOVE_COMMAS = 0x2D2D2D2D2D2D2D2D
MAX_FIELD_BYTES = 64


def csv_edge(at: Int) -> Int:
    """The next quote or line end; there must be one, behind the data if not within."""
    while True:
        word: Long = u64(at)
        quote: Long = word ^ QUOTES
        line: Long = word ^ LINE_ENDS
        # The lowest flag of each is true.
        found: Long = ((quote - ONES) & (quote ^ ALL_BITS)) | (
            (line - ONES) & (line ^ ALL_BITS)
        )
        found &= HIGH_BITS
        if found != 0:
            return at + (zeros_behind(found) >> 3)
        at += 8


def csv_quoted(at: Int) -> Int:
    """Pass a comma and a quoted field without quotes and line ends in it."""
    if not is_at(at, b',"'):
        return 0
    end = csv_edge(at + 2)
    if u8(end) != QUOTE or u8(end + 1) == QUOTE:
        return 0
    return end + 1


def csv_plain(at: Int) -> Int:
    """Pass a comma and a field without quotes."""
    if u8(at) != COMMA:
        return 0
    at += 1
    limit = at + MAX_FIELD_BYTES
    while True:
        # Quotes, commas and line ends are low, and few other bytes are.
        word: Long = u64(at)
        low: Long = (word - ABOVE_COMMAS) & (word ^ ALL_BITS) & HIGH_BITS
        if low == 0:
            at += 8
        else:
            at += zeros_behind(low) >> 3
            byte = u8(at)
            if byte in (COMMA, QUOTE, LINE_END, RETURN) or at >= limit:
                break
            at += 1
    if byte != COMMA or at >= limit:
        return 0
    return at


def csv_digits(at: Int, limit: Int) -> Int:
    """Pass a comma and digits, up to the next comma; there may be none."""
    if u8(at) != COMMA:
        return 0
    end = digits_end(at + 1, limit)
    if u8(end) != COMMA:
        return 0
    return end


def csv_process(at: Int) -> Int:
    """Pass a comma and the number of a process."""
    end = csv_digits(at, 10)
    if end < at + 2:
        return 0
    return end


def csv_text_end(row: Int, at: Int) -> Int:
    """Where a quoted field ends that may have quotes and line ends in it.

    Counts the lines of the record, and writes whether there are quotes.
    """
    put32(row + HAS_ODD_DETAIL, 0)
    while True:
        at = csv_edge(at)
        if u8(at) == LINE_END:
            put32(row + LINE, u32(row + LINE) + 1)
            at += 1
        elif u8(at + 1) == QUOTE:
            put32(row + HAS_ODD_DETAIL, 1)
            at += 2
        else:
            return at


def csv_texts(row: Int, at: Int) -> Int:
    """Pass the message and the DETAIL, up to the comma before the application."""
    if u8(at) != QUOTE:
        return 0
    end = csv_text_end(row, at + 1)
    if not duration(row, at + 1, end) or u8(end + 1) != COMMA:
        return 0
    at = end + 2
    put32(row + DETAIL_START, -1)
    if u8(at) == QUOTE:
        end = csv_text_end(row, at + 1)
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
    # A transaction is a number.
    return csv_digits(at, MAX_FIELD_BYTES)


def csv_record(row: Int, at: Int, width: Int) -> Int:
    """The end of the line of a record that is a duration."""
    put32(row + LINE, 1)
    at = csv_head(row, at)
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


def csv_skip(row: Int, at: Int, end: Int) -> Int:
    """The next line end outside quotes, or the end; counts the lines."""
    lines = 0
    is_open = 0
    while True:
        at = csv_edge(at)
        if at >= end:
            return end
        if u8(at) == QUOTE:
            is_open = 1 - is_open
        else:
            lines += 1
            put32(row + LINE, lines)
            if is_open == 0:
                return at
        at += 1


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
            stop = csv_skip(row, at, end)
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
    *SHARED, csv_edge, csv_quoted, csv_plain, csv_digits, csv_process, csv_text_end,
    csv_texts, csv_last, csv_head, csv_record, csv_skip, scan_csv,
)  # fmt: skip
