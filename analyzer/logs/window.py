"""One window of a log, read: executions as columns, all other messages as entries.

Nearly every message of a log that is worth its disk is the duration of a statement.
Those whose shape leaves no doubt become rows of numbers; every other message becomes a
:class:`LogEntry` and takes the careful way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

import numpy as np

from analyzer.domain.statement import NO_FINGERPRINT, Fingerprint
from analyzer.logs.entry import LogEntry, Origin
from analyzer.logs.slices import Bools, Bytes, Longs, Slices, hash_of, hashes, padded
from analyzer.logs.text_shapes import ShapeBook

MAX_KNOWN_BYTES = 12_000_000
"""Texts that are remembered with their fingerprints, in two generations."""

_BYTES_EACH = 150
"""What remembering costs beside the text itself."""

_PARAMETERS_AT = len("parameters: ")
_LITERAL = re.compile(rb"'(?:[^']|'')*'|\b\d[\w.]*")

Clean = Callable[[bytes], bytes]
"""Makes of bytes as a format has them those of the text, in UTF-8 as far as it is."""


class Verb(IntEnum):
    """What a duration belongs to; the phases come before their execution."""

    STATEMENT = 0
    PARSE = 1
    BIND = 2
    EXECUTE = 3


VERB_WORDS = ("statement", "parse", "bind", "execute")


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Distinct texts, without the blanks around them.

    Attributes:
        raw: in UTF-8 as far as they are.
        fingerprints: of each.
        values_hash: of the constants in each.
    """

    raw: Sequence[bytes] = ()
    fingerprints: Sequence[Fingerprint] = ()
    values_hash: Longs

    def __len__(self) -> int:
        """Number of texts."""
        return len(self.raw)

    def text(self, number: int) -> str:
        """One of them."""
        return self.raw[number].decode("utf-8", "replace").strip()


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
        clean: what the bytes of details stand for.
    """

    order: Longs
    logged_at_us: Longs
    origin: Longs
    local_transaction_id: Longs
    queryid: Longs
    verb: Bytes
    duration_us: Longs
    text: Longs
    details: Slices
    values_hash: Longs
    origins: Sequence[Origin]
    texts: Texts
    clean: Clean

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.order)

    def detail(self, at: int) -> str:
        """What the DETAIL line of a row said, empty without one."""
        if not self.details.has(at):
            return ""
        return self.clean(self.details.raw(at)).decode("utf-8", "replace")

    def compact(self) -> DurationRows:
        """The same rows without the bytes of the window they came from."""
        return replace(self, details=self.details.compact())


def unchanged(raw: bytes) -> bytes:
    """Bytes that stand for themselves."""
    return raw


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
        details=Slices(data=b"", starts=none, ends=none),
        values_hash=none,
        origins=(),
        texts=Texts(values_hash=none),
        clean=unchanged,
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
    """Fingerprints of texts, each asked for once while it is remembered."""

    def __init__(self, fingerprint: Callable[[str], Fingerprint] | None = None) -> None:
        """Start empty; ``fingerprint`` is asked once per remembered text."""
        self._shapes = None if fingerprint is None else ShapeBook(fingerprint)
        self._young: dict[bytes, Fingerprint] = {}
        self._old: dict[bytes, Fingerprint] = {}
        self._size = 0

    def texts(self, raws: Sequence[bytes]) -> Texts:
        """What is known of some texts without blanks around them."""
        return Texts(
            raw=raws,
            fingerprints=self._fingerprints(raws),
            values_hash=_values_hashes(raws),
        )

    def fingerprint(self, query: str) -> Fingerprint:
        """The fingerprint of a text."""
        return self._fingerprints([query.strip().encode("utf-8", "surrogatepass")])[0]

    def _fingerprints(self, raws: Sequence[bytes]) -> Sequence[Fingerprint]:
        if self._shapes is None:
            return [NO_FINGERPRINT] * len(raws)
        young, old = self._young, self._old
        found = [young.get(raw) or old.get(raw) for raw in raws]
        unknown = [at for at, name in enumerate(found) if name is None]
        if unknown:
            names = self._shapes.fingerprints([raws[at] for at in unknown])
            for at, name in zip(unknown, names, strict=True):
                found[at] = name
        self._remember(zip(raws, found, strict=True))
        return found  # type: ignore[return-value]

    def _remember(self, pairs: Iterable[tuple[bytes, Fingerprint | None]]) -> None:
        young = self._young
        for raw, name in pairs:
            if raw not in young and name is not None:
                young[raw] = name
                self._size += len(raw) + _BYTES_EACH
        if self._size > MAX_KNOWN_BYTES:
            self._old, self._young, self._size = young, {}, 0


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
