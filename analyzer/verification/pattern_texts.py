"""Texts that match a regular expression, each way of it once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_MAX_VARIANTS = 8
_MAX_REPEATED = 8
_MAX_PATTERN = 80
_MAX_DEPTH = 8
_CLASSES = {"d": ("1", "0"), "w": ("a", "1", "_"), "s": (" ", "\t"), "m": ("",)}
_OTHERS = {"D": ("a",), "W": ("-",), "S": ("a",), "M": ("",), "y": ("",), "Y": ("",)}
_NAMED = {
    "[:digit:]": ("1", "0"),
    "[:alpha:]": ("a", "Z"),
    "[:alnum:]": ("a", "1"),
    "[:space:]": (" ", "\t"),
    "[:upper:]": ("A",),
    "[:lower:]": ("a",),
    "[:punct:]": ("-", "."),
}
_SIGNS = frozenset("^$.*+?()[]{}|\\")


def pattern_texts(pattern: str) -> tuple[str, ...]:
    """Some texts that match, shorter and longer ones; none of a text without signs.

    What cannot be read is taken for plain text: nothing hangs on a text that does not
    match.

    >>> pattern_texts("^a{2}(b|cd)+$")
    ('aab', 'aacd', 'aabb', 'aacdcd')
    >>> pattern_texts("plain")
    ()
    """
    if not _SIGNS & set(pattern) or len(pattern) > _MAX_PATTERN:
        return ()
    reader = _Reader(pattern)
    found = reader.alternatives(0)
    return tuple(dict.fromkeys(found))


@dataclass(slots=True)
class _Reader:
    pattern: str
    place: int = 0

    @property
    def _next(self) -> str:
        return self.pattern[self.place : self.place + 1]

    def _take(self) -> str:
        self.place += 1
        return self.pattern[self.place - 1 : self.place]

    def alternatives(self, depth: int) -> list[str]:
        found = self._sequence(depth)
        while self._next == "|":
            self._take()
            found += self._sequence(depth)
        return found[: 2 * _MAX_VARIANTS]

    def _sequence(self, depth: int) -> list[str]:
        parts: list[Sequence[str]] = []
        while self._next and self._next not in "|)":
            parts.append(self._repeated(self._atom(depth)))
        return list(_one_at_a_time(parts))[:_MAX_VARIANTS]

    def _repeated(self, atom: Sequence[str]) -> Sequence[str]:
        counts = self._counts()
        if counts is None:
            return atom
        if self._next == "?":
            self._take()
        texts = [text * count for count in counts for text in atom]
        return list(dict.fromkeys(texts))[:_MAX_VARIANTS]

    def _counts(self) -> tuple[int, ...] | None:
        simple = {"*": (1, 0, 2), "+": (1, 2), "?": (1, 0)}.get(self._next)
        if simple:
            self._take()
            return simple
        end = self.pattern.find("}", self.place)
        if self._next != "{" or end < 0:
            return None
        least, comma, most = self.pattern[self.place + 1 : end].partition(",")
        if not least.isdecimal():
            return None
        self.place = end + 1
        low = min(int(least), _MAX_REPEATED)
        if not comma:
            return (low,)
        return (low, min(int(most), _MAX_REPEATED) if most.isdecimal() else low + 1)

    def _atom(self, depth: int) -> Sequence[str]:
        sign = self._take()
        if sign == "(" and depth < _MAX_DEPTH:
            if self._next == "?":
                self.place += 2
            found = self.alternatives(depth + 1)
            self._take()
            return found or ("",)
        if sign == "[":
            return self._bracket()
        if sign == "\\":
            escaped = self._take()
            return _CLASSES.get(escaped) or _OTHERS.get(escaped) or (escaped,)
        if sign == ".":
            return ("x", "a")
        return ("",) if sign in "^$" else (sign,)

    def _bracket(self) -> Sequence[str]:
        start = self.place
        for name, texts in _NAMED.items():
            if self.pattern.startswith(f"{name}]", start):
                self.place += len(name) + 1
                return texts
        end = self.pattern.find("]", start + 1)
        if end < 0:
            return ("[",)
        self.place = end + 1
        inner = self.pattern[start:end]
        if inner.startswith("^"):
            return tuple(c for c in "x1- " if c not in inner) or ("é",)
        first, last = inner[:1], inner[-1:]
        return (first, last) if first != last else (first,)


def _one_at_a_time(parts: Sequence[Sequence[str]]) -> Iterator[str]:
    """The first of each part together, then each other one in its place."""
    usual = [part[0] for part in parts]
    yield "".join(usual)
    for place, part in enumerate(parts):
        for other in part[1:]:
            yield "".join([*usual[:place], other, *usual[place + 1 :]])
