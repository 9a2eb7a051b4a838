"""Texts of statements and their fingerprints, each asked for once.

A text is known by a hash of its bytes as the log has them, so one that was seen before
costs no object. The hash is seeded (:mod:`analyzer.logs.slices`): nobody can write a
statement that is taken for another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analyzer.domain.statement import NO_FINGERPRINT, Fingerprint
from analyzer.logs.slices import Longs, Slices, hash_of
from analyzer.logs.text_shapes import ShapeBook, TextFacts, facts_of

MAX_KNOWN = 30_000
"""Texts that are remembered of each format, in two generations of so many."""

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


_Known = tuple[Fingerprint, int]
"""The fingerprint of a text, and the hash of its constants."""


class _Memory:
    """What is known of the texts of one format, the latest at least."""

    def __init__(self) -> None:
        self._young: dict[int, _Known] = {}
        self._old: dict[int, _Known] = {}

    def recall(self, keys: Sequence[int]) -> list[_Known | None]:
        found = [*map(self._young.get, keys)]
        if self._old:
            found = [
                one or self._old.get(key) for one, key in zip(found, keys, strict=True)
            ]
        return found

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
            index = np.array(new)
            chosen = Slices(
                data=slices.data,
                starts=slices.starts[index],
                ends=slices.ends[index],
            )
            for at, known in zip(new, self._look(chosen, clean), strict=True):
                found[at] = known
        known_all: list[_Known] = found  # type: ignore[assignment]
        memory.remember(numbers, known_all)
        return Texts(
            slices=slices,
            clean=clean,
            fingerprints=[name for name, _ in known_all],
            values_hash=np.array([values for _, values in known_all], np.int64),
        )

    def fingerprint(self, query: str) -> Fingerprint:
        """The fingerprint of a text."""
        raw = query.strip().encode("utf-8", "surrogatepass")
        key = hash_of(raw)
        memory = self._memories.setdefault(unchanged, _Memory())
        known = memory.recall([key])[0]
        if known is not None:
            return known[0]
        name = NO_FINGERPRINT if self._shapes is None else self._shapes.parsed(raw)
        memory.remember([key], [(name, _values_hash(raw))])
        return name

    def _look(self, slices: Slices, clean: Clean) -> list[_Known]:
        """Look at texts that are not known, most of them without making one."""
        facts = facts_of(slices.data, slices.starts, slices.ends)
        is_plain = (facts.shape != 0) & facts.is_plain
        # What may stand for other bytes is read as the text that it stands for.
        plain, odd = np.flatnonzero(is_plain), np.flatnonzero(~is_plain)
        found: list[_Known] = [(NO_FINGERPRINT, 0)] * len(slices)
        places = plain.tolist()
        those = self._known(facts.of(plain), lambda at: slices.raw(places[at]))
        for at, known in zip(places, those, strict=True):
            found[at] = known
        texts = [clean(raw).strip() for raw in slices.raws(odd)]
        for at, known in zip(odd.tolist(), self._of_texts(texts), strict=True):
            found[at] = known
        return found

    def _of_texts(self, texts: Sequence[bytes]) -> list[_Known]:
        return self._known(_facts_of(texts), texts.__getitem__)

    def _known(self, facts: TextFacts, text: Callable[[int], bytes]) -> list[_Known]:
        names: Sequence[Fingerprint] = [NO_FINGERPRINT] * len(facts.shape)
        if self._shapes is not None:
            names = self._shapes.fingerprints(facts.shape.tolist(), text)
        return [*zip(names, _values_hashes(facts, text).tolist(), strict=True)]


def values_hash_of(query: str) -> int:
    """A hash of the constants of a text; without comments the text tells them apart."""
    return _values_hash(query.strip().encode("utf-8", "surrogatepass"))


def _values_hash(raw: bytes) -> int:
    if b"--" in raw or b"/*" in raw:
        return hash(tuple(_LITERAL.findall(raw)))
    return hash_of(raw)


def _facts_of(texts: Sequence[bytes]) -> TextFacts:
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))
    starts = np.append(0, ends[:-1])[: len(ends)]
    return facts_of(b"".join(texts), starts, ends)


def _values_hashes(facts: TextFacts, text: Callable[[int], bytes]) -> Longs:
    found = facts.values_hash.copy()
    for at in np.flatnonzero(facts.has_comment | (facts.shape == 0)).tolist():
        found[at] = _values_hash(text(at))
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
