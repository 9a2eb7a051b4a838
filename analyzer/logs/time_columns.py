"""Times of many lines at once, as microseconds since 1970."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analyzer.domain.execution_columns import as_microseconds
from analyzer.logs.slices import Bools, Bytes, Longs, Words, begins_with, words_of
from analyzer.logs.timestamps import Clock

_ZONE = re.compile(rb"[A-Za-z]{1,8}|[+-]\d[\d:]{1,7}")
_MINUTE = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d")
_MINUTE_BYTES = 16
_MAX_ZONES = 4
_MAX_KNOWN_MINUTES = 100_000
_ZERO = np.uint8(ord("0"))

_Minute = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Times that lines begin with.

    Attributes:
        is_time: which lines begin with a time that could be read.
        logged_at_us: of these; of the others, 0.
        end: behind the zone.
    """

    is_time: Bools
    logged_at_us: Longs
    end: Longs


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

    def __init__(self, clock: Clock, *, has_milliseconds: bool) -> None:
        """Read with the clock of a log; whether times are ``%m`` or ``%t``."""
        self._clock = clock
        # Behind the minute: a colon, two digits of seconds, and what follows them.
        self._rest = ":00.000 " if has_milliseconds else ":00 "
        self._width = _MINUTE_BYTES + len(self._rest) - 1
        self._minutes: dict[tuple[_Minute, bytes], int | None] = {}

    def read(self, buffer: Bytes, starts: Longs) -> Times:
        """The times at some places; ``buffer`` is padded as for durations."""
        words = words_of(buffer)
        minutes = np.stack((words[starts], words[starts + 8]))
        rest = words[starts + _MINUTE_BYTES].view(np.uint8).reshape(-1, 8)
        good = np.ones(len(starts), np.bool_)
        within_us = np.zeros(len(starts), np.int64)
        scale = 60_000_000
        for place, mark in enumerate(self._rest):
            column = rest[:, place]
            if mark != "0":
                good &= column == ord(mark)
                continue
            digit = column - _ZERO
            # The first digit of the seconds has six values, each other one has ten.
            values = 6 if place == 1 else 10
            good &= digit < values
            scale //= values
            within_us += digit * np.int64(scale)
        times = Times(
            is_time=np.zeros(len(starts), np.bool_),
            logged_at_us=within_us,
            end=starts.copy(),
        )
        left = np.flatnonzero(good)
        for _ in range(_MAX_ZONES):
            if not len(left):
                break
            left = self._read_zone(buffer, starts, (left, minutes), times)
        return times

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

    def _read_zone(
        self,
        buffer: Bytes,
        starts: Longs,
        lines: tuple[Longs, Words],
        times: Times,
    ) -> Longs:
        """Read the lines that have the same zone as the first; the other ones."""
        left, minutes = lines
        at = int(starts[left[0]]) + self._width + 1
        zone = _ZONE.match(buffer[at : at + 10].tobytes())
        if zone is None:
            return left[1:]
        word = zone[0]
        places = starts[left] + self._width + 1
        same = begins_with(buffer, places, word)
        same &= ~_goes_on(buffer[places + len(word)], word)
        mine = left[same]
        if len(mine):
            base_us, is_known = self._bases(minutes[:, mine], word)
            times.logged_at_us[mine] += base_us
            times.is_time[mine] = is_known
            times.end[mine] = places[same] + len(word)
        same[0] = True
        return left[~same]

    def _bases(self, minutes: Words, zone: bytes) -> tuple[Longs, Bools]:
        """Where the minutes begin, and whether they are minutes of the calendar."""
        high, low = minutes
        changes = np.append(True, (high[1:] != high[:-1]) | (low[1:] != low[:-1]))
        firsts = np.flatnonzero(changes)
        known = [
            self._minute(minute, zone)
            for minute in zip(high[firsts].tolist(), low[firsts].tolist(), strict=True)
        ]
        counts = np.diff(np.append(firsts, len(high)))
        base = np.repeat(np.array([us or 0 for us in known], np.int64), counts)
        return base, np.repeat(np.array([us is not None for us in known]), counts)

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


def _goes_on(following: Bytes, zone: bytes) -> Bools:
    """Whether the zone's word is longer than the one that was compared."""
    is_digit = (following >= ord("0")) & (following <= ord("9"))
    if not zone[:1].isalpha():
        more: Bools = is_digit | (following == ord(":"))
        return more & (len(zone) < 9)
    lower = following | 0x20
    return (lower >= ord("a")) & (lower <= ord("z")) & (len(zone) < 8)
