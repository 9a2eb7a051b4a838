"""Candidates made from candidates: on part of the rows, or holding more columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from analyzer.domain.catalog import Attribute, Relation
from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.indexing.constant_evidence import MAX_PARTIAL_VALUES, ConstantEvidence
from analyzer.indexing.definition import is_prefix_of
from analyzer.indexing.existing import is_served
from analyzer.indexing.limits import CandidateLimits
from analyzer.statements.facts import (
    Predicate,
    PredicateKind,
    RelationUse,
    SideKind,
)
from analyzer.statements.identifiers import quote_identifier, quote_literal

_BOOLEANS = {"is true": "", "is false": "NOT "}


def partial(
    plain: Iterable[tuple[IndexDefinition, int]],
    use: RelationUse,
    relation: Relation,
    limits: CandidateLimits,
    evidence: ConstantEvidence,
) -> Iterator[tuple[IndexDefinition, int]]:
    """Those of ``plain`` that can do with part of the rows, each with its rule."""
    conditions = list(_constant_conditions(use, relation, limits, evidence))
    listed = list(plain)
    for definition, _ in listed:
        for attribute, predicate in conditions:
            keys = tuple(k for k in definition.keys if k.attribute != attribute)
            keys = keys or _primary_key(relation)
            if not keys and not _has_other_key(listed, attribute):
                keys = definition.keys
            partial = replace(definition, keys=keys, predicate=predicate)
            if not keys:
                continue
            if keys == _primary_key(relation) or not is_served(partial, relation):
                yield partial, 7
        first = relation.attribute(definition.keys[0].attribute)
        if first and _mostly_null(first, use, limits):
            name = quote_identifier(first.name)
            yield replace(definition, predicate=f"{name} IS NOT NULL"), 7


def _has_other_key(
    plain: Iterable[tuple[IndexDefinition, int]], attribute: str
) -> bool:
    return any(key.attribute != attribute for item, _ in plain for key in item.keys)


def _primary_key(relation: Relation) -> tuple[IndexKey, ...]:
    """To be the key of an index on rows that all have one value: it tells them apart.

    Of one column; its order is often that of the table, in which rows are read best.
    """
    found = [
        i.definition for i in relation.indexes if i.constraint_kind == "primary key"
    ]
    return found[0].keys if found and len(found[0].keys) == 1 else ()


def _mostly_null(item: Attribute, use: RelationUse, limits: CandidateLimits) -> bool:
    """A comparison implies that the column is not NULL, so the NULLs can stay out."""
    compared = any(
        p.attribute == item.name
        and p.wrapping is None
        and p.kind in (PredicateKind.EQUALITY, PredicateKind.RANGE)
        for p in use.predicates
    )
    return compared and (item.null_frac or 0.0) >= 1.0 - limits.max_partial_ratio


def _constant_conditions(
    use: RelationUse,
    relation: Relation,
    limits: CandidateLimits,
    evidence: ConstantEvidence,
) -> Iterator[tuple[str, str]]:
    """Attribute and predicate text of conditions that hold in every execution."""
    for item in use.predicates:
        attribute = relation.attribute(item.attribute)
        if not item.conjunct or item.wrapping or attribute is None:
            continue
        if _is_one_value(item) and not evidence.max_rows_ratio(
            relation.name, attribute
        ):
            continue
        known = _constant_condition(item, attribute)
        if known and known[1] <= limits.max_partial_ratio:
            yield item.attribute, known[0]


def rare_values(
    use: RelationUse, relation: Relation, evidence: ConstantEvidence
) -> Iterator[tuple[str, float]]:
    """Predicates on one value, and the share of the rows each may hold at most."""
    for item in use.predicates:
        attribute = relation.attribute(item.attribute)
        known = attribute and _constant_condition(item, attribute)
        if attribute and known and _is_one_value(item):
            yield known[0], evidence.max_rows_ratio(relation.name, attribute)


def _is_one_value(item: Predicate) -> bool:
    return item.kind is PredicateKind.EQUALITY


def _constant_condition(
    item: Predicate, attribute: Attribute
) -> tuple[str, float] | None:
    """The text of a condition without parameters, and the share of rows it keeps."""
    name = quote_identifier(item.attribute)
    null_ratio = attribute.null_frac or 0.0
    if item.kind is PredicateKind.IS_NULL:
        return f"{name} IS NULL", null_ratio
    if item.kind is PredicateKind.IS_NOT_NULL:
        return f"{name} IS NOT NULL", 1.0 - null_ratio
    if item.kind is PredicateKind.BOOLEAN and item.operator in _BOOLEANS:
        # Which value is the rarer one is not known here; the planner sees to it.
        rarest = min(attribute.most_common_freqs, default=0.5)
        return f"{_BOOLEANS[item.operator]}{name}", rarest
    if item.kind not in (PredicateKind.EQUALITY, PredicateKind.NOT_EQUAL):
        return None
    if item.other.kind is not SideKind.CONSTANT or item.other.value is None:
        return None
    distinct = attribute.n_distinct or 0.0
    if not 0 < distinct <= MAX_PARTIAL_VALUES or item.operator not in ("=", "<>"):
        return None
    # Which value is how frequent is not known here; the planner sees to it.
    ratio = 1.0 / distinct
    if item.operator == "<>":
        ratio = 1.0 - max(attribute.most_common_freqs, default=ratio)
    return f"{name} {item.operator} {quote_literal(item.other.value)}", ratio


def covering(
    definition: IndexDefinition,
    use: RelationUse,
    relation: Relation,
    limits: CandidateLimits,
) -> IndexDefinition | None:
    """The same with INCLUDE for an index-only scan, where that stays narrow."""
    if use.reads_whole_row or any(key.expression for key in definition.keys):
        return None
    rest = sorted(use.attributes - set(definition.attributes))
    found = [relation.attribute(name) for name in rest]
    width = sum((item.avg_width_bytes or 8) for item in found if item)
    if not rest or len(rest) > limits.max_include_count or None in found:
        return None
    if width > limits.max_include_width_bytes:
        return None
    return beside_existing(replace(definition, include=tuple(rest)), relation)


def beside_existing(
    definition: IndexDefinition, relation: Relation
) -> IndexDefinition | None:
    """The same, with keys that lead no existing index; none if that cannot be had.

    Columns of INCLUDE become keys until the existing index is no longer led: two
    indexes that start alike are one too many to keep.
    """
    current = definition
    while any(is_prefix_of(current, index.definition) for index in relation.indexes):
        if not current.include:
            return None
        first, *others = current.include
        keys = (*current.keys, IndexKey(attribute=first))
        current = replace(current, keys=keys, include=tuple(others))
    return current
