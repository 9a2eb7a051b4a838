"""Keys that are more than a column: expressions, pattern classes, sort directions."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from analyzer.domain.catalog import Relation
from analyzer.domain.index import IndexKey
from analyzer.statements.facts import (
    PredicateKind,
    RelationUse,
    SearchedExpression,
    SideKind,
    SortKey,
)

Keys = tuple[IndexKey, ...]

_ARITHMETIC = frozenset({"+", "-", "*", "/", "%"})
_PATTERN_CLASSES = {
    "text": "text_pattern_ops",
    "character varying": "varchar_pattern_ops",
    "character": "bpchar_pattern_ops",
}


def compared_expressions(use: RelationUse, kinds: Collection[PredicateKind]) -> Keys:
    """Expressions that conditions compare in one of these ways.

    Arithmetic around one column is left out: moved to the other side (which
    :mod:`analyzer.rewriting.rules` does) it lets an index on the column serve, and
    every other query on it too.
    """
    texts = dict.fromkeys(
        item.text
        for item in use.expressions
        if item.conjunct and item.kind in kinds and not _is_movable(item)
    )
    return tuple(IndexKey(expression=text) for text in texts)


def _is_movable(item: SearchedExpression) -> bool:
    return item.function in _ARITHMETIC and len(item.attributes) == 1


def ordered_expressions(use: RelationUse, fitting: Collection[str]) -> Keys:
    """The order as keys, where expressions are among them."""
    keys = use.order_by_expressions
    if any(key.attribute and key.attribute not in fitting for key in keys):
        return ()
    return () if any(key.distance_from for key in keys) else sort_keys(keys)


def sort_keys(keys: Iterable[SortKey]) -> Keys:
    """Keys of an index that is read in this order.

    A B-tree is read backwards as well as forwards: where all keys descend with the
    NULLs where they then are by default, the plain direction is kept.
    """
    found = tuple(
        IndexKey(
            attribute=key.attribute,
            expression=key.expression,
            descending=key.descending,
            nulls_first=_unusual_nulls(key.descending, key.nulls_first),
        )
        for key in keys
    )
    if all(key.descending and key.nulls_first is None for key in found):
        return tuple(
            IndexKey(attribute=key.attribute, expression=key.expression)
            for key in found
        )
    return found


def _unusual_nulls(descending: bool, nulls_first: bool | None) -> bool | None:
    return None if nulls_first is None or nulls_first == descending else nulls_first


def pattern_columns(use: RelationUse, relation: Relation) -> Keys:
    """Columns searched by LIKE, with the operator class for it."""
    names = dict.fromkeys(
        item.attribute
        for item in use.predicates
        if item.conjunct
        and item.wrapping is None
        and (
            item.kind is PredicateKind.PREFIX
            or (item.operator == "~~" and item.other.kind is SideKind.PARAMETER)
        )
    )
    keys = []
    for name in names:
        attribute = relation.attribute(name)
        base = attribute.type_name.split("(")[0] if attribute else ""
        if base in _PATTERN_CLASSES:
            keys.append(IndexKey(attribute=name, opclass=_PATTERN_CLASSES[base]))
    return tuple(keys)


def pattern_expressions(use: RelationUse) -> Keys:
    """Expressions searched by LIKE with a literal start; text, as functions give it."""
    texts = dict.fromkeys(
        item.text
        for item in use.expressions
        if item.conjunct and item.kind is PredicateKind.PREFIX
    )
    return tuple(
        IndexKey(expression=text, opclass=_PATTERN_CLASSES["text"]) for text in texts
    )
