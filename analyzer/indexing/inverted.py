"""Candidates that are no B-trees: words, elements and fragments; and wide summaries.

12. inverted: GIN on a jsonb, array or tsvector column that is tested for containment,
    on ``to_tsvector(…)`` that is matched, and, where pg_trgm is installed, on a text
    column that is searched for a fragment (``LIKE '%x%'``, ``ILIKE``, ``~``).
13. summary: BRIN on a column that is searched by range and that the order of a large
    table follows; it takes a thousandth of the space of a B-tree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from analyzer.domain.catalog import Attribute, Relation
from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.statements.facts import Predicate, PredicateKind, RelationUse

MIN_BRIN_PAGES = 4096
MIN_BRIN_CORRELATION = 0.95

_FRAGMENTS = frozenset({"~~", "~~*", "~", "~*"})
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
    if item.wrapping is not None:
        text = item.wrapping.index_expression
        if item.wrapping.function == "to_tsvector" and text:
            yield IndexKey(expression=text)
        return
    kind = attribute.type_name
    if item.operator in _FRAGMENTS:
        if "pg_trgm" in extensions:
            yield IndexKey(attribute=attribute.name, opclass="gin_trgm_ops")
    elif item.kind is PredicateKind.CONTAINMENT:
        if kind in ("jsonb", "tsvector") or kind.endswith("[]"):
            yield IndexKey(attribute=attribute.name)
        if kind == "jsonb" and item.operator in _PATH_OPERATORS:
            yield IndexKey(attribute=attribute.name, opclass="jsonb_path_ops")


def _is_summable(item: Predicate, attribute: Attribute, relation: Relation) -> bool:
    return (
        item.kind is PredicateKind.RANGE
        and item.wrapping is None
        and relation.relpages >= MIN_BRIN_PAGES
        and abs(attribute.correlation or 0.0) >= MIN_BRIN_CORRELATION
    )
