"""Durations read off many messages at once, as arrays of numbers.

Only the shapes that the server itself writes in English are read here
(``duration: 1.234 ms  execute name: text``); what differs in the least is left to
:func:`analyzer.logs.messages.read_duration`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analyzer.logs.slices import Bools, Bytes, Longs, begins_with
from analyzer.logs.window import Verb

_WORD = b"duration: "
_MS = b" ms  "
_MAX_WHOLE_DIGITS = 11
_ZERO = np.uint8(ord("0"))
_FETCH = b"execute fetch from "
_VERBS = (
    (Verb.STATEMENT, b"statement: "),
    (Verb.EXECUTE, b"execute "),
    (Verb.PARSE, b"parse "),
    (Verb.BIND, b"bind "),
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
    value = np.zeros(len(starts), np.int64)
    end = np.zeros(len(starts), np.int64)
    left = np.arange(len(starts))
    # Most durations have one digit before the point, and hardly any have six.
    for count in range(1, _MAX_WHOLE_DIGITS + 1):
        if not len(left):
            break
        is_point = buffer[starts[left] + count] == ord(".")
        mine = left[is_point]
        left = left[~is_point]
        places = (*range(count), *range(count + 1, count + 4))
        good = np.ones(len(mine), np.bool_)
        number = np.zeros(len(mine), np.int64)
        for place in places:
            digit = buffer[starts[mine] + place] - _ZERO
            good &= digit <= 9
            number = number * 10 + digit
        value[mine] = number
        end[mine] = np.where(good, starts[mine] + count + 4, 0)
    return value, end, end > 0


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
