"""Candidates that are no B-trees: words, elements and fragments; and wide summaries.

12. inverted: GIN on a jsonb, array or tsvector column that is tested for containment,
    on ``to_tsvector(…)`` that is matched, and, where pg_trgm is installed, on a text
    column or expression that is searched for a fragment (``LIKE '%x%'``, ``ILIKE``,
    ``~``) or for what is similar (``%``).
13. summary: BRIN on a column that is searched by range and that the order of a large
    table follows; it takes a thousandth of the space of a B-tree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from analyzer.domain.catalog import Attribute, Relation
from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.statements.facts import Predicate, PredicateKind, RelationUse

MIN_BRIN_PAGES = 4096
MIN_BRIN_CORRELATION = 0.95

_FRAGMENTS = frozenset({"~~", "~~*", "~", "~*", "%", "<%", "%>", "<<%", "%>>"})
_PATH_OPERATORS = frozenset({"@>", "@?", "@@"})


def inverted(
    use: RelationUse, relation: Relation, extensions: Collection[str]
) -> Iterator[tuple[IndexDefinition, int]]:
    """Indexes by the two rules, each with its number; may repeat."""
    for item in use.predicates:
        attribute = relation.attribute(item.attribute)
        if attribute is None:
            continue
        for key in _inverted_keys(item, attribute, extensions):
            yield (
                IndexDefinition(relation=relation.name, keys=(key,), method="gin"),
                12,
            )
        if _is_summable(item, attribute, relation):
            key = IndexKey(attribute=attribute.name)
            yield (
                IndexDefinition(relation=relation.name, keys=(key,), method="brin"),
                13,
            )


def _inverted_keys(
    item: Predicate, attribute: Attribute, extensions: Collection[str]
) -> Iterator[IndexKey]:
    if item.wrapping is None:
        subject = IndexKey(attribute=attribute.name)
    elif item.wrapping.index_expression:
        subject = IndexKey(expression=item.wrapping.index_expression)
    else:
        return
    if item.operator in _FRAGMENTS:
        if "pg_trgm" in extensions:
            yield replace(subject, opclass="gin_trgm_ops")
    elif item.wrapping is not None:
        if item.wrapping.function == "to_tsvector":
            yield subject
    else:
        yield from _containment_keys(item, attribute.type_name, subject)


def _containment_keys(
    item: Predicate, type_name: str, subject: IndexKey
) -> Iterator[IndexKey]:
    if item.kind is not PredicateKind.CONTAINMENT:
        return
    if type_name in ("jsonb", "tsvector") or type_name.endswith("[]"):
        yield subject
    if type_name == "jsonb" and item.operator in _PATH_OPERATORS:
        yield replace(subject, opclass="jsonb_path_ops")


def _is_summable(item: Predicate, attribute: Attribute, relation: Relation) -> bool:
    return (
        item.kind is PredicateKind.RANGE
        and item.wrapping is None
        and relation.relpages >= MIN_BRIN_PAGES
        and abs(attribute.correlation or 0.0) >= MIN_BRIN_CORRELATION
    )
