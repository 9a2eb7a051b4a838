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
        names: fingerprints of them.
        name: index into ``names`` of each.
        values_hash: of the constants in each.
    """

    slices: Slices
    clean: Clean
    names: Sequence[Fingerprint] = ()
    name: Longs
    values_hash: Longs

    def __len__(self) -> int:
        """Number of texts."""
        return len(self.slices)

    def text(self, number: int) -> str:
        """One of them, without the blanks around it."""
        raw = self.clean(self.slices.raw(number))
        return raw.decode("utf-8", "replace").strip()

    def on(self, data: bytes) -> Texts:
        """The same texts, whose bytes are elsewhere in memory."""
        return replace(self, slices=self.slices.on(data))


def no_texts() -> Texts:
    """No texts at all."""
    none = np.zeros(0, np.int64)
    slices = Slices(data=b"", starts=none, ends=none)
    return Texts(slices=slices, clean=unchanged, name=none, values_hash=none)


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

    def texts(
        self, slices: Slices, keys: Longs, clean: Clean, facts: TextFacts
    ) -> Texts:
        """What is known of some texts.

        Args:
            slices: the texts as the log has them.
            keys: their hashes.
            clean: what the bytes stand for.
            facts: of those bytes.
        """
        is_plain = (facts.shape != 0) & facts.is_plain & ~facts.has_comment
        plain = np.flatnonzero(is_plain)
        places = plain.tolist()
        named = self._named(facts.shape[plain], lambda at: slices.raw(places[at]))
        if named is None:
            is_plain[:] = False
            plain, named = plain[:0], ([], plain[:0])
        odd = np.flatnonzero(~is_plain)
        known = self._known_of(slices.of(odd), keys[odd].tolist(), clean)
        names, group = named
        name = np.empty(len(slices), np.int64)
        name[plain] = group
        name[odd] = np.arange(len(odd)) + len(names)
        values = facts.values_hash
        values[odd] = np.array([values for _, values in known], np.int64)
        return Texts(
            slices=slices,
            clean=clean,
            names=[*names, *(name for name, _ in known)],
            name=name,
            values_hash=values,
        )

    def _named(
        self, shapes: Longs, text: Callable[[int], bytes]
    ) -> tuple[Sequence[Fingerprint], Longs] | None:
        """Names of texts by their shapes, and which each has; none without shapes."""
        if self._shapes is None:
            return [NO_FINGERPRINT], np.zeros(len(shapes), np.int64)
        return self._shapes.names(shapes, text)

    def _known_of(
        self, slices: Slices, keys: Sequence[int], clean: Clean
    ) -> Sequence[_Known]:
        """What is known of texts that are looked at one by one."""
        memory = self._memories.setdefault(clean, _Memory())
        found = memory.recall(keys)
        new = [at for at, known in enumerate(found) if known is None]
        if new:
            texts = [clean(raw).strip() for raw in slices.raws(np.array(new))]
            for at, known in zip(new, self._of_texts(texts), strict=True):
                found[at] = known
        known_all: list[_Known] = found  # type: ignore[assignment]
        memory.remember(keys, known_all)
        return known_all

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

    def _of_texts(self, texts: Sequence[bytes]) -> list[_Known]:
        facts = _facts_of(texts)
        names: Sequence[Fingerprint] = [NO_FINGERPRINT] * len(texts)
        if self._shapes is not None:
            names = self._shapes.fingerprints(facts.shape.tolist(), texts.__getitem__)
        return [*zip(names, _values_hashes(facts, texts).tolist(), strict=True)]


def values_hash_of(query: str) -> int:
    """A hash of the constants of a text; without comments the text tells them apart."""
    return _values_hash(query.strip().encode("utf-8", "surrogatepass"))


def _values_hash(raw: bytes) -> int:
    if _may_have_comment(raw):
        return hash(tuple(_LITERAL.findall(raw)))
    return hash_of(raw)


def _may_have_comment(raw: bytes) -> bool:
    return b"--" in raw or b"/*" in raw


def _facts_of(texts: Sequence[bytes]) -> TextFacts:
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))
    starts = np.append(0, ends[:-1])[: len(ends)]
    return facts_of(Slices(data=b"".join(texts), starts=starts, ends=ends))


def _values_hashes(facts: TextFacts, texts: Sequence[bytes]) -> Longs:
    found = facts.values_hash
    for at in np.flatnonzero(facts.has_comment | (facts.shape == 0)).tolist():
        if _may_have_comment(texts[at]):
            found[at] = _values_hash(texts[at])
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
