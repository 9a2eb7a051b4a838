"""Fingerprints of many texts, asked of the parser once for each shape.

Texts that differ in nothing but the digits of their numbers have one fingerprint, so
the parser needs to see but one of them. Which digits are a number's is only certain in
plain statements: a text with a backslash, a dollar sign, a double quote or a bracket
(where digits may be a name's, a parameter's, or the bounds of a type) is always parsed
itself, unless it is the bracket of ``(ARRAY[1, 2])``, and so is one with another verb
at its start. So is one in ``CHECKED_EVERY`` of the rest: should the parser ever
disagree, no shape is trusted any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.domain.statement import Fingerprint
from analyzer.logs.scan_texts import (
    COMMENT,
    DIGIT,
    DOUBT,
    FETCH,
    LETTER,
    ODD,
    TEXT_KERNELS,
)
from analyzer.logs.slices import MAX_BYTES, Bools, Longs, Slices, hash_of
from analyzer.native.groups import grouped
from analyzer.native.machine import Machine, machine_of

CHECKED_EVERY = 1000
MAX_SHAPES = 100_000
"""Shapes that are remembered; then all are forgotten."""

_BASE = 64
_SPARE = 64
_KINDS = np.zeros(256, np.uint8)
_KINDS[[*b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"]] = LETTER
_KINDS[0x80:] = LETTER
_KINDS[[*b"0123456789"]] = DIGIT
_KINDS[[*b"fF"]] = FETCH
_KINDS[[*b'\\$"[\0']] = DOUBT
_KINDS[[*b"-/"]] = COMMENT
_KINDS[[*b"\n"]] = ODD
_FACT = np.dtype(
    [
        ("shape", "<i8"),
        ("values_hash", "<i8"),
        ("has_comment", "<i4"),
        ("is_plain", "<i4"),
    ]
)


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What the bytes of some texts tell.

    Attributes:
        shape: a hash of each without the digits of its numbers; 0 where those cannot
            be told from other digits.
        values_hash: of the whole text.
        has_comment: whether one may be in it; only known of those that have a shape.
        is_plain: whether it has no line ends, and no blank at its end; likewise.
    """

    shape: Longs
    values_hash: Longs
    has_comment: Bools
    is_plain: Bools


FactsOf = Callable[[Slices], TextFacts]


def facts_of(texts: Slices) -> TextFacts:
    """The facts of texts."""
    machine, size = machine_of(TEXT_KERNELS), len(texts.data)
    memory = machine.memory(_BASE + size)
    memory[_BASE : _BASE + size] = np.frombuffer(texts.data, np.uint8)
    return facts_in(machine, _BASE, texts)


def facts_in(machine: Machine, begin: int, texts: Slices) -> TextFacts:
    """The facts of texts whose bytes are in a machine's memory already.

    Args:
        machine: has the kernels of texts.
        begin: where the bytes begin; nothing behind them is needed any more.
        texts: slices of those bytes.
    """
    count = len(texts)
    behind = (begin + len(texts.data) + _SPARE) & ~7
    places = (texts.starts + begin, texts.ends + begin)
    columns = (_KINDS, *(place.astype("<i4") for place in places))
    written = b"".join(column.tobytes() for column in columns)
    out = (behind + len(written) + 7) & ~7
    memory = machine.memory(out + count * _FACT.itemsize)
    memory[behind : behind + len(written)] = np.frombuffer(written, np.uint8)
    starts_at = behind + len(_KINDS)
    ends_at = starts_at + 4 * count
    machine.call("text_facts", starts_at, ends_at, count, out, behind)
    found = memory[out : out + count * _FACT.itemsize].copy().view(_FACT)
    values = found["values_hash"]
    for at in np.flatnonzero(texts.ends - texts.starts > MAX_BYTES).tolist():
        values[at] = hash_of(texts.raw(at))
    return TextFacts(
        found["shape"], values, found["has_comment"] > 0, found["is_plain"] > 0
    )


class ShapeBook:
    """Remembers the fingerprint of each shape."""

    def __init__(self, fingerprint: Callable[[str], Fingerprint]) -> None:
        """Start empty; ``fingerprint`` is asked for what is not known."""
        self._ask = fingerprint
        self._known: dict[int, Fingerprint] = {}
        self._answer_count = 0
        self._is_trusted = True

    def fingerprints(
        self, shapes: Sequence[int], text: Callable[[int], bytes]
    ) -> list[Fingerprint]:
        """The fingerprint of each text.

        Args:
            shapes: of the texts, 0 for none.
            text: one of them.
        """
        if self._is_trusted:
            found = [self._known.get(shape) for shape in shapes]
            for number, name in enumerate(found):
                if name is None:
                    found[number] = self._asked(shapes[number], text(number))
            self._check(len(found), found.__getitem__, text)
        if not self._is_trusted:
            return [self.parsed(text(number)) for number in range(len(shapes))]
        return found  # type: ignore[return-value]

    def names(
        self, shapes: Longs, text: Callable[[int], bytes]
    ) -> tuple[Sequence[Fingerprint], Longs] | None:
        """Distinct fingerprints of many texts, and the number of that of each.

        Args:
            shapes: of the texts, none of them 0.
            text: one of them.

        Returns:
            None if shapes are not trusted (any more).
        """
        first, group = grouped(shapes)
        if self._is_trusted:
            distinct = shapes[first].tolist()
            names = [
                self._known.get(shape) or self._asked(shape, text(at))
                for shape, at in zip(distinct, first.tolist(), strict=True)
            ]
            self._check(len(shapes), lambda at: names[group[at]], text)
        return (names, group) if self._is_trusted else None

    def _asked(self, shape: int, text: bytes) -> Fingerprint:
        known = self._known.get(shape)
        if known is not None:
            return known
        name = self.parsed(text)
        if shape:
            if len(self._known) > MAX_SHAPES:
                self._known.clear()
            self._known[shape] = name
        return name

    def _check(
        self,
        count: int,
        name: Callable[[int], Fingerprint | None],
        text: Callable[[int], bytes],
    ) -> None:
        """Parse one text in so many, whoever answered for it."""
        first = -self._answer_count % CHECKED_EVERY
        self._answer_count += count
        for number in range(first, count, CHECKED_EVERY):
            if self.parsed(text(number)) != name(number):
                self._is_trusted = False

    def parsed(self, text: bytes) -> Fingerprint:
        """The fingerprint of a text, whatever its shape."""
        return self._ask(text.decode("utf-8", "replace").strip())
