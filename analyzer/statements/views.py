"""What statements read by views: a view opened where it is named, and its readers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from analyzer.domain.catalog import Catalog, RelationKind
from analyzer.domain.index import RelationName
from analyzer.errors import AnalyzerError
from analyzer.statements.describe import relations_of
from analyzer.statements.parse import Node, parse_one, walk
from analyzer.statements.plain_tree import plain, substituted
from analyzer.statements.print_tree import printed

MAX_DEPTH = 8
"""Views on views that are opened."""

MAX_CHARS = 100_000
_NAMED = frozenset({"schemaname", "relname", "alias", "inh", "relpersistence"})


def with_views_opened(
    query: str, catalog: Catalog, views: Mapping[RelationName, str]
) -> str:
    """The statement that PostgreSQL plans: its views written out as subqueries.

    To be read, not run: what a view's owner may see is not looked at. A view keeps its
    name if its text is not known or would make the statement too long, if the statement
    writes to it or locks rows, or if the new text cannot be printed.

    Args:
        query: one statement.
        catalog: to find what the names mean.
        views: their queries, with a schema before every name.

    Source: PostgreSQL manual, "Views and the Rule System".
    """
    if not views:
        return query
    try:
        tree = plain(parse_one(query).tree)
        for _ in range(MAX_DEPTH):
            opened = _opened(tree, catalog, views, MAX_CHARS - len(query))
            if opened is tree:
                break
            tree, query = opened, printed(opened)
    except (AnalyzerError, RecursionError):
        pass  # what was opened so far stands
    return query


def _opened(
    tree: Node, catalog: Catalog, views: Mapping[RelationName, str], room_chars: int
) -> Node:
    """One level of views opened; the very same tree if there is none."""
    common = {
        str(fields["ctename"])
        for kind, fields in walk(tree)
        if kind == "CommonTableExpr"
    }
    if any("lockingClause" in fields for _kind, fields in walk(tree)):
        return tree

    def subquery(node: Node) -> Node | None:
        nonlocal room_chars
        named = node.get("RangeVar")
        if named is None or not set(named) <= _NAMED:
            return None
        name = RelationName(named.get("schemaname", ""), named["relname"])
        if not name.schema and name.name in common:
            return None
        relation = catalog.find(name)
        if relation is None or relation.kind is not RelationKind.VIEW:
            return None
        text = views.get(relation.name)
        if text is None or len(text) > room_chars:
            return None
        room_chars -= len(text)
        alias = named.get("alias", {"aliasname": named["relname"]})
        query = plain(parse_one(text).tree)
        if "SelectStmt" not in query:
            return None  # libpg_query's printer crashes on a subquery of another kind
        return {"RangeSubselect": {"subquery": query, "alias": alias}}

    opened: Node = substituted(tree, subquery)
    return opened


def views_reading(
    relation: RelationName, views: Mapping[RelationName, str]
) -> frozenset[RelationName]:
    """The views that read a relation, by other views too.

    Args:
        relation: with its schema.
        views: their queries, with a schema before every name.
    """
    found = {relation}
    while True:
        more = {
            name
            for name, text in views.items()
            if name not in found and not found.isdisjoint(_named_in(text))
        }
        if not more:
            return frozenset(found - {relation})
        found |= more


@lru_cache(maxsize=4096)
def _named_in(text: str) -> frozenset[RelationName]:
    try:
        return frozenset(relations_of(parse_one(text)))
    except AnalyzerError:
        return frozenset()
