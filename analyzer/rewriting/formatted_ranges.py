"""Conditions on a formatted timestamp, as ranges of the timestamp itself."""

from __future__ import annotations

import re
from datetime import date

from analyzer.rewriting.comparison import Comparison, SargableForm, arguments
from analyzer.rewriting.conditions import TIMESTAMP, TIMESTAMPTZ
from analyzer.rewriting.time_ranges import (
    UNITS,
    as_range,
    next_unit,
    parsed_day,
    sargable_form,
    time_literal,
)
from analyzer.statements.identifiers import quote_literal

_TYPES = (TIMESTAMP, TIMESTAMPTZ, "date")
_FORMATS = {
    "YYYY-MM-DD": r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)",
    "YYYYMMDD": r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)",
    "YYYY-MM": r"(?P<y>\d{4})-(?P<m>\d\d)",
    "YYYYMM": r"(?P<y>\d{4})(?P<m>\d\d)",
    "YYYY/MM/DD": r"(?P<y>\d{4})/(?P<m>\d\d)/(?P<d>\d\d)",
    "YYYY": r"(?P<y>\d{4})",
    "DD.MM.YYYY": r"(?P<d>\d\d)\.(?P<m>\d\d)\.(?P<y>\d{4})",
    "DD/MM/YYYY": r"(?P<d>\d\d)/(?P<m>\d\d)/(?P<y>\d{4})",
    "MM/DD/YYYY": r"(?P<m>\d\d)/(?P<d>\d\d)/(?P<y>\d{4})",
    "MM/YYYY": r"(?P<m>\d\d)/(?P<y>\d{4})",
}


def to_char(found: Comparison) -> SargableForm | None:
    """``to_char(ts, 'YYYY-MM') = '2024-05'`` to the range of that month."""
    wrapping, given = found.predicate.wrapping, arguments(found)
    if wrapping is None or wrapping.function != "to_char" or len(given) != 2:
        return None
    layout = (found.value(given[1]) or "").upper()
    if layout not in _FORMATS or wrapping.argument_position != 0:
        return None
    if found.type_name not in _TYPES:
        return None
    if found.operator != "=":
        return _formatted_range(found, layout) if found.is_literal(given[1]) else None
    return _formatted_equal(found, layout)


def _formatted_equal(found: Comparison, layout: str) -> SargableForm | None:
    unit = _unit_of(layout)
    conditions: tuple[str, ...] = ("no timestamp lies before the year 1 (BC)",)
    if not found.is_literal(arguments(found)[1]):
        conditions = (*conditions, f"the format is always '{layout}'")
    if found.is_literal(found.other.node):
        day = formatted(found.value(found.other.node) or "", layout)
        if day is None:
            return None
        first, after = time_literal(day), time_literal(next_unit(day, unit))
    elif found.other.parameter and found.other.cast in ("", "text", "varchar"):
        first = f"to_date({found.other.text}, {quote_literal(layout)})"
        after = f"{first} + interval '{UNITS[unit]}'"
        conditions = (*conditions, f"{found.other.text} is a text of form {layout}")
    else:
        return None
    text = f"{found.column} >= {first} AND {found.column} < {after}"
    return sargable_form(found, f"to_char('{layout}') as a range", text, conditions)


def _formatted_range(found: Comparison, layout: str) -> SargableForm | None:
    """``to_char(ts, 'YYYY-MM-DD') >= '2024-05-01'``, where texts sort like times."""
    if not layout.startswith("YYYY"):
        return None
    node, is_between = found.other.node or {}, found.operator == "between"
    items = node.get("List", {}).get("items", []) if is_between else [node]
    days = [formatted(found.value(item) or "", layout) for item in items]
    if not all(map(found.is_literal, items)) or not days or None in days:
        return None
    first, last = days[0], days[-1]
    if first is None or last is None:
        return None
    after = time_literal(next_unit(last, _unit_of(layout)))
    text = as_range(found, time_literal(first), after)
    if is_between:
        text = f"{found.column} >= {time_literal(first)} AND {found.column} < {after}"
    claim = "every timestamp lies in the years 1 to 9999"
    return sargable_form(found, f"to_char('{layout}') as a range", text, (claim,))


def _unit_of(layout: str) -> str:
    if "DD" in layout:
        return "day"
    return "month" if "MM" in layout else "year"


def formatted(value: str, layout: str) -> date | None:
    """The first day of what a text in a layout of ``to_char`` means."""
    match = re.fullmatch(_FORMATS[layout], value)
    if match is None:
        return None
    parts = match.groupdict()
    month, day = parts.get("m") or "01", parts.get("d") or "01"
    return parsed_day(f"{parts['y']}-{month}-{day}")
