"""Dates and moments at, near and between the constants of queries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_YEAR_MONTH = re.compile(r"(\d{4})-(\d{2})\Z")
_YEAR = re.compile(r"\d{4}\Z")
_AMOUNT = re.compile(
    r"(-?\d+)\s*(us|microsecond|ms|millisecond|sec|second|min|minute|h|hour|d|day|week"
    r"|mon|month|y|year)s?\b"
)
_CLOCK = re.compile(r"(\d{1,3}):(\d{2})(?::(\d{2}))?\Z")
_ZONE = re.compile(r"[A-Z][A-Za-z_]+(/[A-Za-z_+\-0-9]+)+\Z")
_STEPS = (
    *(timedelta(days=n) for n in (1, -1, 31, -31)),
    *(timedelta(microseconds=n) for n in (1, -1)),
    *(timedelta(hours=n) for n in (1, -1, 12)),
)
_UNITS = {
    "us": timedelta(microseconds=1),
    "microsecond": timedelta(microseconds=1),
    "ms": timedelta(milliseconds=1),
    "millisecond": timedelta(milliseconds=1),
    "sec": timedelta(seconds=1),
    "second": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "minute": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "hour": timedelta(hours=1),
    "d": timedelta(days=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "mon": timedelta(days=31),
    "month": timedelta(days=31),
    "y": timedelta(days=365),
    "year": timedelta(days=365),
}
_ANNIVERSARY = tuple(timedelta(days=n) for n in (0, 1, -1))
_MONTH_ENDS = (timedelta(days=-1), timedelta(microseconds=-1))
_BASES = ("2024-01-31", "2024-02-01", "2024-02-29")
_MAX_BASES = 4


def days_of_year(value: Decimal) -> Iterator[str]:
    """A number in a query about dates may be a year, or a month."""
    if not value.is_finite() or value != value.to_integral_value():
        return
    number = int(value)
    if 1900 <= number <= 2200:
        for day in ("01-01", "12-31", "06-15", "02-28", "12-30", "01-03"):
            yield f"{number}-{day}"
        yield f"{number - 1}-12-31 23:59:59.999999"
        yield f"{number + 1}-01-01"
    elif 1 <= number <= 12:
        yield f"2024-{number:02d}-01"
        yield f"2024-{number:02d}-28"


def near_moment(text: str) -> Iterator[str]:
    """Moments around a constant that may be one, in UTC if it names an offset."""
    month = _YEAR_MONTH.match(text)
    if month:
        text = f"{text}-01"
    elif _YEAR.match(text):
        yield from days_of_year(Decimal(text))
        return
    moment = read_moment(text)
    if moment is None:
        return
    moment = _in_utc(moment)
    yield from _stepped(moment, _STEPS)
    for other in (moment.replace(day=1), moment.replace(month=1, day=1)):
        yield written_moment(other, has_time=False)
    yield from _stepped(_next_month(moment), (timedelta(), *_MONTH_ENDS))
    for years in (-1, 1):
        yield from _stepped(_years_later(moment, years), _ANNIVERSARY)


def before_christ(texts: Iterable[str]) -> Iterator[str]:
    """Moments around constants, but before the year 1, which are printed like them.

    PostgreSQL manual, "Data Type Formatting Functions": without BC in its format
    to_char writes the year alone.

    >>> next(before_christ(["2024-02%"]))
    '2024-02-01 BC'
    """
    for text in texts:
        start = text.rstrip("%- ")
        if _YEAR_MONTH.match(start):
            yield f"{start}-01 BC"
        elif read_moment(start) is not None:
            yield f"{start} BC"
        yield from (f"{moment} BC" for moment in near_moment(start))


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except OverflowError:
        return moment.replace(tzinfo=None)


def _years_later(moment: datetime, years: int) -> datetime:
    """The same day of another year, the day before where there is none."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        day = min(moment.day, 28)
        year = min(max(moment.year + years, 1), 9999)
        return moment.replace(year=year, day=day)


def _next_month(moment: datetime) -> datetime:
    """The first day of the month after; of the last month that there is, its last."""
    try:
        return (moment.replace(day=28) + timedelta(days=4)).replace(day=1)
    except OverflowError:
        return moment.replace(day=31)


def between_moments(texts: Sequence[str]) -> Iterator[str]:
    """Moments that lie one interval, or one zone's offset, from another moment.

    Args:
        texts: constants of queries, of which some are intervals or names of zones.

    >>> list(between_moments(["2024-03-31", "6 days"]))[:2]
    ['2024-04-06', '2024-03-25']
    """
    moments = [m for m in map(read_moment, texts) if m is not None]
    known = [m.replace(tzinfo=None) for m in moments][:_MAX_BASES]
    bases = [*known, *(datetime.fromisoformat(day) for day in _BASES)]
    for length, base in product(map(length_named, texts), bases):
        if length:
            yield from _stepped(base, (length, -length))
            for step in (timedelta(microseconds=1), timedelta(microseconds=-1)):
                yield from _stepped(base, (length + step,))
    for zone, base in product(map(zone_named, texts), known):
        if zone is not None:
            yield from _across(base, zone)


def _across(moment: datetime, zone: ZoneInfo) -> Iterator[str]:
    """A moment of a zone in UTC, and a moment of UTC in the zone; a day later too."""
    for day in (timedelta(), timedelta(days=1)):
        try:
            there = (moment + day).replace(tzinfo=zone).astimezone(UTC)
            here = (moment + day).replace(tzinfo=UTC).astimezone(zone)
        except OverflowError:
            continue
        for other in (there, here):
            at = other.replace(tzinfo=None)
            yield written_moment(at, has_time=True)
            yield from _stepped(at, (timedelta(microseconds=-1), timedelta(hours=1)))


def length_named(text: str) -> timedelta | None:
    """The length of an interval, a month counted as 31 days; none of another text.

    >>> length_named("90 minutes"), length_named("a day")
    (datetime.timedelta(seconds=5400), None)
    """
    clock = _CLOCK.match(text)
    if clock:
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    found = _AMOUNT.findall(text)
    try:
        return sum((int(n) * _UNITS[unit] for n, unit in found), timedelta()) or None
    except OverflowError:
        return None


def zone_named(text: str) -> ZoneInfo | None:
    """The zone of that name; none if it is no name of one."""
    try:
        return ZoneInfo(text) if _ZONE.match(text) else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def read_moment(text: str) -> datetime | None:
    """The moment that a text is, as ISO 8601 has it; none if it is none."""
    for read in (datetime.fromisoformat, _from_date):
        try:
            return read(text.strip())
        except ValueError:
            continue
    return None


def _from_date(text: str) -> datetime:
    day = date.fromisoformat(text)
    return datetime(day.year, day.month, day.day)


def _stepped(moment: datetime, steps: Sequence[timedelta]) -> Iterator[str]:
    for step in steps:
        try:
            yield written_moment(moment + step, has_time=bool(step % timedelta(days=1)))
        except OverflowError:
            continue


def written_moment(moment: datetime, *, has_time: bool = False) -> str:
    """A moment as a literal; without its time if that is midnight and not wished."""
    if has_time or moment.time() != datetime.min.time():
        return moment.isoformat(sep=" ")
    return moment.date().isoformat()
