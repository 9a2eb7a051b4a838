"""Conditions on a part of a timestamp, as ranges of the timestamp itself.

Each rule is exact for ``timestamp``; for ``timestamptz`` days, months and years are
those of the session's TimeZone on both sides, which is the same unless a clock is set
back across midnight.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

from analyzer.rewriting.comparison import (
    Comparison,
    SargableForm,
    arguments,
    stable_type,
)
from analyzer.rewriting.conditions import TIMESTAMP, TIMESTAMPTZ
from analyzer.rewriting.literals import listed
from analyzer.statements.parse import Node

_Day = TypeVar("_Day", date, datetime)
_SHORT = {TIMESTAMP: "timestamp", TIMESTAMPTZ: "timestamptz"}
UNITS = {
    "minute": "1 minute",
    "hour": "1 hour",
    "day": "1 day",
    "week": "7 days",
    "month": "1 month",
    "quarter": "3 months",
    "year": "1 year",
}
_ZONED_UNITS = ("day", "week", "month", "quarter", "year")
ZONE = (
    "clocks of the session's TimeZone are not set back across midnight "
    "(they are in America/Havana, never in UTC)"
)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::00(?:\.0+)?)?)?")


def cast_to_date(found: Comparison) -> SargableForm | None:
    """``ts::date = d`` to ``ts >= d AND ts < d + 1``."""
    wrapping = found.predicate.wrapping
    if wrapping is None or found.type_name not in _SHORT:
        return None
    is_cast = wrapping.function == "cast" and wrapping.type_name == "date"
    if not (is_cast or wrapping.function == "date") or wrapping.argument_position != 0:
        return None
    if found.operator == "between":
        return _between_dates(found)
    if found.operator == "= any":
        return _listed_dates(found)
    low = _as_date(found, found.other.node, found.other.text)
    if low is None:
        return None
    first, after, conditions = low
    text = as_range(found, first, after)
    return sargable_form(found, "cast to date as a range", text, conditions)


def as_range(found: Comparison, first: str, after: str) -> str | None:
    """A condition on a whole unit of time, by where it begins and the next one does."""
    column = found.column
    return {
        "=": f"{column} >= {first} AND {column} < {after}",
        "<": f"{column} < {first}",
        ">=": f"{column} >= {first}",
        "<=": f"{column} < {after}",
        ">": f"{column} >= {after}",
    }.get(found.operator)


def _between_dates(found: Comparison) -> SargableForm | None:
    items = (found.other.node or {}).get("List", {}).get("items", [])
    parts = re.split(r"(?i)\s+and\s+", found.other.text)
    if len(items) != 2 or len(parts) != 2:
        return None
    low = _as_date(found, items[0], parts[0])
    high = _as_date(found, items[1], parts[1])
    if low is None or high is None:
        return None
    text = f"{found.column} >= {low[0]} AND {found.column} < {high[1]}"
    conditions = tuple(dict.fromkeys((*low[2], *high[2])))
    return sargable_form(found, "cast to date as a range", text, conditions)


def _listed_dates(found: Comparison) -> SargableForm | None:
    """``ts::date IN ('2024-05-01', …)``, days written in the text alone."""
    items = (listed(found.predicate.node) or ({}, []))[1]
    days = [_day(found, item) for item in items if found.is_literal(item)]
    known = sorted({day for day in days if day is not None})
    if len(days) < len(items) or None in days or not 1 <= len(known) <= _MAX_DAYS:
        return None
    text = _any_range(found, [(day, next_unit(day, "day")) for day in known])
    return sargable_form(found, "cast to date as ranges", text, ())


_MAX_DAYS = 20


def _day(found: Comparison, node: Node) -> date | None:
    return parsed_day(found.value(node) or "") if stable_type(node) in _DATES else None


_DATES = ("", "date")


def _as_date(
    found: Comparison, node: Node | None, text: str
) -> tuple[str, str, tuple[str, ...]] | None:
    """A date, the day after, and what must hold, all as text; none if not a date."""
    kind = stable_type(node)
    if kind not in _DATES or node is None:
        return None
    if found.is_literal(node):
        day = parsed_day(found.value(node) or "")
        if day is None:
            return None
        return time_literal(day), time_literal(day + timedelta(days=1)), ()
    shown = f"{text}::date" if not kind else text
    if "A_Expr" in node:
        shown = f"({text})"
    finite = () if "ParamRef" not in str(node) else (f"{text} is not 'infinity'",)
    return shown, f"{shown} + 1", finite


def date_trunc(found: Comparison) -> SargableForm | None:
    """``date_trunc('day', ts) = x`` to ``ts >= x AND ts < x + '1 day'``."""
    wrapping, given = found.predicate.wrapping, arguments(found)
    if wrapping is None or wrapping.function != "date_trunc" or len(given) != 2:
        return None
    kind = _SHORT.get(found.type_name)
    unit = (found.value(given[0]) or "").lower()
    if kind is None or unit not in UNITS or wrapping.argument_position != 1:
        return None
    is_list = found.operator in ("between", "= any")
    if not is_list and stable_type(found.other.node) not in ("", "date", kind):
        return None
    conditions: tuple[str, ...] = ()
    if not found.is_literal(given[0]):
        conditions = (f"the unit is always '{unit}'",)
    text: str | None
    if found.operator == "between":
        text = _between_units(found, unit)
    elif is_list:
        text = _listed_units(found, unit)
    elif found.is_literal(found.other.node):
        text = _trunc_literal(found, unit)
    else:
        text = _trunc_expression(found, unit, kind)
        conditions = (*conditions, f"{found.other.text} is not 'infinity'")
    zoned = unit in _ZONED_UNITS
    return sargable_form(
        found, f"date_trunc('{unit}') as a range", text, conditions, zoned=zoned
    )


def _trunc_literal(found: Comparison, unit: str) -> str | None:
    """Only a literal that is the start of a unit: else ``=`` finds nothing at all."""
    first = _start(found, found.other.node, unit)
    return (
        as_range(found, time_literal(first), time_literal(next_unit(first, unit)))
        if (first is not None)
        else None
    )


def _between_units(found: Comparison, unit: str) -> str | None:
    items = (found.other.node or {}).get("List", {}).get("items", [])
    ends = [_start(found, item, unit) for item in items if found.is_literal(item)]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return None
    after = time_literal(next_unit(ends[1], unit))
    return f"{found.column} >= {time_literal(ends[0])} AND {found.column} < {after}"


def _listed_units(found: Comparison, unit: str) -> str | None:
    """A range for each start of a unit; what is none is found by no timestamp."""
    items = (listed(found.predicate.node) or ({}, []))[1]
    starts = [_start(found, item, unit) for item in items if found.is_literal(item)]
    known = sorted({start for start in starts if start is not None})
    if len(starts) < len(items) or None in starts or not 1 <= len(known) <= _MAX_DAYS:
        return None
    return _any_range(found, [(start, next_unit(start, unit)) for start in known])


def _any_range(found: Comparison, ranges: Sequence[tuple[date, date]]) -> str:
    column = found.column
    arms = (
        f"{column} >= {time_literal(first)} AND {column} < {time_literal(after)}"
        for first, after in ranges
    )
    return f"({' OR '.join(arms)})"


def _start(found: Comparison, node: Node | None, unit: str) -> datetime | None:
    """The start of a unit that a literal is; hours are those of no zone."""
    value = parsed_time(found.value(node) or "")
    if stable_type(node) not in ("", "date", _SHORT.get(found.type_name)):
        return None
    if unit not in _ZONED_UNITS and found.type_name != TIMESTAMP:
        return None
    return value if value is not None and begins(value, unit) else None


def _trunc_expression(found: Comparison, unit: str, kind: str) -> str | None:
    other = found.other.text
    bare = found.other.cast == "" and found.other.parameter
    value = f"{other}::{kind}" if bare else f"({other})::{kind}"
    step, column = UNITS[unit], found.column
    after = f"date_trunc('{unit}', {value}) + interval '{step}'"
    ceiling = (
        f"date_trunc('{unit}', {value} + interval '{step}' - interval '1 microsecond')"
    )
    return {
        "=": f"{column} >= {value} AND {column} < {value} + interval '{step}' "
        f"AND {value} = date_trunc('{unit}', {value})",
        "<": f"{column} < {ceiling}",
        ">=": f"{column} >= {ceiling}",
        "<=": f"{column} < {after}",
        ">": f"{column} >= {after}",
    }.get(found.operator)


def extract_year(found: Comparison) -> SargableForm | None:
    """``extract(year FROM ts) = 2024`` to the range of that year."""
    wrapping, given = found.predicate.wrapping, arguments(found)
    if wrapping is None or wrapping.function not in ("extract", "date_part"):
        return None
    types = (*_SHORT, "date")
    if found.type_name not in types or len(given) != 2 or found.operator != "=":
        return None
    if wrapping.argument_position != 1 or "ColumnRef" not in given[1]:
        return None
    if (found.value(given[0]) or "").lower() != "year":
        return None
    conditions = () if found.is_literal(given[0]) else ("the field is always 'year'",)
    if found.is_literal(found.other.node):
        value = found.value(found.other.node) or ""
        if not re.fullmatch(r"[1-9]\d{0,3}", value) or int(value) > 9998:
            return None
        first, after = f"'{int(value):04d}-01-01'", f"'{int(value) + 1:04d}-01-01'"
    elif found.other.parameter and found.other.cast in ("", "int4", "int8", "int2"):
        year = f"${found.other.parameter}::int"
        first, after = f"make_date({year}, 1, 1)", f"make_date({year} + 1, 1, 1)"
        known = f"${found.other.parameter} is a whole number from 1 to 9998"
        conditions = (*conditions, known)
    else:
        return None
    text = f"{found.column} >= {first} AND {found.column} < {after}"
    return sargable_form(found, "year as a range", text, conditions)


def sargable_form(
    found: Comparison,
    rule: str,
    text: str | None,
    conditions: tuple[str, ...],
    *,
    zoned: bool = True,
) -> SargableForm | None:
    """The form of a text, with the condition on the zone where one has a part."""
    if text is None:
        return None
    if zoned and found.type_name == TIMESTAMPTZ:
        conditions = (*conditions, ZONE)
    return SargableForm(rule=rule, text=text, conditions=conditions)


def parsed_day(value: str) -> date | None:
    """A date written in ISO form, within the years every step of ours stays in."""
    return (
        found.date()
        if _DATE.fullmatch(value) and (found := parsed_time(value))
        else None
    )


def parsed_time(value: str) -> datetime | None:
    """A date or time of day in ISO form, to the minute, within the same years."""
    match = _TIME.fullmatch(value)
    if match is None or not 1 <= int(match[1]) <= 9998:
        return None
    try:
        year, month, day, hour, minute = (int(part or 0) for part in match.groups())
        return datetime(year, month, day, hour, minute)
    except ValueError:
        return None


def time_literal(day: date) -> str:
    """A date, or a time with its time of day if it has one."""
    if isinstance(day, datetime) and (day.hour or day.minute):
        return f"'{day.isoformat(sep=' ', timespec='minutes')}'"
    return f"'{day.isoformat()[:10]}'"


def begins(time: datetime, unit: str) -> bool:
    """Whether a unit of time begins there."""
    day = time.date()
    midnight = not time.hour and not time.minute
    return {
        "minute": True,
        "hour": not time.minute,
        "day": midnight,
        "week": midnight and day.weekday() == 0,
        "month": midnight and day.day == 1,
        "quarter": midnight and day.day == 1 and day.month % 3 == 1,
        "year": midnight and day.day == 1 and day.month == 1,
    }[unit]


def next_unit(start: _Day, unit: str) -> _Day:
    """Where the next unit of time begins."""
    if unit in _STEPS:
        return start + _STEPS[unit]
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    count = start.year * 12 + start.month - 1 + months
    return start.replace(year=count // 12, month=count % 12 + 1, day=1)


_STEPS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
}
