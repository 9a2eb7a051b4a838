"""Durations read off many messages at once, as arrays of numbers.

Only the shapes that the server itself writes in English are read here
(``duration: 1.234 ms  execute name: text``); what differs in the least is left to
:func:`analyzer.logs.messages.read_duration`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analyzer.logs.window import Bools, Bytes, Longs, Verb

PADDING = 64
"""Bytes after the end of a buffer that may be looked at; any, mostly zeros."""

_WORD = np.frombuffer(b"duration: ", np.uint8)
_MS = np.frombuffer(b" ms  ", np.uint8)
_MAX_WHOLE_DIGITS = 11
_NUMBER_BYTES = _MAX_WHOLE_DIGITS + 4
_FETCH = np.frombuffer(b"execute fetch from ", np.uint8)
_VERBS = (
    (Verb.STATEMENT, np.frombuffer(b"statement: ", np.uint8)),
    (Verb.EXECUTE, np.frombuffer(b"execute ", np.uint8)),
    (Verb.PARSE, np.frombuffer(b"parse ", np.uint8)),
    (Verb.BIND, np.frombuffer(b"bind ", np.uint8)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """Which messages are durations beyond doubt, and what they say.

    ``at`` are the indexes of these messages; the other arrays are as long as it.
    ``text_start`` is where the text begins in the buffer.
    """

    at: Longs
    duration_us: Longs
    verb: Bytes
    text_start: Longs


def begins_with(buffer: Bytes, starts: Longs, word: Bytes) -> Bools:
    """Whether the bytes at each start are these."""
    found: Bools = (buffer[starts[:, None] + np.arange(len(word))] == word).all(axis=1)
    return found


def read_durations(
    buffer: Bytes, starts: Longs, ends: Longs, colons: Longs
) -> Durations:
    """The durations among messages.

    Args:
        buffer: with ``PADDING`` bytes after the last message.
        starts: of the messages.
        ends: behind their last byte.
        colons: every place of a colon followed by a blank, ascending.
    """
    at = np.flatnonzero(begins_with(buffer, starts, _WORD))
    if not len(at):
        return _durations(at, at, at.astype(np.uint8), at)
    number_at = starts[at] + len(_WORD)
    duration_us, after, is_number = _numbers(buffer, number_at)
    keep = is_number & begins_with(buffer, after, _MS)
    at, duration_us, after = at[keep], duration_us[keep], after[keep] + len(_MS)
    verb, text_start, has_verb = _texts(buffer, after, colons)
    keep = has_verb & (text_start <= ends[at])
    return _durations(at[keep], duration_us[keep], verb[keep], text_start[keep])


def _durations(at: Longs, us: Longs, verb: Bytes, text_start: Longs) -> Durations:
    return Durations(at=at, duration_us=us, verb=verb, text_start=text_start)


def _numbers(buffer: Bytes, starts: Longs) -> tuple[Longs, Longs, Bools]:
    """Numbers with three decimals in thousandths, where they end, and if they are."""
    digits = buffer[starts[:, None] + np.arange(_NUMBER_BYTES)]
    is_point = digits == ord(".")
    point = is_point.argmax(axis=1)
    good = (point > 0) & (point <= _MAX_WHOLE_DIGITS)
    digits -= ord("0")
    value = np.zeros(len(starts), np.int64)
    for place in range(min(int(point.max(initial=0)), _MAX_WHOLE_DIGITS)):
        column = digits[:, place]
        inside = place < point
        value = np.where(inside, value * 10 + column, value)
        good &= ~inside | (column <= 9)
    rows = np.arange(len(starts))
    point = np.minimum(point, _MAX_WHOLE_DIGITS)
    for place in (1, 2, 3):
        column = digits[rows, point + place]
        value = value * 10 + column
        good &= column <= 9
    return value, starts + point + 4, good


def _texts(buffer: Bytes, starts: Longs, colons: Longs) -> tuple[Bytes, Longs, Bools]:
    """The verb at each start, where its text begins, and if there is one."""
    verb = np.zeros(len(starts), np.uint8)
    text_start = np.zeros(len(starts), np.int64)
    found = np.zeros(len(starts), np.bool_)
    first = buffer[starts]
    for kind, word in _VERBS:
        mine = np.flatnonzero(first == word[0])
        mine = mine[begins_with(buffer, starts[mine], word)]
        if kind is Verb.EXECUTE:
            mine = mine[~begins_with(buffer, starts[mine], _FETCH)]
        after = starts[mine] + len(word)
        if kind is not Verb.STATEMENT:
            after, has_name = _behind_name(after, colons)
            mine, after = mine[has_name], after[has_name]
        verb[mine] = kind
        text_start[mine] = after
        found[mine] = True
    return verb, text_start, found


def _behind_name(starts: Longs, colons: Longs) -> tuple[Longs, Bools]:
    if not len(colons):
        return starts, np.zeros(len(starts), np.bool_)
    place = np.searchsorted(colons, starts)
    has_name = place < len(colons)
    return colons[np.minimum(place, len(colons) - 1)] + 2, has_name
