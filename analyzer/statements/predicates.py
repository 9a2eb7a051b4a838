"""Conditions of a query as predicates on single attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from analyzer.statements.facts import Clause, Predicate, PredicateKind, Side, SideKind
from analyzer.statements.parse import Node, walk
from analyzer.statements.scope import Column
from analyzer.statements.sides import (
    SideReader,
    bare_column,
    constant_of,
    without_casts,
)
from analyzer.statements.source import SourceText, Span

_MIRRORED = {
    **{"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="},
    **{"@>": "<@", "<@": "@>", "&&": "&&"},
}
_KINDS = {
    "=": PredicateKind.EQUALITY,
    "<>": PredicateKind.NOT_EQUAL,
    **dict.fromkeys(("<", "<=", ">", ">="), PredicateKind.RANGE),
    **dict.fromkeys(
        ("@>", "<@", "&&", "?", "?|", "?&", "@@", "@?"), PredicateKind.CONTAINMENT
    ),
    **dict.fromkeys(("~~", "~~*", "~", "~*"), PredicateKind.PATTERN),
}
_TRUTH = {"IS_TRUE": "true", "IS_FALSE": "false"}
_WILDCARDS = "%_\\"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a condition stands, see the fields of :class:`Predicate`."""

    level: int
    clause: Clause = Clause.WHERE
    conjunct: bool = True
    disjunction: int | None = None
    arm: int = 0


class PredicateReader:
    """Reads the conditions of one query level.

    Args:
        source: the text of the query.
        resolve: tells the attribute a list of names means, none if unknown.
        next_disjunction: gives the next number for an OR.
    """

    def __init__(
        self,
        source: SourceText,
        resolve: Callable[[list[str]], Column | None],
        next_disjunction: Callable[[], int],
    ) -> None:
        self._source = source
        self._resolve = resolve
        self._next = next_disjunction
        self._sides = SideReader(source, resolve)

    def read(self, node: Node | None, place: Place) -> Iterator[Predicate]:
        """The predicates of a condition, those inside OR included."""
        if not node:
            return
        ((kind, fields),) = node.items()
        if kind == "BoolExpr":
            yield from self._boolean(fields, place)
            return
        span = self._source.condition(node)
        if span is None:
            return
        for found in self._single(kind, fields, span):
            yield _placed(found, place, span, node)

    def _boolean(self, fields: Node, place: Place) -> Iterator[Predicate]:
        arms = fields.get("args", [])
        if fields["boolop"] == "AND_EXPR":
            for arm in arms:
                yield from self.read(arm, place)
        elif fields["boolop"] == "OR_EXPR":
            inside = replace(place, conjunct=False)
            if place.disjunction is None:
                number = self._next()
                for arm_number, arm in enumerate(arms):
                    here = replace(inside, disjunction=number, arm=arm_number)
                    yield from self.read(arm, here)
            else:
                for arm in arms:
                    yield from self.read(arm, inside)
        else:
            yield from self._negation(arms[0], fields, place)

    def _negation(self, arm: Node, fields: Node, place: Place) -> Iterator[Predicate]:
        """``NOT flag`` and ``x NOT IN (SELECT …)``; other negations are left out."""
        node = {"BoolExpr": fields}
        span = self._source.condition(node)
        column = bare_column(arm, self._resolve)
        if span is None:
            return
        if column is not None:
            yield _placed(_truth(column, "false"), place, span, node)
        for found in self._any_subquery(arm.get("SubLink", {})):
            if found.operator == "=":
                negated = replace(found, kind=PredicateKind.OTHER, operator="not in")
                yield _placed(negated, place, span, node)

    def _single(self, kind: str, fields: Node, span: Span) -> Iterator[Predicate]:
        if kind == "A_Expr":
            yield from self._expression(fields, span)
        elif kind == "NullTest":
            yield from self._null_test(fields)
        elif kind in ("ColumnRef", "BooleanTest"):
            yield from self._truth_test(kind, fields)
        elif kind == "SubLink":
            yield from self._any_subquery(fields)

    def _truth_test(self, kind: str, fields: Node) -> Iterator[Predicate]:
        node = {"ColumnRef": fields} if kind == "ColumnRef" else fields.get("arg")
        value = "true" if kind == "ColumnRef" else _TRUTH.get(fields["booltesttype"])
        column = bare_column(node, self._resolve)
        if column is not None and value is not None:
            yield _truth(column, value)

    def _null_test(self, fields: Node) -> Iterator[Predicate]:
        column = bare_column(fields.get("arg"), self._resolve)
        if column is None:
            return
        is_null = fields.get("nulltesttype", "IS_NULL") == "IS_NULL"
        yield Predicate(
            use=column.use,
            attribute=column.attribute,
            kind=PredicateKind.IS_NULL if is_null else PredicateKind.IS_NOT_NULL,
            operator="is null" if is_null else "is not null",
            other=Side(kind=SideKind.NOTHING),
        )

    def _any_subquery(self, fields: Node) -> Iterator[Predicate]:
        """``x IN (SELECT …)`` and ``x op ANY (SELECT …)``; EXISTS has no attribute."""
        column = bare_column(fields.get("testexpr"), self._resolve)
        if column is None or fields.get("subLinkType") != "ANY_SUBLINK":
            return
        names = fields.get("operName", [{"String": {"sval": "="}}])
        yield Predicate(
            use=column.use,
            attribute=column.attribute,
            kind=_KINDS.get(_last_name(names), PredicateKind.OTHER),
            operator=_last_name(names),
            other=Side(kind=SideKind.SUBQUERY, node={"SubLink": fields}),
        )

    def _expression(self, fields: Node, span: Span) -> Iterator[Predicate]:
        halves = self._source.sides(fields, span)
        if halves is None or "lexpr" not in fields:
            return
        operator, kind = meaning(fields)
        left, right = fields["lexpr"], fields.get("rexpr")
        if "RowExpr" in left and right is not None and "RowExpr" in right:
            yield from self._rows(left["RowExpr"], right["RowExpr"], operator)
            return
        located = self._sides.locate(left, halves[0])
        if located is not None:
            other = self._sides.other(right, halves[1], located[0])
            found = _predicate(located[0], kind, operator, other)
            yield _refined(replace(found, wrapping=located[1]))
        if fields["kind"] == "AEXPR_OP":
            yield from self._mirrored(fields, halves, (operator, kind))

    def _mirrored(
        self, fields: Node, halves: tuple[Span, Span], how: tuple[str, PredicateKind]
    ) -> Iterator[Predicate]:
        """The same condition, seen from an attribute on its right side."""
        located = self._sides.locate(fields.get("rexpr"), halves[1])
        if located is None:
            return
        column, wrapping = located
        operator, kind = how
        turned = _MIRRORED.get(operator)
        other = self._sides.other(fields["lexpr"], halves[0], column)
        found = _predicate(
            column,
            kind if turned else PredicateKind.OTHER,
            turned or f"{operator} (from the right)",
            other,
        )
        yield replace(found, wrapping=wrapping)

    def _rows(self, left: Node, right: Node, operator: str) -> Iterator[Predicate]:
        """``(a, b) = (c, d)`` pair by pair; of ``(a, b) > (c, d)`` only the first."""
        pairs = list(zip(left.get("args", []), right.get("args", []), strict=False))
        kind = _KINDS.get(operator, PredicateKind.OTHER)
        if kind is PredicateKind.RANGE:
            pairs = pairs[:1]
        elif kind is not PredicateKind.EQUALITY:
            return
        for one, two in pairs:
            column = bare_column(one, self._resolve)
            span = self._source.condition(two)
            if column is not None and span is not None:
                other = self._sides.other(two, span, column)
                shown = operator.rstrip("=") + "=" if kind is not kind.EQUALITY else "="
                yield _predicate(column, kind, shown, other)


def _placed(found: Predicate, place: Place, span: Span, node: Node) -> Predicate:
    return replace(
        found,
        level=place.level,
        clause=place.clause,
        conjunct=place.conjunct,
        disjunction=place.disjunction,
        arm=place.arm,
        start=span[0],
        end=span[1],
        node=node,
    )


def _predicate(
    column: Column, kind: PredicateKind, operator: str, other: Side
) -> Predicate:
    return Predicate(
        use=column.use,
        attribute=column.attribute,
        kind=kind,
        operator=operator,
        other=other,
    )


def _truth(column: Column, value: str) -> Predicate:
    other = Side(kind=SideKind.CONSTANT, text=value, value=value)
    return _predicate(column, PredicateKind.BOOLEAN, f"is {value}", other)


def meaning(fields: Node) -> tuple[str, PredicateKind]:
    """The operator's name and kind, for every form an ``A_Expr`` can take."""
    name, form = _last_name(fields["name"]), fields["kind"]
    if form in ("AEXPR_OP", "AEXPR_LIKE", "AEXPR_ILIKE"):
        return name, _KINDS.get(name, PredicateKind.OTHER)
    if form in ("AEXPR_IN", "AEXPR_OP_ANY"):
        is_list = name == "="
        shown = "= any" if is_list else f"{name} {form[6:].lower()}"
        return shown, PredicateKind.IN_LIST if is_list else PredicateKind.OTHER
    if form in ("AEXPR_BETWEEN", "AEXPR_BETWEEN_SYM"):
        return name.lower(), PredicateKind.RANGE
    # These carry the name of the operator they use, and mean something else.
    return _OTHER_FORMS.get(form, name.lower()), PredicateKind.OTHER


_OTHER_FORMS = {
    "AEXPR_DISTINCT": "is distinct from",
    "AEXPR_NOT_DISTINCT": "is not distinct from",
    "AEXPR_OP_ALL": "all",
    "AEXPR_NULLIF": "nullif",
}


def mirrored(operator: str) -> str:
    """The operator with its sides changed; empty where that is no other operator.

    >>> mirrored("<="), mirrored("~~")
    ('>=', '')
    """
    return _MIRRORED.get(operator, "")


def is_prefix_search(operator: str, pattern: Node) -> bool:
    """Whether a LIKE has a literal that starts without a wildcard."""
    constant = without_casts(pattern)[0].get("A_Const") if pattern else None
    value = constant_of(constant) if constant else None
    return operator == "~~" and bool(value and literal_prefix(value))


def _refined(found: Predicate) -> Predicate:
    """LIKE with a literal that starts without wildcard is a PREFIX."""
    if found.operator != "~~" or found.other.value is None:
        return found
    prefix = literal_prefix(found.other.value)
    if not prefix:
        return found
    return replace(found, kind=PredicateKind.PREFIX, prefix=prefix)


def literal_prefix(pattern: str) -> str:
    r"""What every match of a LIKE pattern starts with; an escape ends it.

    >>> literal_prefix("ab%c"), literal_prefix("%x"), literal_prefix("a\\%")
    ('ab', '', 'a')
    """
    for number, character in enumerate(pattern):
        if character in _WILDCARDS:
            return pattern[:number]
    return pattern


def _last_name(names: list[Node]) -> str:
    return str(names[-1]["String"].get("sval", ""))


def references(node: Any) -> list[Node]:
    """All column references below a node, those of subqueries included."""
    return [fields for kind, fields in walk(node) if kind == "ColumnRef"]
