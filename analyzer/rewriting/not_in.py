"""``NOT IN (SELECT …)`` as ``NOT EXISTS``, which PostgreSQL plans as an anti-join."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.domain.catalog import Catalog
from analyzer.rewriting.conditions import is_not_null, rejects_null
from analyzer.rewriting.edit import Replacement, edited
from analyzer.statements.facts import (
    Clause,
    Predicate,
    QueryLevel,
    RelationUse,
    StatementShape,
)
from analyzer.statements.identifiers import quote_identifier
from analyzer.statements.lexer import tokens
from analyzer.statements.outputs import is_transparent
from analyzer.statements.scope import names_of
from analyzer.statements.source import SourceText


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two compared attributes, and why it is never NULL.

    ``proof`` is empty where nothing proves it.
    """

    use: RelationUse
    attribute: str
    proof: str

    def __str__(self) -> str:
        return f"{self.use.relation}.{self.attribute}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotInRewrite:
    """A query with one NOT IN turned into NOT EXISTS.

    It returns the same rows only if ``unproven`` is empty.
    """

    query: str
    outer: Side
    inner: Side

    @property
    def unproven(self) -> tuple[Side, ...]:
        """The attributes that may be NULL as far as the catalog tells."""
        return tuple(side for side in (self.outer, self.inner) if not side.proof)


def not_in_rewrites(shape: StatementShape, catalog: Catalog) -> Iterator[NotInRewrite]:
    """One rewrite for each ``x NOT IN (SELECT y …)`` with plain x and y."""
    for predicate in shape.predicates:
        if predicate.operator != "not in" or predicate.clause is Clause.HAVING:
            continue
        level = _subquery_level(shape, predicate)
        inner = _selected(shape, level, catalog) if level else None
        if level is None or inner is None:
            continue
        outer_use = shape.uses[predicate.use]
        outer = _side(outer_use, predicate.attribute, predicate.level, catalog)
        if outer_use.alias in {shape.uses[number].alias for number in level.uses}:
            continue
        query = _text(shape, predicate, level, (outer, inner))
        if query is not None:
            yield NotInRewrite(query=query, outer=outer, inner=inner)


def _subquery_level(shape: StatementShape, predicate: Predicate) -> QueryLevel | None:
    fields = predicate.other.node["SubLink"]["subselect"].get("SelectStmt")
    for level in shape.levels:
        if level.node is fields and level.is_understood:
            # A list means the same without copies: the new text leaves DISTINCT out.
            bare = {
                k: v for k, v in fields.items() if (k, v) != ("distinctClause", [{}])
            }
            plain = is_transparent(bare) and "sortClause" not in fields
            return level if plain and "fromClause" in fields else None
    return None


def _selected(
    shape: StatementShape, level: QueryLevel, catalog: Catalog
) -> Side | None:
    """The one attribute a subquery selects."""
    targets = level.node.get("targetList", [])
    value = targets[0]["ResTarget"].get("val", {}) if len(targets) == 1 else {}
    names = names_of(value["ColumnRef"]) if "ColumnRef" in value else ["*"]
    found = []
    for number in level.uses:
        use = shape.uses[number]
        relation = catalog.find(use.relation)
        is_called = len(names) == 1 or use.alias == names[-2]
        if is_called and relation and relation.attribute(names[-1]):
            found.append(use)
    if len(found) != 1 or len(level.node["fromClause"]) != len(level.uses):
        return None
    return _side(found[0], names[-1], level.number, catalog)


def _side(use: RelationUse, attribute: str, level: int, catalog: Catalog) -> Side:
    relation = catalog.find(use.relation)
    proof = ""
    if relation and is_not_null(relation, attribute) and not use.nullable:
        proof = f"{use.relation}.{attribute} is NOT NULL"
    elif rejects_null(_filters(use, level), attribute):
        proof = f"a condition of the query leaves no NULL in {use.relation}.{attribute}"
    return Side(use=use, attribute=attribute, proof=proof)


def _filters(use: RelationUse, level: int) -> list[Predicate]:
    """Conditions written at a level that no NULL of an outer join can pass."""
    return [
        item
        for item in use.predicates
        if item.level == level
        and item.start < item.end
        and item.operator != "not in"
        and (item.clause is Clause.WHERE or not use.nullable)
    ]


def _text(
    shape: StatementShape,
    predicate: Predicate,
    level: QueryLevel,
    sides: tuple[Side, Side],
) -> str | None:
    outer, inner = (
        f"{quote_identifier(side.use.alias)}.{quote_identifier(side.attribute)}"
        for side in sides
    )
    query, source = shape.query, SourceText(shape.query)
    body_span = _from_clause(query, predicate.start, predicate.end)
    where = level.node.get("whereClause")
    span = source.condition(where) if where else None
    if body_span is None or (where and span is None):
        return None
    start, closing = body_span
    if span is None:
        body = f"{query[start:closing].rstrip()} WHERE {inner} = {outer}"
    else:
        condition = source.text(span)
        if "BoolExpr" in where and where["BoolExpr"]["boolop"] == "OR_EXPR":
            condition = f"({condition})"
        rest = query[span[1] : closing].rstrip()
        head = query[start : span[0]]
        body = f"{head}{condition}{rest} AND {inner} = {outer}"
    replacement = Replacement(
        span=(predicate.start, predicate.end),
        text=f"NOT EXISTS (SELECT 1 {body})",
        node=predicate.node,
    )
    return edited(query, [replacement])


def _from_clause(query: str, start: int, end: int) -> tuple[int, int] | None:
    """FROM of the subquery, the first behind a single column, to its parenthesis."""
    begin, depth = None, 0
    for token in tokens(query):
        if not start <= token.start < end:
            continue
        if begin is None:
            begin = token.start if token.kind == "FROM" else None
            continue
        depth += (token.kind == "ASCII_40") - (token.kind == "ASCII_41")
        if depth < 0:
            return begin, token.start
    return None
