"""Heads of many lines at once: what differs from line to line, and what does not.

Between the time and the severity a head has numbers that change all the time (virtual
transaction, transaction, query id, line number) among names that hardly ever do. The
numbers are read in columns, up to the first name that a client can choose; heads that
are equal apart from them are one, and only one of them is read by the expression of the
prefix.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analyzer.logs.line_prefix import NUMBER
from analyzer.logs.slices import (
    Bools,
    Bytes,
    Longs,
    begins_with,
    digits_end,
    find,
    mixed,
    numbers,
)

MAX_HEAD_BYTES = 600
"""Longer heads are read one by one."""

_MAX_FIELD_BYTES = 32
_ESCAPE = re.compile(r"%(-?\d*)(.)", re.DOTALL)
# Their values end where the next literal begins.
_STEADY = {"p": 10, "c": 25, "e": 5}
_NUMBERS = {"x": 20, "l": 19, NUMBER: 20}
_SIGNED = {"Q": 19, NUMBER: 20}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadColumns:
    """Heads of some lines.

    Attributes:
        fits: whether the numbers are where the prefix has them; nothing else is known
            of lines of which they are not.
        group: the same for heads that differ in nothing but their numbers.
        first: index of the first line of each group.
        local_transaction_id: second half of ``%v``, or none if it was not read here.
        queryid: ``%Q`` likewise.
    """

    fits: Bools
    group: Longs
    first: Longs
    local_transaction_id: Longs | None
    queryid: Longs | None


class HeadSplitter:
    """Splits the heads of one prefix."""

    def __init__(self, prefix: str) -> None:
        """Take a log_line_prefix that begins with the time."""
        self._steps = _steps(prefix)

    def split(self, buffer: Bytes, starts: Longs, ends: Longs) -> HeadColumns:
        """Split heads that stand between these places, with 24 bytes before each."""
        fits = ends - starts <= MAX_HEAD_BYTES
        at, since = starts, starts
        state = np.zeros(len(starts), np.uint64)
        found: dict[str, Longs] = {}
        for literal, letter, byte in self._steps:
            at = np.minimum(at + literal, ends)
            end = find(buffer, at, byte, _MAX_FIELD_BYTES)
            end = np.minimum(end, ends)
            if letter not in _STEADY:
                state = mixed(state, buffer, since, at)
                fits &= self._read(buffer, letter, (at, end), found)
                since = end
            at = end
        # What is left of a head that broke off must not be read beyond its end.
        state = mixed(state, buffer, since, np.maximum(ends, since))
        _, first, group = np.unique(state, return_index=True, return_inverse=True)
        return HeadColumns(
            fits=fits,
            group=group,
            first=first,
            local_transaction_id=found.get("v"),
            queryid=found.get("Q"),
        )

    def _read(
        self,
        buffer: Bytes,
        letter: str,
        place: tuple[Longs, Longs],
        found: dict[str, Longs],
    ) -> Bools:
        """Read one number of each head; whether it is one, or absent."""
        start, end = place
        if letter != "v":
            return _read_number(buffer, letter, place, found)
        slash = digits_end(buffer, start + (buffer[start] == ord("-")), 10)
        local_end = digits_end(buffer, slash + 1, 10)
        good: Bools = (
            (buffer[slash] == ord("/"))
            & (buffer[slash - 1] != ord("-"))
            & (slash > start)
            & (local_end == end)
            & (local_end > slash + 1)
        )
        found["v"] = numbers(buffer, np.where(good, slash + 1, end), end)
        good |= start == end
        return good


def _read_number(
    buffer: Bytes, letter: str, place: tuple[Longs, Longs], found: dict[str, Longs]
) -> Bools:
    start, end = place
    is_negative = np.zeros(len(start), np.bool_)
    if letter in _SIGNED:
        is_negative = begins_with(buffer, start, b"-") & (end > start)
    digits = start + is_negative
    good: Bools = digits_end(buffer, digits, _NUMBERS.get(letter, 19)) == end
    if letter == "Q":
        good &= (end > digits) | (start == end)
        value = numbers(buffer, np.where(good, digits, end), end)
        # Nineteen digits may be more than there are numbers.
        good &= value >= 0
        found["Q"] = np.where(is_negative, -value, value)
    return good


def _steps(prefix: str) -> Sequence[tuple[int, str, int]]:
    """Length of the literal before each field, its letter, the byte behind it.

    Only those are listed whose ends can be told, up to the last number.
    """
    escapes = [*_ESCAPE.finditer(prefix)]
    steps: list[tuple[int, str, int]] = []
    for before, field in pairwise(escapes):
        padding, letter = field.groups()
        literal = prefix[before.end() : field.start()]
        behind = prefix[field.end() : field.end() + 1]
        is_known = letter in _STEADY or letter in _NUMBERS or letter in "vQ"
        ends = behind.isascii() and behind not in ("", "%", "-", "/", ".")
        if padding or not is_known or not ends or behind.isalnum():
            break
        if letter in {known for _, known, _ in steps}.intersection("vQ"):
            break
        steps.append((len(literal.encode()), letter, ord(behind)))
    while steps and steps[-1][1] in _STEADY:
        steps.pop()
    return steps
