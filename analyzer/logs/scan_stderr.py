"""Kernels that read the heads of a plain log's lines, and durations behind them.

A line whose head leaves a doubt (a second severity within reach of the first, a time
or a word that is not the server's usual one) is only noted: it is for the
:class:`~analyzer.logs.line_prefix.Splitter`, which weighs what the line could be.

Between the time and the severity a head has numbers that change all the time (virtual
transaction, transaction, query id, line number) among names that hardly ever do. The
numbers are read here, up to the first name that a client can choose; heads that are
equal apart from them get the same hash, so only one of them is read by the expression
of the prefix.
"""

from __future__ import annotations

from analyzer.logs.scan_words import (
    ALL_BITS,
    BLANK,
    COLON,
    COLONS,
    DETAIL_HASH,
    END,
    HAS_PARAMETERS,
    HEAD_END,
    HEAD_START,
    HIGH_BITS,
    IS_ROW,
    LINE,
    LINE_END,
    LINE_ENDS,
    LOCAL,
    MESSAGE_START,
    MINUS,
    NO_VERB,
    ONES,
    ORIGIN_HASH,
    PARAMETERS_BYTES,
    QUERYID,
    ROW_BYTES,
    SEVERITY,
    SHARED,
    SLASH,
    START,
    VERB,
    digits_end,
    duration,
    hash_of,
    number,
    read_seconds,
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

TAB = ord("\t")
RETURN = ord("\r")
MAX_HEAD_BYTES = 600
"""Longer heads are read one by one."""

MAX_FIELD_BYTES = 32
REACH_BYTES = 4 * 64 * 4
"""How far behind a head names chosen by clients can go on, were it another's head."""

STEADY, DIGITS, SIGNED, QUERY, VIRTUAL = range(5)
STEP_BYTES = 16
HAS_MILLISECONDS, HAS_CHOSEN = 1, 2
LOG, DETAIL = 0, 1
NO_SEVERITY = 31
LENGTHS_BYTES, ENDS_BYTES = 64, 1 << 16
LITERAL, MAX_LITERAL_BYTES = 40, 16
"""Where the bytes before the time are in the settings, behind their number."""


def find_in_line(at: Int, pattern: Long) -> Int:
    """The next byte of eight equal ones, or the next line end."""
    while True:
        word: Long = u64(at)
        one: Long = word ^ pattern
        end: Long = word ^ LINE_ENDS
        found: Long = (one - ONES) & (one ^ ALL_BITS) & HIGH_BITS
        found = found | ((end - ONES) & (end ^ ALL_BITS) & HIGH_BITS)
        if found != 0:
            return at + (zeros_behind(found) >> 3)
        at += 8


def find_severity(at: Int, end: Int, ends: Int) -> Int:
    """The next colon that may end a severity; none is the end."""
    while at < end:
        at = find_in_line(at, COLONS)
        if at >= end or u8(at) != COLON:
            return end
        last = at - 1
        if u8(last) == BLANK:
            last -= 1
        is_end = u8(at + 1) in (BLANK, LINE_END, RETURN)
        if is_end and u8(ends + u8(last - 1) * 256 + u8(last)):
            return at
        at += 1
    return end


def has_double(at: Int, end: Int) -> Int:
    """Whether a colon with two blanks stands between two places."""
    while at < end:
        at = find_in_line(at, COLONS)
        if at < end and is_at(at, b":  "):
            return 1
        at += 1
    return 0


def severity(end: Int) -> Int:
    """The number of the word that ends at a place."""
    if is_at(end - 3, b"LOG"):
        return LOG
    if is_at(end - 6, b"DETAIL"):
        return DETAIL
    return rare_severity(end)


def rare_severity(end: Int) -> Int:
    """The same for words that are not as frequent."""
    code = NO_SEVERITY
    if is_at(end - 9, b"STATEMENT"):
        code = 2
    if is_at(end - 5, b"ERROR"):
        code = 3
    if is_at(end - 7, b"CONTEXT"):
        code = 4
    if is_at(end - 4, b"HINT"):
        code = 5
    if is_at(end - 5, b"FATAL"):
        code = 6
    return rarest_severity(end, code)


def rarest_severity(end: Int, code: Int) -> Int:
    """The same for the rest."""
    if is_at(end - 7, b"WARNING"):
        code = 7
    if is_at(end - 8, b"LOCATION"):
        code = 8
    if is_at(end - 5, b"QUERY"):
        code = 9
    if is_at(end - 6, b"NOTICE"):
        code = 10
    if is_at(end - 4, b"INFO"):
        code = 11
    if is_at(end - 5, b"PANIC"):
        code = 12
    return code


def field_end(at: Int, end: Int, byte: Int) -> Int:
    """Where a field ends, by the byte behind it."""
    limit = at + MAX_FIELD_BYTES
    while at < limit and u8(at) != byte:
        at += 1
    if at > end:
        return end
    return at


def head_virtual(row: Int, start: Int, end: Int) -> Int:
    """Whether a virtual transaction, or nothing, is there."""
    put64(row + LOCAL, 0)
    if start == end:
        return 1
    digits = start
    if u8(start) == MINUS:
        digits += 1
    slash = digits_end(digits, 10)
    if u8(slash) != SLASH or slash == digits or slash + 1 == end:
        return 0
    if digits_end(slash + 1, 10) != end:
        return 0
    put64(row + LOCAL, number(slash + 1, end))
    return 1


def head_number(row: Int, step: Int, start: Int, end: Int) -> Int:
    """Whether the number of a step, or nothing, is there."""
    kind = u32(step + 4)
    limit = u32(step + 12)
    if kind == VIRTUAL:
        return head_virtual(row, start, end)
    digits = start
    if kind >= SIGNED and start < end and u8(start) == MINUS:
        digits += 1
    if digits_end(digits, limit) != end:
        return 0
    if kind != QUERY:
        return 1
    value: Long = number(digits, end)
    if value < 0 or (digits == end and digits > start):
        return 0
    if digits > start:
        value = 0 - value
    put64(row + QUERYID, value)
    return 1


def head(row: Int, start: Int, end: Int, steps: Int) -> Int:
    """Read what is between time and severity; whether numbers are where they should."""
    at = start
    since = start
    state: Long = 0
    while u32(steps) >= 0:
        at += u32(steps)
        at = min(at, end)
        stop = field_end(at, end, u32(steps + 8))
        if u32(steps + 4) != STEADY:
            state = hash_of(state, since, at)
            since = stop
            if not head_number(row, steps, at, stop):
                return 0
        at = stop
        steps += STEP_BYTES
    put64(row + ORIGIN_HASH, hash_of(state, since, end))
    return end - start <= MAX_HEAD_BYTES


def message(row: Int, at: Int, end: Int) -> None:
    """Read what stands behind the severity."""
    put32(row + VERB, NO_VERB)
    code = u32(row + SEVERITY)
    if code == LOG:
        if is_at(at, b"00000: "):
            at += 7
        if not duration(row, at, end):
            put32(row + VERB, NO_VERB)
    if code == DETAIL:
        is_usual = is_at(at, b"parameters: ") or is_at(at, b"Parameters: ")
        put32(row + HAS_PARAMETERS, is_usual)
        if is_usual:
            put64(row + DETAIL_HASH, hash_of(0, at + PARAMETERS_BYTES, end))


def is_only(colon: Int, end: Int, ends: Int) -> Int:
    """Whether no other severity can end where a longer head could."""
    limit = colon + 3 + REACH_BYTES
    limit = min(limit, end)
    return find_severity(colon + 1, limit + 1, ends) > limit


def behind_literal(at: Int, literal: Int) -> Int:
    """Behind the bytes that stand before the time."""
    count = u8(literal)
    end = at + count
    while count > 0:
        if u8(at + count - 1) != u8(literal + count):
            return 0
        count -= 1
    return end


def record(row: Int, at: Int, end: Int, settings: Int) -> Int:
    """Read a line that begins a record; whether it leaves no doubt.

    Args:
        row: where to write.
        at: where the line begins.
        end: where it ends.
        settings: see :func:`scan_stderr`.
    """
    flags = u32(settings)
    has_milliseconds = flags & HAS_MILLISECONDS
    at = behind_literal(at, settings + LITERAL)
    if at == 0:
        return 0
    names = read_time(row, at) if has_milliseconds else read_seconds(row, at)
    if names == 0:
        return 0
    ends = settings + LENGTHS_BYTES
    colon = find_severity(at, end, ends)
    if not is_at(colon, b":  ") or colon + 3 > end or has_double(names, colon):
        return 0
    if flags & HAS_CHOSEN and not is_only(colon, end, ends):
        return 0
    code = severity(colon)
    names_end = colon - u8(settings + 4 + code)
    if code == NO_SEVERITY or names_end < names:
        return 0
    put32(row + SEVERITY, code)
    put32(row + MESSAGE_START, colon + 3)
    put32(row + HEAD_START, names)
    put32(row + HEAD_END, names_end)
    return head(row, names, names_end, ends + ENDS_BYTES)


def scan_stderr(at: Int, end: Int, row: Int, limit: Int, settings: Int) -> Int:
    """Write a row for each line that may begin a record; how many there are.

    Args:
        at: where the first line begins.
        end: behind the last line end; another one stands there.
        row: where the first row is written.
        limit: behind the last place for rows; -1 is told if that is not enough. The
            number of lines is written there, and where each ends.
        settings: where these are: flags, the lengths of severities, the last two bytes
            of each, and the steps of the prefix.
    """
    count = 0
    line = 0
    ends = limit + 4
    while at < end:
        stop = find_in_line(at, LINE_ENDS)
        if stop > at and u8(at) != TAB:
            if row >= limit:
                return -1
            put32(row + LINE, line)
            put32(row + START, at)
            put32(row + IS_ROW, record(row, at, stop, settings))
            while u8(stop + 1) == TAB and stop + 1 < end:
                put32(ends + line * 4, stop)
                stop = find_in_line(stop + 1, LINE_ENDS)
                line += 1
            put32(row + END, stop)
            if u32(row + IS_ROW):
                message(row, u32(row + MESSAGE_START), stop)
            row += ROW_BYTES
            count += 1
        put32(ends + line * 4, stop)
        at = stop + 1
        line += 1
    put32(limit, line)
    return count


STDERR_KERNELS = (
    *SHARED, find_in_line, find_severity, has_double, severity, rare_severity,
    rarest_severity, behind_literal, field_end, head_virtual, head_number, head,
    message, is_only, record, scan_stderr,
)  # fmt: skip
