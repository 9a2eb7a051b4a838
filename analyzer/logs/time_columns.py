"""Times of many lines at once, as microseconds since 1970."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from analyzer.domain.execution_columns import as_microseconds
from analyzer.logs.duration_rows import begins_with
from analyzer.logs.timestamps import Clock
from analyzer.logs.window import Bools, Bytes, Longs

_ZONE = re.compile(rb"[A-Za-z]{1,8}|[+-]\d[\d:]{1,7}")
_MAX_ZONES = 4
_SHAPE = b"0000-00-00 00:00:00"
_MILLISECONDS = b".000"
_ZERO = np.uint8(ord("0"))


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


class TimeReader:
    """Reads ``2026-11-23 12:17:51.123 CET`` at the start of lines.

    The zone's offset is asked of the clock once for each minute, so that zones whose
    offset changes are right as well.
    """

    def __init__(self, clock: Clock, *, has_milliseconds: bool) -> None:
        """Read with the clock of a log; whether times are ``%m`` or ``%t``."""
        self._clock = clock
        shape = _SHAPE + (_MILLISECONDS if has_milliseconds else b"")
        self._width = len(shape)
        letters = np.frombuffer(shape, np.uint8)
        self._digits = np.flatnonzero(letters == _ZERO)
        self._marks = np.flatnonzero(letters != _ZERO)
        self._mark_values = letters[self._marks]
        self._minutes: dict[tuple[int, bytes], int | None] = {}

    def read(self, buffer: Bytes, starts: Longs) -> Times:
        """The times at some places; ``buffer`` is padded as for durations."""
        shown = buffer[starts[:, None] + np.arange(self._width)]
        digits = shown[:, self._digits] - _ZERO
        good = (digits <= 9).all(axis=1)
        good &= (shown[:, self._marks] == self._mark_values).all(axis=1)
        good &= buffer[starts + self._width] == ord(" ")
        times = Times(
            is_time=np.zeros(len(starts), np.bool_),
            logged_at_us=np.zeros(len(starts), np.int64),
            end=starts.copy(),
        )
        left = np.flatnonzero(good)
        for _ in range(_MAX_ZONES):
            if not len(left):
                break
            left = self._read_zone(buffer, starts, (left, digits), times)
        return times

    def _read_zone(
        self,
        buffer: Bytes,
        starts: Longs,
        lines: tuple[Longs, Bytes],
        times: Times,
    ) -> Longs:
        """Read the lines that have the same zone as the first; the other ones."""
        left, digits = lines
        at = int(starts[left[0]]) + self._width + 1
        zone = _ZONE.match(buffer[at : at + 10].tobytes())
        if zone is None:
            return left[1:]
        word = np.frombuffer(zone[0], np.uint8)
        places = starts[left] + self._width + 1
        same = begins_with(buffer, places, word)
        same &= ~_goes_on(buffer[places + len(word)], zone[0])
        mine = left[same]
        if len(mine):
            us, is_known = self._values(digits[mine], zone[0])
            times.logged_at_us[mine] = us
            times.is_time[mine] = is_known
            times.end[mine] = starts[mine] + self._width + 1 + len(word)
        same[0] = True
        return left[~same]

    def _values(self, digits: Bytes, zone: bytes) -> tuple[Longs, Bools]:
        wide = digits.astype(np.int64)
        minute = np.zeros(len(wide), np.int64)
        for column in range(12):
            minute = minute * 10 + wide[:, column]
        second = wide[:, 12] * 10 + wide[:, 13]
        fraction = np.zeros(len(wide), np.int64)
        if wide.shape[1] > 14:
            fraction = wide[:, 14] * 100 + wide[:, 15] * 10 + wide[:, 16]
        firsts = np.flatnonzero(np.diff(minute, prepend=-1))
        known = [self._minute(int(minute[at]), zone) for at in firsts]
        counts = np.diff(np.append(firsts, len(minute)))
        base = np.repeat(np.array([k or 0 for k in known], np.int64), counts)
        is_known = np.repeat([k is not None for k in known], counts) & (second < 60)
        return base + second * 1_000_000 + fraction * 1_000, is_known

    def _minute(self, minute: int, zone: bytes) -> int | None:
        key = (minute, zone)
        if key not in self._minutes:
            if len(self._minutes) > 100_000:
                self._minutes.clear()
            text = f"{minute:012d}"
            shown = (
                f"{text[:4]}-{text[4:6]}-{text[6:8]} {text[8:10]}:{text[10:12]}:00 "
                f"{zone.decode('ascii')}"
            )
            try:
                self._minutes[key] = as_microseconds(self._clock.read(shown))
            except (ValueError, OverflowError):
                self._minutes[key] = None
        return self._minutes[key]


def _goes_on(following: Bytes, zone: bytes) -> Bools:
    """Whether the zone's word is longer than the one that was compared."""
    is_digit = (following >= ord("0")) & (following <= ord("9"))
    if not zone[:1].isalpha():
        more: Bools = is_digit | (following == ord(":"))
        return more & (len(zone) < 9)
    lower = following | 0x20
    return (lower >= ord("a")) & (lower <= ord("z")) & (len(zone) < 8)
