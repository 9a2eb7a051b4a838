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

from analyzer.logs.entry import Origin, id_number
from analyzer.logs.line_prefix import LinePrefix
from analyzer.logs.scan_stderr import STDERR_KERNELS
from analyzer.logs.scanned_rows import Scanner, Table, minutes_of, places
from analyzer.logs.severity import COMPANIONS, SEVERITY_PATTERN
from analyzer.logs.slices import Longs, Slices
from analyzer.logs.stderr_settings import (
    WORDS,
    leading_time,
    settings_of,
    steps_of,
)
from analyzer.logs.time_columns import TimeReader
from analyzer.logs.timestamps import TIME_PATTERN
from analyzer.native.groups import grouped

IS_COMPANION = np.array([word in COMPANIONS for word in WORDS])

_LOG = "LOG:  "
_STATIC = (
    "process_id", "session_id", "user", "database", "application_name", "remote",
    "host", "sqlstate",
)  # fmt: skip


MAX_KNOWN_ORIGINS = 20_000

OriginOf = Callable[[Mapping[str, str | None]], Origin]


class Lines:
    """The lines of a window; the last one ends in a line end as well."""

    def __init__(self, data: bytes, ends: Longs) -> None:
        """Take the places where they end."""
        self.data = data
        self.ends = ends
        self.starts: Longs = np.zeros_like(ends)
        self.starts[1:] = ends[:-1] + 1

    def __len__(self) -> int:
        """Number of lines."""
        return len(self.starts)

    def filled(self, first: int, until: int) -> list[int]:
        """The numbers of some lines, without those that are empty."""
        is_filled = self.starts[first:until] < self.ends[first:until]
        found: list[int] = (np.flatnonzero(is_filled) + first).tolist()
        return found

    def __getitem__(self, number: int) -> str:
        """One line."""
        raw = self.data[self.starts[number] : self.ends[number]]
        return raw.decode("utf-8", "replace")

    def text(self, number: int, start: int) -> str:
        """One line from a place in the window on."""
        return self.data[start : self.ends[number]].decode("utf-8", "replace")


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
        table: what the scanner wrote of each record.
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
    table: Table

    def origins_of(self, index: Longs) -> tuple[Longs, Sequence[Origin]]:
        """Numbers of the origins of some records, and these; others are left out.

        What has written no durations need not be known as a process.
        """
        origin = self.origin[index]
        firsts, number = grouped(origin)
        return number, [self.origins[one] for one in origin[firsts].tolist()]


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
        steps = steps_of(prefix.text)
        self._scanner = Scanner(STDERR_KERNELS)
        self.facts = self._scanner.facts
        self._settings = settings_of(prefix, steps)
        self._read_here = {letter for _, letter, _ in steps}
        # Only one severity is put behind the heads, so only that must be looked for.
        any_severity = SEVERITY_PATTERN.replace("?P<severity>", "?:")
        names = prefix.pattern.replace(any_severity, re.escape(_LOG))
        # The time was read before; a second one is no part of the prefix.
        literal, _ = leading_time(prefix.text) or (b"", "")
        names = names.removeprefix(re.escape(literal.decode()))
        names = names.replace(f"(?:{TIME_PATTERN})?", "", 1)
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

    def read(self, data: bytes) -> tuple[Lines, Records]:
        """The lines of a window, and its records.

        The table of these is only there until the scanner is used again.
        """
        table, ends = self._scanner.scan_lines(data, self._settings)
        lines = Lines(data, ends)
        is_read = table["is_row"] > 0
        found = table if is_read.all() else table.take(np.flatnonzero(is_read))
        minute_us, is_time = self._times.moments(minutes_of(found))
        heads = self._heads(lines, found)
        known = (heads.origin >= 0) & is_time
        if not known.all():
            is_read[np.flatnonzero(is_read)[~known]] = False
            found = found.take(np.flatnonzero(known))
        return lines, Records(
            line=found["line"].astype(np.int64),
            text_start=places(found, "message_start"),
            logged_at_us=minute_us[known] + found["within_us"],
            severity=found["severity"].astype(np.int64),
            origin=heads.origin[known],
            local_transaction_id=heads.local_transaction_id[known],
            queryid=heads.queryid[known],
            process=heads.process[known],
            origins=heads.origins,
            doubtful=table["line"][~is_read].astype(np.int64),
            table=found,
        )

    def _heads(self, lines: Lines, found: Table) -> _Heads:
        """What the heads of lines say, of which the first of each group is read."""
        first, group = grouped(found["origin_hash"])
        firsts = found.take(first)
        starts, ends = places(firsts, "head_start"), places(firsts, "head_end")
        slices = Slices(data=lines.data, starts=starts, ends=ends)
        fields = self._fields(slices.raws(np.arange(len(first))))
        origin, origins = self._origins(fields)
        process: dict[str, int] = {}
        numbers = [
            process.setdefault(item.process_key, len(process)) for item in origins
        ]
        local, queryid = found["local_transaction_id"], found["queryid"]
        if "v" not in self._read_here:
            local = _locals(fields, self._transaction)[group]
        if "Q" not in self._read_here:
            queryid = _numbers(fields, self._queryid)[group]
        index = origin[group]
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
        origins: list[Origin] = []
        pick = itemgetter(*self._static) if self._static else lambda _: ""
        extra = self._session_start
        for item in fields:
            if item is None:
                origin.append(-1)
                continue
            key = (pick(item), item[extra]) if extra >= 0 else pick(item)
            found = local.get(key)
            if found is None:
                found = local[key] = len(origins)
                origins.append(self._known_origin(key, item))
            origin.append(found)
        return np.array(origin, np.int64), origins

    def _known_origin(self, key: object, fields: tuple[str, ...]) -> Origin:
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= MAX_KNOWN_ORIGINS:
                self._known.clear()
            known = self._known[key] = self._origin(fields)
        return known

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
    numbers = [id_number(item[group]) if item else 0 for item in fields]
    return np.array(numbers, np.int64)
