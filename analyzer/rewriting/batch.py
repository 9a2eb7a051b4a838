"""One statement for many values, instead of one statement for each value."""

from __future__ import annotations

from analyzer.rewriting.edit import Replacement, edited
from analyzer.statements.facts import (
    Clause,
    Predicate,
    PredicateKind,
    QueryLevel,
    SideKind,
    StatementShape,
)


def batched(shape: StatementShape) -> tuple[str, Predicate] | None:
    """The query with ``x = ANY($n)`` for ``x = $n``, and that predicate.

    Only for a SELECT of one relation with one equality of a bare attribute and a
    parameter, that has no grouping, DISTINCT, LIMIT or window: there the rows for a
    list of values are the rows for each value, put together.
    """
    if len(shape.levels) != 1 or len(shape.uses) != 1:
        return None
    level, use = shape.levels[0], shape.uses[0]
    if use.is_target or not _is_plain(level):
        return None
    found = [item for item in use.predicates if _is_lookup(item)]
    if len(found) != 1:
        return None
    predicate = found[0]
    fields = predicate.node["A_Expr"]
    if "ColumnRef" not in fields.get("lexpr", {}):
        return None
    text = shape.query[predicate.start : predicate.end]
    before, sign, after = text.partition("=")
    if not sign or after.strip() != predicate.other.text:
        return None
    replacement = Replacement(
        span=(predicate.start, predicate.end),
        text=f"{before.rstrip()} = ANY({after.strip()})",
        node=predicate.node,
    )
    query = edited(shape.query, [replacement])
    return (query, predicate) if query else None


def _is_plain(level: QueryLevel) -> bool:
    return level.is_understood and not (
        level.is_aggregated
        or level.is_distinct
        or level.has_windows
        or level.has_row_locks
        or level.limit.kind is not SideKind.NOTHING
        or level.offset.kind is not SideKind.NOTHING
    )


def _is_lookup(item: Predicate) -> bool:
    return (
        item.kind is PredicateKind.EQUALITY
        and item.conjunct
        and item.wrapping is None
        and item.clause is Clause.WHERE
        and item.other.kind is SideKind.PARAMETER
        and not item.other.cast
    )
