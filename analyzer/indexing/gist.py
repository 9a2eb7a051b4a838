"""Candidates for what has no linear order: ranges, shapes, networks, distances.

14. overlap: GiST on a range, multirange, geometric or network column that is searched
    by what overlaps, contains or lies in something (PostgreSQL manual, "GiST Indexes",
    built-in operator classes; inet_ops has to be named).
15. nearest: GiST on a column whose distance (``<->``) from a value is the order.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.catalog import Relation
from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.statements.facts import RelationUse

_SHAPES = frozenset({"point", "box", "circle", "polygon"})
_NETWORKS = frozenset({"inet", "cidr"})
_OPERATORS = frozenset(
    {
        *("&&", "@>", "<@", "-|-", "<<", ">>", "&<", "&>", "~="),
        *("<<|", "|>>", "&<|", "|&>", "<<=", ">>="),
    }
)


def gist(use: RelationUse, relation: Relation) -> Iterator[tuple[IndexDefinition, int]]:
    """Indexes by the two rules, each with its number; may repeat."""
    for item in use.predicates:
        if item.wrapping is None and item.operator in _OPERATORS:
            yield from _on(item.attribute, relation, 14)
    keys = use.order_by_expressions
    if len(keys) == 1 and keys[0].distance_from:
        yield from _on(keys[0].distance_from, relation, 15)


def _on(
    name: str, relation: Relation, rule: int
) -> Iterator[tuple[IndexDefinition, int]]:
    attribute = relation.attribute(name)
    kind = attribute.type_name.split("(")[0] if attribute else ""
    if not (kind in _SHAPES | _NETWORKS or kind.endswith("range")):
        return
    opclass = "inet_ops" if kind in _NETWORKS else ""
    key = IndexKey(attribute=name, opclass=opclass)
    yield IndexDefinition(relation=relation.name, keys=(key,), method="gist"), rule
