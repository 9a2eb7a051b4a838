"""What the scanner of plain logs must know of a prefix, as bytes."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from analyzer.logs.line_prefix import NUMBER, LinePrefix
from analyzer.logs.scan_stderr import (
    DIGITS,
    ENDS_BYTES,
    HAS_CHOSEN,
    HAS_MILLISECONDS,
    LENGTHS_BYTES,
    LITERAL,
    MAX_LITERAL_BYTES,
    QUERY,
    SIGNED,
    STEADY,
    VIRTUAL,
)
from analyzer.logs.severity import ENGLISH

WORDS = (
    "LOG", "DETAIL", "STATEMENT", "ERROR", "CONTEXT", "HINT", "FATAL", "WARNING",
    "LOCATION", "QUERY", "NOTICE", "INFO", "PANIC",
)  # fmt: skip
"""Severities that the scanner knows, the frequent first; their index is a code."""

_ESCAPE = re.compile(r"%(-?\d*)(.)", re.DOTALL)
_LEADING_TIME = re.compile(r"([^%]*)%([mt])")
_NUMBERS = {
    "x": (DIGITS, 20),
    "l": (DIGITS, 19),
    "Q": (QUERY, 19),
    "v": (VIRTUAL, 10),
    NUMBER: (SIGNED, 20),
}
# Their values end where the next literal begins.
_STEADY = "pce"
_LAST = (-1, 0, 0, 0)

Step = tuple[int, str, int]


def _severity_ends() -> bytes:
    """For each two bytes whether a severity ends in them; more is looked at there."""
    found = np.zeros((256, 256), np.uint8)
    for word in (word.encode() for word in ENGLISH):
        found[word[-2], word[-1]] = 1
    return found.tobytes()


def leading_time(prefix: str) -> tuple[bytes, str] | None:
    """The bytes before the time that a prefix begins with, and the time's letter.

    >>> leading_time("[%m] [%p] "), leading_time("%p %m ")
    ((b'[', 'm'), None)
    """
    found = _LEADING_TIME.match(prefix)
    if found is None or len(found[1].encode()) > MAX_LITERAL_BYTES:
        return None
    return found[1].encode(), found[2]


def settings_of(prefix: LinePrefix, steps: Sequence[Step]) -> bytes:
    """The settings as :func:`~analyzer.logs.scan_stderr.scan_stderr` reads them."""
    literal, letter = leading_time(prefix.text) or (b"", "")
    flags = HAS_MILLISECONDS * (letter == "m")
    flags |= HAS_CHOSEN * prefix.has_chosen_fields
    lengths = bytes(map(len, WORDS))
    head = (flags.to_bytes(4, "little") + lengths).ljust(LITERAL, b"\0")
    head = (head + bytes([len(literal)]) + literal).ljust(LENGTHS_BYTES, b"\0")
    ends = _severity_ends()
    if len(ends) != ENDS_BYTES:
        raise ValueError("the table of severities has another size")
    written = [
        struct.pack("<4i", literal, kind, byte, limit)
        for literal, letter, byte in steps
        for kind, limit in [_NUMBERS.get(letter, (STEADY, 0))]
    ]
    return b"".join((head, ends, *written, struct.pack("<4i", *_LAST)))


def steps_of(prefix: str) -> Sequence[Step]:
    """Length of the literal before each field, its letter, the byte behind it.

    Only those are listed whose ends can be told, up to the last number.
    """
    escapes = [*_ESCAPE.finditer(prefix)]
    steps: list[Step] = []
    for before, field in pairwise(escapes):
        padding, letter = field.groups()
        literal = prefix[before.end() : field.start()]
        behind = prefix[field.end() : field.end() + 1]
        is_known = letter in _STEADY or letter in _NUMBERS
        ends = behind.isascii() and behind not in ("", "%", "-", "/", ".")
        if padding or not is_known or not ends or behind.isalnum():
            break
        if letter in {known for _, known, _ in steps}.intersection("vQ"):
            break
        steps.append((len(literal.encode()), letter, ord(behind)))
    while steps and steps[-1][1] in _STEADY:
        steps.pop()
    return steps
