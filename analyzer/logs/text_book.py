"""Texts of statements and their fingerprints, each asked for once.

A text is known by a hash of its bytes as the log has them, so one that was seen before
costs no object. The hash is seeded (:mod:`analyzer.logs.slices`): nobody can write a
statement that is taken for another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from analyzer.domain.statement import NO_FINGERPRINT, Fingerprint
from analyzer.logs.slices import Bools, Bytes, Longs, Slices, hash_of, hashes, padded
from analyzer.logs.text_shapes import ShapeBook

MAX_KNOWN = 60_000
"""Texts that are remembered of each format, in two generations of so many."""

_PARAMETERS_AT = len("parameters: ")
_LITERAL = re.compile(rb"'(?:[^']|'')*'|\b\d[\w.]*")

Clean = Callable[[bytes], bytes]
"""Makes of bytes as a format has them those of the text, in UTF-8 as far as it is."""


def unchanged(raw: bytes) -> bytes:
    """Bytes that stand for themselves."""
    return raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Distinct texts.

    Attributes:
        slices: as the log has them.
        clean: what those bytes stand for.
        fingerprints: of each.
        values_hash: of the constants in each.
    """

    slices: Slices
    clean: Clean
    fingerprints: Sequence[Fingerprint] = ()
    values_hash: Longs

    def __len__(self) -> int:
        """Number of texts."""
        return len(self.slices)

    def text(self, number: int) -> str:
        """One of them, without the blanks around it."""
        raw = self.clean(self.slices.raw(number))
        return raw.decode("utf-8", "replace").strip()

    def compact(self) -> Texts:
        """The same texts without the bytes between them."""
        return replace(self, slices=self.slices.compact())


def no_texts() -> Texts:
    """No texts at all."""
    none = np.zeros(0, np.int64)
    slices = Slices(data=b"", starts=none, ends=none)
    return Texts(slices=slices, clean=unchanged, values_hash=none)


class _Known(NamedTuple):
    fingerprint: Fingerprint
    values_hash: int


class _Memory:
    """What is known of the texts of one format, the latest at least."""

    def __init__(self) -> None:
        self._young: dict[int, _Known] = {}
        self._old: dict[int, _Known] = {}

    def recall(self, keys: Sequence[int]) -> list[_Known | None]:
        young, old = self._young, self._old
        return [young.get(key) or old.get(key) for key in keys]

    def remember(self, keys: Sequence[int], found: Sequence[_Known]) -> None:
        self._young.update(zip(keys, found, strict=True))
        if len(self._young) > MAX_KNOWN:
            self._old, self._young = self._young, {}


class TextBook:
    """Fingerprints of texts, each asked for once while it is remembered."""

    def __init__(self, fingerprint: Callable[[str], Fingerprint] | None = None) -> None:
        """Start empty; ``fingerprint`` is asked once per remembered text."""
        self._shapes = None if fingerprint is None else ShapeBook(fingerprint)
        # The same bytes mean another text in another format.
        self._memories: dict[Clean, _Memory] = {}

    def texts(self, slices: Slices, keys: Longs, clean: Clean) -> Texts:
        """What is known of some texts.

        Args:
            slices: the texts as the log has them.
            keys: their hashes.
            clean: what the bytes stand for.
        """
        memory = self._memories.setdefault(clean, _Memory())
        numbers: list[int] = keys.tolist()
        found = memory.recall(numbers)
        new = [at for at, known in enumerate(found) if known is None]
        if new:
            raws = [clean(raw).strip() for raw in slices.raws(np.array(new))]
            values = _values_hashes(raws).tolist()
            named = [*map(_Known, self._fingerprints(raws), values)]
            for at, known in zip(new, named, strict=True):
                found[at] = known
        known_all: list[_Known] = found  # type: ignore[assignment]
        memory.remember(numbers, known_all)
        return Texts(
            slices=slices,
            clean=clean,
            fingerprints=[known.fingerprint for known in known_all],
            values_hash=np.array([known.values_hash for known in known_all], np.int64),
        )

    def fingerprint(self, query: str) -> Fingerprint:
        """The fingerprint of a text."""
        raw = query.strip().encode("utf-8", "surrogatepass")
        slices = Slices(data=raw, starts=np.array([0]), ends=np.array([len(raw)]))
        texts = self.texts(slices, np.array([hash_of(raw)]), unchanged)
        return texts.fingerprints[0]

    def _fingerprints(self, raws: Sequence[bytes]) -> Sequence[Fingerprint]:
        if self._shapes is None:
            return [NO_FINGERPRINT] * len(raws)
        return self._shapes.fingerprints(raws)


def values_hash_of(query: str) -> int:
    """A hash of the constants of a text; without comments the text tells them apart."""
    return int(_values_hashes([query.strip().encode("utf-8", "surrogatepass")])[0])


def _values_hashes(raws: Sequence[bytes]) -> Longs:
    buffer = padded(b"".join(raws))
    ends = np.cumsum(np.fromiter(map(len, raws), np.int64, len(raws)))
    found = hashes(buffer, np.append(0, ends[:-1]) if len(ends) else ends, ends)
    for at, raw in enumerate(raws):
        if b"--" in raw or b"/*" in raw:
            found[at] = hash(tuple(_LITERAL.findall(raw)))
    return found


def values_hashes(
    rows: tuple[Texts, Longs], details: Slices, buffer: Bytes, odd: Bools, clean: Clean
) -> Longs:
    """Hashes of the details, and where there is none of the constants in the text.

    Args:
        rows: the texts, and which of them each row has.
        details: of the rows.
        buffer: which the details are slices of.
        odd: rows whose detail may stand for other bytes.
        clean: what those stand for.
    """
    texts, text = rows
    found: Longs = texts.values_hash[text]
    has = np.flatnonzero(details.starts >= 0)
    # Behind "parameters: ", whose first letter differs between versions.
    begin = np.minimum(details.starts[has] + _PARAMETERS_AT, details.ends[has])
    found[has] = hashes(buffer, begin, details.ends[has])
    for at in has[odd[has]].tolist():
        found[at] = hash_of(clean(details.raw(at))[_PARAMETERS_AT:])
    return found


def hash_of_parameters(values: Sequence[str | None]) -> int:
    """The hash that a DETAIL line with these values has.

    >>> hash_of_parameters(["7"]) == hash_of(b"$1 = '7'")
    True
    """
    shown = (
        "NULL" if value is None else "'" + value.replace("'", "''") + "'"
        for value in values
    )
    pairs = (f"${number} = {value}" for number, value in enumerate(shown, start=1))
    return hash_of(", ".join(pairs).encode("utf-8", "surrogatepass"))
