"""Kernels that look at texts: shapes, hashes and comments."""

from __future__ import annotations

from analyzer.logs.scan_words import BLANK, COMMA, ZERO, hash_of
from analyzer.logs.slices import FACTOR, SEED
from analyzer.native.language import (
    Int,
    Long,
    below,
    is_at,
    put32,
    put64,
    u8,
    u32,
)

FACT_BYTES = 24
SHAPE, VALUES = 0, 8
HAS_COMMENT, IS_PLAIN = 16, 20
LETTER, DIGIT, DOUBT, FETCH, COMMENT, ODD = range(1, 7)
OPENED, EQUALS = b"(="
MAX_TEXT_BYTES = 20_000
"""Longer texts are rare, and parsed."""


def is_verb(at: Int) -> Int:
    """Whether a text begins as plain statements do."""
    return (
        is_at(at, b"select")
        or is_at(at, b"SELECT")
        or is_at(at, b"Select")
        or is_at(at, b"insert")
        or is_at(at, b"INSERT")
        or is_at(at, b"Insert")
        or is_at(at, b"update")
        or is_at(at, b"UPDATE")
        or is_at(at, b"delete")
        or is_at(at, b"DELETE")
        or is_at(at, b"with")
        or is_at(at, b"WITH")
    )


def is_fetch(at: Int) -> Int:
    """Whether a statement may fetch; the number of rows is a part of its identity."""
    return is_at(at, b"fetch") or is_at(at, b"FETCH") or is_at(at, b"Fetch")


def is_comment(at: Int) -> Int:
    """Whether a comment may begin at a place."""
    return is_at(at, b"--") or is_at(at, b"/*")


def number_end(at: Int, end: Int) -> Int:
    """Behind some digits."""
    while at < end and below(u8(at) - ZERO, 10):
        at += 1
    return at


def shape_of(at: Int, end: Int, out: Int, kinds: Int) -> Long:
    """A hash of a text without its numbers; 0 where those cannot be told."""
    state: Long = SEED
    before = 0
    start = at
    while at < end:
        kind = u8(kinds + u8(at))
        if kind == DIGIT and before != LETTER:
            # What stands before the number, and that one stands here.
            state = (hash_of(state, start, at) ^ DIGIT) * FACTOR
            at = number_end(at + 1, end)
            start = at
            before = DIGIT
        else:
            if kind >= DOUBT and special(at, kind, out):
                return 0
            if kind == FETCH:
                kind = LETTER
            if kind != DIGIT:
                before = kind
            at += 1
    return hash_of(state, start, end) | 1


def special(at: Int, kind: Int, out: Int) -> Int:
    """Note what stands at a place; whether it makes the shape doubtful."""
    if kind == ODD:
        put32(out + IS_PLAIN, 0)
    if kind == COMMENT and is_comment(at):
        put32(out + HAS_COMMENT, 1)
    if kind == DOUBT:
        return not is_array(at)
    return kind == FETCH and is_fetch(at)


def is_array(at: Int) -> Int:
    """Whether elements of an array follow; behind a type ARRAY[3] is a part of it."""
    if not is_at(at - 5, b"ARRAY[") and not is_at(at - 5, b"array["):
        return 0
    before = at - 6
    if u8(before) == BLANK:
        before -= 1
    return u8(before) in (OPENED, COMMA, EQUALS)


def text_facts(starts: Int, ends: Int, count: Int, out: Int, kinds: Int) -> None:
    """Write the facts of some texts.

    Args:
        starts: where they begin is written here, four bytes each.
        ends: likewise.
        count: of texts.
        out: where to write to.
        kinds: of all bytes, one byte each.
    """
    while count > 0:
        at = u32(starts)
        end = u32(ends)
        put32(out + HAS_COMMENT, 0)
        put32(out + IS_PLAIN, u8(end - 1) > BLANK)
        shape: Long = 0
        if end - at <= MAX_TEXT_BYTES and is_verb(at):
            shape = shape_of(at, end, out, kinds)
        put64(out + SHAPE, shape)
        put64(out + VALUES, hash_of(0, at, end))
        starts += 4
        ends += 4
        out += FACT_BYTES
        count -= 1


TEXT_KERNELS = (
    hash_of, is_verb, is_fetch, is_comment, is_array, number_end, special, shape_of,
    text_facts,
)  # fmt: skip
