"""Times of many lines at once, as microseconds since 1970."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from analyzer.domain.execution_columns import as_microseconds
from analyzer.logs.slices import Bools, Longs, Words
from analyzer.logs.timestamps import Clock

_MINUTE = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d")
_MAX_KNOWN_MINUTES = 100_000

_Minute = tuple[int, int]


class MinuteWords(NamedTuple):
    """Times as they are written: ``2026-11-23 12:17`` in two words, and the zone."""

    high: Words
    low: Words
    zone: Words


class TimeReader:
    """Reads ``2026-11-23 12:17:51.123 CET`` at the start of lines.

    The zone's offset is asked of the clock once for each minute, so that zones whose
    offset changes are right as well.
    """

    def __init__(self, clock: Clock) -> None:
        """Read with the clock of a log."""
        self._clock = clock
        self._minutes: dict[tuple[_Minute, bytes], int | None] = {}

    def moments(self, times: MinuteWords) -> tuple[Longs, Bools]:
        """Where minutes begin, and whether they are of the calendar.

        Args:
            times: the bytes of each.
        """
        columns = (times.high, times.low, times.zone)
        changes = np.zeros(len(times.high), np.bool_)
        changes[:1] = True
        for column in columns:
            changes[1:] |= column[1:] != column[:-1]
        firsts = np.flatnonzero(changes)
        known = [
            self._minute((high, low), zone.to_bytes(8, "little").rstrip(b"\0"))
            for high, low, zone in zip(
                *(column[firsts].tolist() for column in columns), strict=True
            )
        ]
        counts = np.diff(np.append(firsts, len(changes)))
        base = np.repeat(np.array([us or 0 for us in known], np.int64), counts)
        is_known = np.repeat(np.array([us is not None for us in known], bool), counts)
        return base, is_known

    def _minute(self, minute: _Minute, zone: bytes) -> int | None:
        key = (minute, zone)
        if key not in self._minutes:
            if len(self._minutes) > _MAX_KNOWN_MINUTES:
                self._minutes.clear()
            self._minutes[key] = self._read_minute(minute, zone)
        return self._minutes[key]

    def _read_minute(self, minute: _Minute, zone: bytes) -> int | None:
        text = b"".join(word.to_bytes(8, "little") for word in minute)
        if not _MINUTE.fullmatch(text):
            return None
        try:
            moment = self._clock.read((text + b":00 " + zone).decode("ascii"))
        except (ValueError, OverflowError):
            return None
        return as_microseconds(moment)
