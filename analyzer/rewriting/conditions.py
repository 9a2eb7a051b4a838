"""What a rewrite may take for granted, proved from the catalog."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from analyzer.domain.catalog import Relation
from analyzer.statements.facts import Predicate, PredicateKind
from analyzer.statements.type_names import base_type

INTEGER_RANGES = {
    "smallint": (-(2**15), 2**15 - 1),
    "integer": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
}
TEXT_TYPES = frozenset({"text", "character varying"})
TIMESTAMP = "timestamp without time zone"
TIMESTAMPTZ = "timestamp with time zone"
_BYTEWISE = ('"C"', '"POSIX"')
"""Collations as the catalog and ``catalog_from_ddl`` quote them."""
_PATTERN_OPCLASSES = ("text_pattern_ops", "varchar_pattern_ops")
_REJECTS_NULL = frozenset(PredicateKind) - {
    PredicateKind.IS_NULL,
    PredicateKind.OTHER,
    PredicateKind.BOOLEAN,
}


def type_of(relation: Relation, attribute: str) -> str:
    """The type of an attribute without modifiers; empty if it is not known.

    So it is where values that differ may be equal: what is known of a type's equality
    does not hold there.
    """
    found = relation.attribute(attribute)
    if found is None or found.has_fuzzy_equality:
        return ""
    return base_type(found.type_name)


def is_not_null(relation: Relation, attribute: str) -> bool:
    """Whether the attribute is declared NOT NULL."""
    found = relation.attribute(attribute)
    return bool(found and found.not_null)


def rejects_null(predicates: Sequence[Predicate], attribute: str) -> bool:
    """Whether a condition that every row passes fails where the attribute is NULL.

    Comparison operators of the built-in types are strict, so a bare attribute that is
    NULL makes them NULL, and WHERE drops the row.
    """
    return any(
        item.attribute == attribute
        and item.conjunct
        and item.wrapping is None
        and item.kind in _REJECTS_NULL
        for item in predicates
    )


def not_null_key(relation: Relation) -> tuple[str, ...]:
    """The shortest unique key whose attributes are all NOT NULL; empty without one."""
    keys = [
        key
        for key in relation.unique_keys
        if key and all(is_not_null(relation, name) for name in key)
    ]
    return min(keys, key=len, default=())


def holds_key(relation: Relation, attributes: Collection[str]) -> bool:
    """Whether these attributes contain a unique key that is NOT NULL."""
    return any(
        set(key) <= set(attributes) and all(is_not_null(relation, name) for name in key)
        for key in relation.unique_keys
        if key
    )


def has_pattern_index(relation: Relation, attribute: str) -> bool:
    """Whether a B-tree led by the attribute can search ``LIKE 'x%'``."""
    for index in relation.indexes:
        first = index.definition.keys[0]
        serves = first.opclass in _PATTERN_OPCLASSES or first.collation in _BYTEWISE
        if (
            index.valid
            and index.definition.method == "btree"
            and not index.definition.predicate
            and first.attribute == attribute
            and serves
        ):
            return True
    return False
