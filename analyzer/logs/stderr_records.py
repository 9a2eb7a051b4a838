"""A window of a plain log split into records: heads found for all lines at once.

A line whose head leaves a doubt (a second severity within reach of the first, a time
or a word that is not the server's usual one) is not read here but by the
:class:`~analyzer.logs.line_prefix.Splitter`, which weighs what the line could be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np

from analyzer.logs.duration_rows import PADDING, begins_with, words_of
from analyzer.logs.entry import Origin
from analyzer.logs.line_prefix import LinePrefix
from analyzer.logs.severity import COMPANIONS, ENGLISH, SEVERITY_PATTERN
from analyzer.logs.time_columns import TimeReader
from analyzer.logs.window import Bools, Bytes, Longs

WORDS = (
    "LOG", "DETAIL", "STATEMENT", "ERROR", "CONTEXT", "HINT", "FATAL", "WARNING",
    "LOCATION", "QUERY", "NOTICE", "INFO", "PANIC",
)  # fmt: skip
"""Severities found for many lines at once, the frequent first; their index is a code.
"""
IS_COMPANION = np.array([word in COMPANIONS for word in WORDS])

_LOG = "LOG:  "
_MAX_WORD = max(map(len, WORDS))
_MAX_HEAD_BYTES = 1000
_REACH_BYTES = 4 * 64 * 4
"""How far behind a head names chosen by clients can go on, were it another's head."""

# By the last two bytes of a word; more of it is looked at where these fit.
_ENDS_SEVERITY = np.zeros((256, 256), np.bool_)
for _word in (word.encode() for word in ENGLISH):
    _ENDS_SEVERITY[_word[-2], _word[-1]] = True
_STATIC = (
    "process_id", "session_id", "user", "database", "application_name", "remote", "host"
)  # fmt: skip


OriginOf = Callable[[Mapping[str, str | None]], Origin]


class Lines:
    """The lines of a window; the last one ends in a line end as well."""

    def __init__(self, data: bytes) -> None:
        """Find lines and colons."""
        self.data = data
        buffer = np.frombuffer(data + bytes(PADDING + 1), np.uint8)
        self.buffer: Bytes = buffer
        self.ends: Longs = np.flatnonzero(buffer[: len(data)] == ord("\n"))
        self.starts: Longs = np.zeros_like(self.ends)
        self.starts[1:] = self.ends[:-1] + 1
        colons = np.flatnonzero(buffer == ord(":"))
        following = buffer[colons + 1]
        self.colons: Longs = colons[following == ord(" ")]
        self.doubles: Longs = self.colons[buffer[self.colons + 2] == ord(" ")]
        self.doubtful: Longs = _severity_ends(buffer, colons, following)

    def text(self, number: int) -> str:
        """One line."""
        raw = self.data[self.starts[number] : self.ends[number]]
        return raw.decode("utf-8", "replace")


def _severity_ends(buffer: Bytes, colons: Longs, following: Bytes) -> Longs:
    """Colons that may end a severity."""
    ends = (following == ord(" ")) | (following == ord("\n")) | (following == 13)
    colons = colons[ends]
    last = colons - 1
    last = last - (buffer[last] == ord(" "))
    return colons[_ENDS_SEVERITY[buffer[last - 1], buffer[last]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Lines that begin a record, in order.

    Attributes:
        line: number of the line.
        text_start: where the message begins, in bytes of the window.
        logged_at_us: time of the line.
        severity: index into ``WORDS``.
        origin: index into ``origins``.
        local_transaction_id: second half of ``%v``.
        queryid: ``%Q``.
        process: who wrote it, as a number; equal for equal process keys.
        origins: distinct ones of the window.
        doubtful: candidate lines that were not read here.
    """

    line: Longs
    text_start: Longs
    logged_at_us: Longs
    severity: Longs
    origin: Longs
    local_transaction_id: Longs
    queryid: Longs
    process: Longs
    origins: Sequence[Origin]
    doubtful: Longs


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heads:
    """Distinct texts between time and severity, as columns; -1 where not read."""

    origin: Longs
    local_transaction_id: Longs
    queryid: Longs
    process: Longs
    origins: Sequence[Origin]


class HeadReader:
    """Reads the heads of one file whose lines begin with the time."""

    def __init__(
        self, prefix: LinePrefix, times: TimeReader, origin_of: OriginOf
    ) -> None:
        """Take the prefix; ``origin_of`` makes an origin of the fields of a head."""
        self._times = times
        self._has_chosen_fields = prefix.has_chosen_fields
        # Only one severity is put behind the heads, so only that must be looked for.
        any_severity = SEVERITY_PATTERN.replace("?P<severity>", "?:")
        names = prefix.pattern.replace(any_severity, re.escape(_LOG))
        whole = re.compile(rf"^{names}{_LOG}\n", re.MULTILINE)
        self._find = whole.findall
        groups = whole.groupindex
        self._group_count = whole.groups
        self._static = [groups[name] - 1 for name in _STATIC if name in groups]
        self._names = [name for name in _STATIC if name in groups]
        self._transaction = groups.get("virtual_transaction_id", 0) - 1
        self._queryid = groups.get("queryid", 0) - 1
        self._session_start = groups.get("session_start", 0) - 1
        self._origin_of = origin_of
        self._known: dict[object, Origin] = {}

    def read(self, lines: Lines) -> Records:
        """The records of a window."""
        buffer = lines.buffer
        first = buffer[lines.starts]
        number = np.flatnonzero((first != ord("\t")) & (lines.starts != lines.ends))
        starts, ends = lines.starts[number], lines.ends[number]
        times = self._times.read(buffer, starts)
        head_end = _next_after(lines.doubles, times.end) + 3
        good = times.is_time & (head_end <= np.minimum(ends, starts + _MAX_HEAD_BYTES))
        good &= self._is_only_severity(lines, starts, ends, head_end)
        severity = _severities(buffer, np.where(good, head_end - 3, _MAX_WORD))
        good &= severity >= 0
        at = np.flatnonzero(good)
        lengths = np.array([len(word) for word in WORDS])
        names_end = head_end[at] - 3 - lengths[severity[at]]
        heads, index = self._heads(lines, times.end[at], names_end)
        good[at[heads.origin[index] < 0]] = False
        known = heads.origin[index] >= 0
        at, index = at[known], index[known]
        return Records(
            line=number[at],
            text_start=head_end[at],
            logged_at_us=times.logged_at_us[at],
            severity=severity[at],
            origin=heads.origin[index],
            local_transaction_id=heads.local_transaction_id[index],
            queryid=heads.queryid[index],
            process=heads.process[index],
            origins=heads.origins,
            doubtful=number[~good],
        )

    def _is_only_severity(
        self, lines: Lines, starts: Longs, ends: Longs, head_end: Longs
    ) -> Bools:
        """Whether no other severity can end where a head, or a longer one, could."""
        doubtful = lines.doubtful
        low = np.searchsorted(doubtful, starts)
        is_first: Bools = _at(doubtful, low) == head_end - 3
        if not self._has_chosen_fields:
            return is_first
        limit = np.minimum(head_end + _REACH_BYTES, ends)
        only: Bools = is_first & (_at(doubtful, low + 1) > limit)
        return only

    def _heads(self, lines: Lines, starts: Longs, ends: Longs) -> tuple[_Heads, Longs]:
        """Distinct heads, and for each line the index of its own."""
        known: dict[bytes, int] = {}
        number_of = known.setdefault
        data = lines.data
        # The lines of one execution stand together and have the same head.
        is_new = ~_like_before(lines.buffer, starts, ends)
        index = [
            number_of(data[start:end], len(known))
            for start, end in zip(
                starts[is_new].tolist(), ends[is_new].tolist(), strict=True
            )
        ]
        run = np.cumsum(is_new) - 1
        return self._parsed(list(known)), np.array(index, np.int64)[run]

    def _parsed(self, heads: Sequence[bytes]) -> _Heads:
        fields = self._fields(heads)
        local: dict[object, int] = {}
        process: dict[str, int] = {}
        origin: list[int] = []
        pick = itemgetter(*self._static) if self._static else lambda _: ""
        extra = self._session_start
        for item in fields:
            if item is None:
                origin.append(-1)
                continue
            key = (pick(item), item[extra]) if extra >= 0 else pick(item)
            found = local.get(key)
            if found is None:
                found = local[key] = len(local)
                if key not in self._known:
                    if len(self._known) > 100_000:
                        self._known.clear()
                    self._known[key] = self._origin(item)
            origin.append(found)
        origins = [self._known.get(key) or Origin() for key in local]
        numbers = [
            process.setdefault(item.process_key, len(process)) for item in origins
        ]
        index = np.array(origin, np.int64)
        return _Heads(
            origin=index,
            local_transaction_id=_locals(fields, self._transaction),
            queryid=_numbers(fields, self._queryid),
            process=np.array([*numbers, -1], np.int64)[index],
            origins=origins,
        )

    def _fields(self, heads: Sequence[bytes]) -> Sequence[tuple[str, ...] | None]:
        text = f"{_LOG}\n".encode().join((*heads, b"")).decode("utf-8", "replace")
        found: list[tuple[str, ...]] = self._find(text)
        if self._group_count == 1:
            found = [(item,) for item in found]  # type: ignore[misc]
        if len(found) == len(heads):
            return found
        # Some of them are no heads: one by one.
        singly = [self._find(f"{one}\n") for one in text.split("\n")[:-1]]
        if self._group_count == 1:
            return [(one[0],) if one else None for one in singly]
        return [one[0] if one else None for one in singly]

    def _origin(self, fields: tuple[str, ...]) -> Origin:
        known = dict(zip(self._names, (fields[n] for n in self._static), strict=True))
        if self._session_start >= 0:
            known["session_start"] = fields[self._session_start]
        return self._origin_of(known)


def _like_before(buffer: Bytes, starts: Longs, ends: Longs) -> Bools:
    """Whether each slice has the same bytes as the one before it."""
    words = words_of(buffer)
    length = ends - starts
    same = np.zeros(len(starts), np.bool_)
    same[1:] = (length[1:] == length[:-1]) & (length[1:] >= 8)
    left = np.flatnonzero(same)
    for place in range(0, int(length[left].max(initial=0)), 8):
        # The last eight bytes overlap those before them.
        offset = np.minimum(length[left] - 8, place)
        equal = words[starts[left] + offset] == words[starts[left - 1] + offset]
        same[left[~equal]] = False
        left = left[equal]
    return same


def _at(values: Longs, index: Longs) -> Longs:
    """The values at some places; behind the last, a number beyond all."""
    found: Longs = np.append(values, np.int64(1 << 62))[np.minimum(index, len(values))]
    return found


def _next_after(values: Longs, places: Longs) -> Longs:
    return _at(values, np.searchsorted(values, places))


def _severities(buffer: Bytes, ends: Longs) -> Longs:
    """Codes of the words that end at some places; -1 for words not among ``WORDS``."""
    code = np.full(len(ends), -1, np.int64)
    left = np.arange(len(ends))
    for number, word in enumerate(WORDS):
        starts = np.maximum(ends[left] - len(word), 0)
        fits = begins_with(buffer, starts, word.encode())
        code[left[fits]] = number
        left = left[~fits]
        if not len(left):
            break
    return code


def _locals(fields: Sequence[tuple[str, ...] | None], group: int) -> Longs:
    if group < 0:
        return np.zeros(len(fields), np.int64)
    return np.array(
        [int(item[group].rpartition("/")[2] or 0) if item else 0 for item in fields],
        np.int64,
    )


def _numbers(fields: Sequence[tuple[str, ...] | None], group: int) -> Longs:
    if group < 0:
        return np.zeros(len(fields), np.int64)
    numbers = [int(item[group] or 0) if item else 0 for item in fields]
    limit = (1 << 63) - 1
    return np.array([max(min(n, limit), -limit) for n in numbers], np.int64)
