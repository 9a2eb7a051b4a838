"""Fingerprints of many texts, asked of the parser once for each shape.

Texts that differ in nothing but the digits of their numbers have one fingerprint, so
the parser needs to see but one of them. Which digits are a number's is only certain in
plain statements: a text with a backslash, a dollar sign, a double quote or a bracket
(where digits may be a name's, a parameter's, or the bounds of a type), or with another
verb at its start, is always parsed itself. So is one in ``CHECKED_EVERY`` of the rest:
should the parser ever disagree, no shape is trusted any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from analyzer.domain.statement import Fingerprint

CHECKED_EVERY = 1000
MAX_SHAPE_CHARS = 12_000_000
"""Shapes that are remembered; then all are forgotten."""

MAX_TEXT_BYTES = 20_000
"""Longer texts are rare, and parsed."""

_VERBS = (
    b"select", b"insert", b"update", b"delete", b"with",
    b"SELECT", b"INSERT", b"UPDATE", b"DELETE", b"WITH", b"Select", b"Insert",
)  # fmt: skip
_DOUBTS = np.zeros(256, np.bool_)
_DOUBTS[[*b'\\$"[']] = True
_DOUBTFUL_WORDS = (b"fetch", b"FETCH", b"Fetch")
_SEPARATOR = b"\0"
_ZERO, _NINE = b"09"
# What a name can consist of: digits behind one of these are a part of it.
_IN_NAME = np.zeros(256, np.bool_)
_IN_NAME[[*b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"]] = True
_IN_NAME[0x80:] = True


class ShapeBook:
    """Remembers the fingerprint of each shape."""

    def __init__(self, fingerprint: Callable[[str], Fingerprint]) -> None:
        """Start empty; ``fingerprint`` is asked for what is not known."""
        self._ask = fingerprint
        self._known: dict[bytes, Fingerprint] = {}
        self._chars = 0
        self._answer_count = 0
        self._is_trusted = True

    def fingerprints(self, texts: Sequence[bytes]) -> list[Fingerprint]:
        """The fingerprint of each text."""
        found: list[Fingerprint | None] = [None] * len(texts)
        if self._is_trusted:
            plain = _plain(texts)
            for number, shape in zip(
                plain, shapes([texts[n] for n in plain]), strict=True
            ):
                found[number] = self._of_shape(shape, texts[number])
        return [name or self._parsed(texts[n]) for n, name in enumerate(found)]

    def _parsed(self, text: bytes) -> Fingerprint:
        return self._ask(text.decode("utf-8", "replace").strip())

    def _of_shape(self, shape: bytes, text: bytes) -> Fingerprint | None:
        known = self._known.get(shape)
        if known is None:
            if self._chars > MAX_SHAPE_CHARS:
                self._known.clear()
                self._chars = 0
            known = self._known[shape] = self._parsed(text)
            self._chars += len(shape)
            return known
        self._answer_count += 1
        if self._answer_count % CHECKED_EVERY == 0 and self._parsed(text) != known:
            self._is_trusted = False
        return known if self._is_trusted else None


def _plain(texts: Sequence[bytes]) -> list[int]:
    """Which texts are plain statements."""
    likely = [
        number
        for number, text in enumerate(texts)
        if text.startswith(_VERBS)
        and len(text) <= MAX_TEXT_BYTES
        and _SEPARATOR not in text
    ]
    data = _SEPARATOR.join([*(texts[number] for number in likely), b""])
    buffer = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(buffer == 0)
    doubts = np.flatnonzero(_DOUBTS[buffer]).tolist()
    for word in _DOUBTFUL_WORDS:
        at = data.find(word)
        while at >= 0:
            doubts.append(at)
            at = data.find(word, at + 1)
    is_plain = np.ones(len(likely), np.bool_)
    is_plain[np.searchsorted(ends, np.array(doubts, np.int64))] = False
    chosen: list[int] = np.array(likely, np.int64)[is_plain].tolist()
    return chosen


def shapes(texts: Sequence[bytes]) -> list[bytes]:
    """The texts with each number cut down to a zero.

    Args:
        texts: without the character of number zero.

    >>> shapes([b"SELECT 42 FROM t2 WHERE a = 1.50", b"SELECT 7 FROM t2 WHERE a = 3.1"])
    [b'SELECT 0 FROM t2 WHERE a = 0.0', b'SELECT 0 FROM t2 WHERE a = 0.0']
    """
    data = _SEPARATOR.join([*texts, b""])
    buffer = np.frombuffer(data, np.uint8)
    is_digit = (buffer - np.uint8(_ZERO)) <= _NINE - _ZERO
    edges = np.flatnonzero(is_digit[1:] != is_digit[:-1]) + 1
    # A text begins with a letter and the last byte is a separator.
    begins, ends = edges[0::2], edges[1::2]
    is_number = ~_IN_NAME[buffer[begins - 1]]
    begins, ends = begins[is_number], ends[is_number]
    # Plus one where digits to leave out begin, minus one behind their end.
    steps = np.zeros(len(buffer) + 1, np.int8)
    steps[begins + 1] += 1
    steps[ends] -= 1
    shortened = buffer.copy()
    shortened[begins] = _ZERO
    kept = shortened[np.cumsum(steps[:-1], dtype=np.int8) == 0]
    found: list[bytes] = kept.tobytes().split(_SEPARATOR)[:-1]
    return found
