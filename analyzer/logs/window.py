"""One window of a log, read: executions as columns, all other messages as entries.

Nearly every message of a log that is worth its disk is the duration of a statement.
Those whose shape leaves no doubt become rows of numbers; every other message becomes a
:class:`LogEntry` and takes the careful way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from analyzer.domain.statement import NO_FINGERPRINT, Fingerprint
from analyzer.logs.entry import LogEntry, Origin
from analyzer.logs.slices import Bytes, Longs
from analyzer.logs.text_shapes import ShapeBook

MAX_KNOWN_CHARS = 24_000_000
"""Texts that are remembered with their fingerprints, in two generations."""

_PARAMETERS_AT = len("parameters: ")
_LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d[\w.]*")


class Verb(IntEnum):
    """What a duration belongs to; the phases come before their execution."""

    STATEMENT = 0
    PARSE = 1
    BIND = 2
    EXECUTE = 3


VERB_WORDS = ("statement", "parse", "bind", "execute")


class TextFacts(NamedTuple):
    """A raw text and what is computed once for it."""

    text: str
    fingerprint: Fingerprint
    literals_hash: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationRows:
    """Durations in log order.

    Attributes:
        order: place among all messages of the window.
        logged_at_us: microseconds since 1970, UTC.
        origin: index into ``origins``.
        local_transaction_id: second half of ``%v``.
        queryid: the server's.
        verb: a :class:`Verb`.
        duration_us: in microseconds, as the server prints them.
        text: index into ``texts``.
        details: what the DETAIL line said, of executions that have one.
        values_hash: of the detail, else of the constants in the text.
        origins: without times and transactions.
        texts: distinct raw texts.
    """

    order: Longs
    logged_at_us: Longs
    origin: Longs
    local_transaction_id: Longs
    queryid: Longs
    verb: Bytes
    duration_us: Longs
    text: Longs
    details: Sequence[str | bytes | None]
    values_hash: Longs
    origins: Sequence[Origin]
    texts: Sequence[TextFacts]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.order)


def no_rows() -> DurationRows:
    """Rows of a window in which every message is an entry."""
    none = np.zeros(0, np.int64)
    return DurationRows(
        order=none,
        logged_at_us=none,
        origin=none,
        local_transaction_id=none,
        queryid=none,
        verb=np.zeros(0, np.uint8),
        duration_us=none,
        text=none,
        details=(),
        values_hash=none,
        origins=(),
        texts=(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What one window of a log holds.

    ``entries`` are the messages that are no rows, with their place among all.
    """

    rows: DurationRows = field(default_factory=no_rows)
    entries: Sequence[tuple[int, LogEntry]] = ()
    message_count: int = 0


class TextBook:
    """Facts of raw texts, each computed once while it is remembered."""

    def __init__(self, fingerprint: Callable[[str], Fingerprint] | None = None) -> None:
        """Start empty; ``fingerprint`` is asked once per remembered text."""
        self._shapes = None if fingerprint is None else ShapeBook(fingerprint)
        self._young: dict[str, TextFacts] = {}
        self._old: dict[str, TextFacts] = {}
        self._chars = 0

    def facts(self, raw: str) -> TextFacts:
        """The facts of a text, which is stripped first."""
        return self.facts_of([raw])[0]

    def facts_of(self, raws: Sequence[str]) -> list[TextFacts]:
        """The facts of several texts."""
        young, old = self._young, self._old
        unknown = [raw for raw in raws if raw not in young and raw not in old]
        fresh = dict(zip(unknown, self._computed(unknown), strict=True))
        found = [young.get(raw) or old.get(raw) or fresh[raw] for raw in raws]
        self._remember(zip(raws, found, strict=True))
        return found

    def fingerprint(self, query: str) -> Fingerprint:
        """The fingerprint of a text."""
        return self.facts(query).fingerprint

    def _remember(self, pairs: Iterable[tuple[str, TextFacts]]) -> None:
        for raw, facts in pairs:
            if raw not in self._young:
                self._young[raw] = facts
                self._chars += len(raw)
        if self._chars > MAX_KNOWN_CHARS:
            self._old, self._young, self._chars = self._young, {}, 0

    def _computed(self, raws: Sequence[str]) -> list[TextFacts]:
        texts = [raw.strip() for raw in raws]
        if self._shapes is None:
            return [TextFacts(text, NO_FINGERPRINT, _values(text)) for text in texts]
        names = self._shapes.fingerprints(texts)
        return [
            TextFacts(text, name, _values(text))
            for text, name in zip(texts, names, strict=True)
        ]


def _values(text: str) -> int:
    """A hash of the constants of a text; without comments the text tells them apart."""
    if "/*" in text or "--" in text:
        return hash(tuple(_LITERAL.findall(text)))
    return hash(text)


def values_hashes(
    details: Sequence[str | bytes | None], texts: Sequence[TextFacts], text: Longs
) -> Longs:
    """Hashes of the details, and where there is none of the constants in the text."""
    found: Longs = np.array([item.literals_hash for item in texts], np.int64)[text]
    rows = [row for row, detail in enumerate(details) if detail is not None]
    found[rows] = [_parameters_hash(details[row]) for row in rows]
    return found


def _parameters_hash(detail: str | bytes | None) -> int:
    # Behind "parameters: ", whose first letter differs between versions.
    shown = (detail or "")[_PARAMETERS_AT:]
    if isinstance(shown, bytes):
        return hash(shown.replace(b"\n\t", b"\n") if b"\n" in shown else shown)
    return hash(shown if shown.isascii() else shown.encode())


def hash_of_parameters(values: Sequence[str | None]) -> int:
    """The hash that a DETAIL line with these values has.

    >>> hash_of_parameters(["7"]) == _parameters_hash("Parameters: $1 = '7'")
    True
    """
    shown = (
        "NULL" if value is None else "'" + value.replace("'", "''") + "'"
        for value in values
    )
    pairs = (f"${number} = {value}" for number, value in enumerate(shown, start=1))
    return hash(", ".join(pairs).encode())


def detail_text(detail: str | bytes | None) -> str:
    """A DETAIL as text, without the tabs that continuation lines begin with."""
    if isinstance(detail, bytes):
        text = detail.decode("utf-8", "replace")
        return text.replace("\n\t", "\n") if "\n" in text else text
    return detail or ""


def distinct_slices(
    data: bytes, starts: Longs, ends: Longs
) -> tuple[list[bytes], Longs]:
    """Distinct slices of some bytes, and for each slice the index of its own."""
    known: dict[bytes, int] = {}
    number_of = known.setdefault
    index = [
        number_of(data[start:end], len(known))
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
    return list(known), np.array(index, np.int64)
