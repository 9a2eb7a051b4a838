"""Why an index has the columns it has, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.statements.facts import (
    PredicateKind,
    RelationUse,
    SideKind,
    StatementShape,
)

_EQUAL = frozenset(
    {
        PredicateKind.EQUALITY,
        PredicateKind.IN_LIST,
        PredicateKind.IS_NULL,
        PredicateKind.BOOLEAN,
    }
)


def why_this_order(
    definition: IndexDefinition, shapes: Iterable[StatementShape]
) -> str:
    """What the statements it serves do with each key column, in the order of the keys.

    A B-tree narrows a search by columns compared for equality, then by one range, and
    keeps the order of what follows (PostgreSQL manual, "Multicolumn Indexes").
    """
    uses = [
        use
        for shape in shapes
        for use in shape.uses
        if use.relation == definition.relation
    ]
    parts = [f"{_name(key)}: {_role(key, uses)}" for key in definition.keys]
    if definition.include:
        names = ", ".join(definition.include)
        parts.append(f"{names}: only read, so that the table need not be visited")
    if definition.predicate:
        parts.append(f"only rows with {definition.predicate}{_caution(definition)}")
    return "; ".join(parts)


def _caution(definition: IndexDefinition) -> str:
    """What the reader must know of a predicate on a value: it serves no other."""
    if " = " not in definition.predicate:
        return ""
    return (
        " (its statements always ask for this value as far as is known, and few rows "
        "have it; if others are asked for as well, leave WHERE away)"
    )


def _name(key: IndexKey) -> str:
    return key.attribute or key.expression


def _role(key: IndexKey, uses: Iterable[RelationUse]) -> str:
    found = dict.fromkeys(role for use in uses for role in _roles(key, use))
    return ", ".join(found) if found else "read in the order of the index"


def _comparisons(
    key: IndexKey, use: RelationUse
) -> Iterator[tuple[PredicateKind, SideKind]]:
    """How the conditions of a use compare a key, and with what."""
    if key.expression:
        for found in use.expressions:
            if found.text == key.expression:
                yield found.kind, found.other
        return
    for item in use.predicates:
        if item.attribute == key.attribute and item.wrapping is None:
            yield item.kind, item.other.kind


def _roles(key: IndexKey, use: RelationUse) -> Iterator[str]:
    for kind, other in _comparisons(key, use):
        if kind in _EQUAL:
            joined = other in (SideKind.ATTRIBUTE, SideKind.SUBQUERY, SideKind.MIXED)
            yield "joined" if joined else "compared for equality"
        elif kind in (PredicateKind.RANGE, PredicateKind.PREFIX):
            yield "searched by range"
        else:
            yield f"tested ({kind.value})"
    sorted_by = (*use.order_by, *use.order_by_expressions)
    if any(key.attribute and key.attribute == sort.distance_from for sort in sorted_by):
        yield "sorted by the distance from a value"
    names = {(sort.attribute, sort.expression) for sort in sorted_by}
    if (key.attribute, key.expression) in names:
        yield "sorted by"
    if key.attribute and key.attribute in use.group_by:
        yield "grouped by"


def narrower(definition: IndexDefinition) -> IndexDefinition | None:
    """The same without INCLUDE, or without its last key; none if there is just one."""
    if definition.include:
        return replace(definition, include=())
    if len(definition.keys) > 1:
        return replace(definition, keys=definition.keys[:-1])
    return None
