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

from analyzer.logs.entry import Origin
from analyzer.logs.head_columns import HeadColumns, HeadSplitter
from analyzer.logs.line_prefix import LinePrefix
from analyzer.logs.severity import COMPANIONS, ENGLISH, SEVERITY_PATTERN
from analyzer.logs.slices import Bools, Bytes, Longs, begins_with, padded
from analyzer.logs.time_columns import TimeReader

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
        buffer = padded(data)
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
    found: Longs = colons[_ENDS_SEVERITY[buffer[last - 1], buffer[last]]]
    return found


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
    """What stands between time and severity, for each line; -1 where not read."""

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
        self._splitter = HeadSplitter(prefix.text)
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
        columns = self._splitter.split(buffer, times.end[at], names_end)
        heads = self._heads(lines, times.end[at], names_end, columns)
        known = heads.origin >= 0
        good[at[~known]] = False
        at = at[known]
        return Records(
            line=number[at],
            text_start=head_end[at],
            logged_at_us=times.logged_at_us[at],
            severity=severity[at],
            origin=heads.origin[known],
            local_transaction_id=heads.local_transaction_id[known],
            queryid=heads.queryid[known],
            process=heads.process[known],
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

    def _heads(
        self, lines: Lines, starts: Longs, ends: Longs, columns: HeadColumns
    ) -> _Heads:
        """What the heads of lines say, of which the first of each group is read."""
        places = zip(
            starts[columns.first].tolist(), ends[columns.first].tolist(), strict=True
        )
        fields = self._fields([lines.data[start:end] for start, end in places])
        origin, origins = self._origins(fields)
        process: dict[str, int] = {}
        numbers = [
            process.setdefault(item.process_key, len(process)) for item in origins
        ]
        local, queryid = columns.local_transaction_id, columns.queryid
        if local is None:
            local = _locals(fields, self._transaction)[columns.group]
        if queryid is None:
            queryid = _numbers(fields, self._queryid)[columns.group]
        index = np.where(columns.fits, origin[columns.group], -1)
        return _Heads(
            origin=index,
            local_transaction_id=local,
            queryid=queryid,
            process=np.array([*numbers, -1], np.int64)[index],
            origins=origins,
        )

    def _origins(
        self, fields: Sequence[tuple[str, ...] | None]
    ) -> tuple[Longs, Sequence[Origin]]:
        """The index of the origin of each head, -1 for no head, and the origins."""
        local: dict[object, int] = {}
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
        return np.array(origin, np.int64), origins

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
