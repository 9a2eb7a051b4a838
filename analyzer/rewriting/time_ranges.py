"""Conditions on a part of a timestamp, as ranges of the timestamp itself.

Each rule is exact for ``timestamp``; for ``timestamptz`` days, months and years are
those of the session's TimeZone on both sides, which is the same unless a clock is set
back across midnight.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from analyzer.rewriting.comparison import (
    Comparison,
    SargableForm,
    arguments,
    stable_type,
)
from analyzer.rewriting.conditions import TIMESTAMP, TIMESTAMPTZ
from analyzer.statements.identifiers import quote_literal
from analyzer.statements.parse import Node

_SHORT = {TIMESTAMP: "timestamp", TIMESTAMPTZ: "timestamptz"}
_UNITS = {
    "minute": "1 minute",
    "hour": "1 hour",
    "day": "1 day",
    "week": "7 days",
    "month": "1 month",
    "quarter": "3 months",
    "year": "1 year",
}
_ZONED_UNITS = ("day", "week", "month", "quarter", "year")
_ZONE = (
    "clocks of the session's TimeZone are not set back across midnight "
    "(they are in America/Havana, never in UTC)"
)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_FORMATS = {
    "YYYY-MM-DD": r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)",
    "YYYYMMDD": r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)",
    "YYYY-MM": r"(?P<y>\d{4})-(?P<m>\d\d)",
    "YYYYMM": r"(?P<y>\d{4})(?P<m>\d\d)",
    "YYYY": r"(?P<y>\d{4})",
}


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
    low = _as_date(found, found.other.node, found.other.text)
    if low is None:
        return None
    text, high, conditions = low
    column = found.column
    forms = {
        "=": f"{column} >= {text} AND {column} < {high}",
        "<": f"{column} < {text}",
        "<=": f"{column} < {high}",
        ">": f"{column} >= {high}",
        ">=": f"{column} >= {text}",
    }
    return _form(
        found, "cast to date as a range", forms.get(found.operator), conditions
    )


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
    return _form(found, "cast to date as a range", text, conditions)


def _as_date(
    found: Comparison, node: Node | None, text: str
) -> tuple[str, str, tuple[str, ...]] | None:
    """A date, the day after, and what must hold, all as text; none if not a date."""
    kind = stable_type(node)
    if kind not in ("", "date") or node is None:
        return None
    if found.is_literal(node):
        day = _parsed(found.value(node) or "")
        if day is None:
            return None
        return _literal(day), _literal(day + timedelta(days=1)), ()
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
    if kind is None or unit not in _UNITS or wrapping.argument_position != 1:
        return None
    if stable_type(found.other.node) not in ("", "date", kind):
        return None
    conditions = () if found.is_literal(given[0]) else (f"the unit is always '{unit}'",)
    if found.is_literal(found.other.node):
        text = _trunc_literal(found, unit)
    else:
        text = _trunc_expression(found, unit, kind)
        conditions = (*conditions, f"{found.other.text} is not 'infinity'")
    zoned = unit in _ZONED_UNITS
    return _form(
        found, f"date_trunc('{unit}') as a range", text, conditions, zoned=zoned
    )


def _trunc_literal(found: Comparison, unit: str) -> str | None:
    """Only a literal that is the start of a unit: else ``=`` finds nothing at all."""
    value = _MIDNIGHT.fullmatch(found.value(found.other.node) or "")
    day = _parsed(value[1]) if value else None
    if day is None or unit not in _ZONED_UNITS or not _begins(day, unit):
        return None
    first, after = _literal(day), _literal(_next(day, unit))
    column = found.column
    return {
        "=": f"{column} >= {first} AND {column} < {after}",
        "<": f"{column} < {first}",
        ">=": f"{column} >= {first}",
        "<=": f"{column} < {after}",
        ">": f"{column} >= {after}",
    }.get(found.operator)


def _trunc_expression(found: Comparison, unit: str, kind: str) -> str | None:
    other = found.other.text
    bare = found.other.cast == "" and found.other.parameter
    value = f"{other}::{kind}" if bare else f"({other})::{kind}"
    step, column = _UNITS[unit], found.column
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
    return _form(found, "year as a range", text, conditions)


def to_char(found: Comparison) -> SargableForm | None:
    """``to_char(ts, 'YYYY-MM') = '2024-05'`` to the range of that month."""
    wrapping, given = found.predicate.wrapping, arguments(found)
    if wrapping is None or wrapping.function != "to_char" or len(given) != 2:
        return None
    if found.type_name not in (*_SHORT, "date") or found.operator != "=":
        return None
    layout = found.value(given[1]) or ""
    if layout not in _FORMATS or wrapping.argument_position != 0:
        return None
    unit = "year" if layout == "YYYY" else "day" if "D" in layout else "month"
    conditions: tuple[str, ...] = ("no timestamp lies before the year 1 (BC)",)
    if not found.is_literal(given[1]):
        conditions = (*conditions, f"the format is always '{layout}'")
    if found.is_literal(found.other.node):
        day = _formatted(found.value(found.other.node) or "", layout)
        if day is None:
            return None
        first, after = _literal(day), _literal(_next(day, unit))
    elif found.other.parameter and found.other.cast in ("", "text", "varchar"):
        first = f"to_date({found.other.text}, {quote_literal(layout)})"
        after = f"{first} + interval '{_UNITS[unit]}'"
        conditions = (*conditions, f"{found.other.text} is a text of form {layout}")
    else:
        return None
    text = f"{found.column} >= {first} AND {found.column} < {after}"
    return _form(found, f"to_char('{layout}') as a range", text, conditions)


def _form(
    found: Comparison,
    rule: str,
    text: str | None,
    conditions: tuple[str, ...],
    *,
    zoned: bool = True,
) -> SargableForm | None:
    if text is None:
        return None
    if zoned and found.type_name == TIMESTAMPTZ:
        conditions = (*conditions, _ZONE)
    return SargableForm(rule=rule, text=text, conditions=conditions)


def _formatted(value: str, layout: str) -> date | None:
    match = re.fullmatch(_FORMATS[layout], value)
    if match is None:
        return None
    parts = match.groupdict()
    month, day = parts.get("m") or "01", parts.get("d") or "01"
    return _parsed(f"{parts['y']}-{month}-{day}")


def _parsed(value: str) -> date | None:
    """A date written in ISO form, within the years every step of ours stays in."""
    match = _DATE.fullmatch(value)
    if match is None or not 1 <= int(match[1]) <= 9998:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def _literal(day: date) -> str:
    return f"'{day.isoformat()}'"


def _begins(day: date, unit: str) -> bool:
    return {
        "day": True,
        "week": day.weekday() == 0,
        "month": day.day == 1,
        "quarter": day.day == 1 and day.month % 3 == 1,
        "year": day.day == 1 and day.month == 1,
    }[unit]


def _next(day: date, unit: str) -> date:
    if unit in ("day", "week"):
        return day + timedelta(days=1 if unit == "day" else 7)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)
