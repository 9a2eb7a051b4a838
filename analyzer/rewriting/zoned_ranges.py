"""Conditions on the UTC day or month of a timestamptz, as ranges of the column."""

from __future__ import annotations

from datetime import date

from analyzer.rewriting.comparison import (
    Comparison,
    SargableForm,
    arguments,
    stable_type,
)
from analyzer.rewriting.conditions import TIMESTAMPTZ
from analyzer.rewriting.time_ranges import as_range, begins, next_unit, parsed_time
from analyzer.statements.parse import Node
from analyzer.statements.sides import function_name

_ZONES = ("UTC", "Etc/UTC", "GMT", "Etc/GMT")
"""Zones without an offset, today and ever: their clocks are never set back."""
_UNITS = ("day", "week", "month", "quarter", "year")


def day_at_utc(found: Comparison) -> SargableForm | None:
    """``(ts AT TIME ZONE 'UTC')::date = d``, as Django asks for a day; date_trunc too.

    PostgreSQL manual, "AT TIME ZONE": it turns a timestamptz into the clock time of the
    zone. Of UTC that is the same point of one line, so days are ranges of it.
    """
    if found.type_name != TIMESTAMPTZ:
        return None
    unit, inner = _unit(found)
    if unit not in _UNITS or not _is_utc(found, inner):
        return None
    kind = stable_type(found.other.node)
    if kind not in ("", "date", "timestamp"):
        return None
    if not found.is_literal(found.other.node):
        return _of_day(found, kind)
    start = parsed_time(found.value(found.other.node) or "")
    if start is None or not begins(start, unit):
        return None
    text = as_range(found, _at_utc(start), _at_utc(next_unit(start, unit)))
    return SargableForm(rule=f"{unit} at UTC as a range", text=text) if text else None


def _unit(found: Comparison) -> tuple[str, Node]:
    """The unit of time that is compared, and what it is taken of."""
    wrapping = found.predicate.wrapping
    node: Node = wrapping.node if wrapping else {}
    if "TypeCast" in node and wrapping and wrapping.type_name == "date":
        return "day", node["TypeCast"]["arg"]
    name, given = function_name(node.get("FuncCall", {})), arguments(found)
    if name == "date" and len(given) == 1:
        return "day", given[0]
    if name == "date_trunc" and len(given) == 2 and found.is_literal(given[0]):
        return (found.value(given[0]) or "").lower(), given[1]
    return "", {}


def _is_utc(found: Comparison, node: Node) -> bool:
    """Whether it is ``column AT TIME ZONE 'UTC'`` of the very column."""
    call = node.get("FuncCall", {})
    given = call.get("args", [])
    return (
        function_name(call) == "timezone"
        and len(given) == 2
        and found.is_literal(given[0])
        and found.value(given[0]) in _ZONES
        and "ColumnRef" in given[1]
    )


def _of_day(found: Comparison, kind: str) -> SargableForm | None:
    """A day that is a parameter, or ``current_date``."""
    if kind not in ("", "date") or not _is_cast(found):
        return None
    shown = found.other.text if kind else f"{found.other.text}::date"
    first = f"({shown})::timestamp AT TIME ZONE 'UTC'"
    after = f"({shown} + 1)::timestamp AT TIME ZONE 'UTC'"
    text = as_range(found, first, after)
    claim = f"{found.other.text} is not 'infinity'"
    if text is None:
        return None
    rule = "day at UTC as a range"
    return SargableForm(rule=rule, text=text, conditions=(claim,))


def _is_cast(found: Comparison) -> bool:
    wrapping = found.predicate.wrapping
    return wrapping is not None and "FuncCall" not in wrapping.node


def _at_utc(day: date) -> str:
    """A point in time that means the same in every session."""
    return f"'{day.isoformat()[:10]} 00:00+00'"
