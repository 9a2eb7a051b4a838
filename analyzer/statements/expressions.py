"""Expressions over the attributes of one use that conditions compare or orders sort by.

A predicate (:mod:`.predicates`) speaks of one attribute. Indexes can also be made on
what is computed of several, ``coalesce(shipped_at, placed_at)``; such expressions are
noted here beside those around a single attribute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from analyzer.statements.facts import PredicateKind, SearchedExpression, SortKey
from analyzer.statements.parse import Node
from analyzer.statements.predicates import (
    Place,
    is_prefix_search,
    meaning,
    mirrored,
    references,
)
from analyzer.statements.scope import Column, names_of
from analyzer.statements.sides import SideReader, bare_column, outermost
from analyzer.statements.source import SourceText, Span

_NOWHERE = Column(-1, "")


class ExpressionReader:
    """Reads the expressions of one query level.

    Args:
        source: the text of the query.
        resolve: tells the attribute a list of names means, none if unknown.
    """

    def __init__(
        self, source: SourceText, resolve: Callable[[list[str]], Column | None]
    ) -> None:
        self._source = source
        self._resolve = resolve
        self._sides = SideReader(source, resolve)

    def read(self, node: Node | None, place: Place) -> Iterator[SearchedExpression]:
        """What the comparisons of a condition compare, those below OR included."""
        if not node:
            return
        ((kind, fields),) = node.items()
        if kind == "BoolExpr" and fields["boolop"] != "NOT_EXPR":
            is_all = fields["boolop"] == "AND_EXPR"
            inside = replace(place, conjunct=place.conjunct and is_all)
            for arm in fields.get("args", []):
                yield from self.read(arm, inside)
        elif kind == "A_Expr" and "lexpr" in fields:
            span = self._source.condition(node)
            halves = self._source.sides(fields, span) if span else None
            if halves is not None:
                yield from self._compared(fields, halves, place)

    def _compared(
        self, fields: Node, halves: tuple[Span, Span], place: Place
    ) -> Iterator[SearchedExpression]:
        operator, kind = meaning(fields)
        left, right = fields["lexpr"], fields.get("rexpr") or {}
        if is_prefix_search(operator, right):
            kind = PredicateKind.PREFIX
        sides = ((left, halves[0]), (right, halves[1]))
        yield from self._side(sides, (operator, kind), place)
        turned = mirrored(operator) if fields["kind"] == "AEXPR_OP" else ""
        if turned:
            yield from self._side(sides[::-1], (turned, kind), place)

    def _side(
        self,
        sides: tuple[tuple[Node, Span], ...],
        how: tuple[str, PredicateKind],
        place: Place,
    ) -> Iterator[SearchedExpression]:
        """The first side, if it is an expression, compared with the second."""
        (node, span), (other, other_span) = sides
        found = self._sides.expression(node, span)
        if found is None:
            return
        operator, kind = how
        yield SearchedExpression(
            use=found[0],
            text=found[1],
            attributes=self._attributes(node),
            function=outermost(node, {})[0],
            kind=kind,
            operator=operator,
            other=self._sides.other(other, other_span, _NOWHERE).kind,
            conjunct=place.conjunct,
        )

    def _attributes(self, node: Node) -> frozenset[str]:
        columns = (self._resolve(names_of(item)) for item in references(node))
        return frozenset(column.attribute for column in columns if column is not None)

    def sort_key(self, key: SortKey, node: Node) -> SortKey:
        """A sort key that is no plain attribute, with what it is computed of."""
        if key.use is not None:
            return key
        span = self._source.condition(node)
        found = self._sides.expression(node, span) if span else None
        if found is None:
            return key
        use, text = found
        return replace(
            key, expression_use=use, expression=text, distance_from=self._from(node)
        )

    def _from(self, node: Node) -> str:
        """The attribute whose distance from a value an expression is."""
        fields = node.get("A_Expr", {})
        names = fields.get("name", [])
        if not names or names[-1].get("String", {}).get("sval") != "<->":
            return ""
        sides = (fields.get("lexpr"), fields.get("rexpr"))
        columns = [bare_column(item, self._resolve) for item in sides]
        known = [column for column in columns if column is not None]
        return known[0].attribute if len(known) == 1 else ""
