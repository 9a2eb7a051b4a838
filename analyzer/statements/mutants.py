"""Deliberate mistakes in a query, each the kind a wrong rewrite makes.

If the databases of a test do not tell a query from its mutants, they would not tell it
from a wrong rewrite either: the share that they do tell is the strength of the test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pglast
from pglast import ast, enums
from pglast.stream import RawStream

from analyzer.statements.ast_nodes import ast_nodes
from analyzer.statements.boundaries import comparison_text

MAX_MUTANTS = 24
ORDER_TURNED = "order turned round"
BOUNDARIES = frozenset({"< made <=", "<= made <", "> made >=", ">= made >"})
"""Mistakes that show only where both sides of a comparison are equal."""

_OPERATORS = {
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
    "=": "<=",
    "<>": "<",
    "+": "-",
    "-": "+",
    "*": "+",
    "~~": "!~~",
}
_JOINS = {
    enums.JoinType.JOIN_INNER: enums.JoinType.JOIN_LEFT,
    enums.JoinType.JOIN_LEFT: enums.JoinType.JOIN_INNER,
    enums.JoinType.JOIN_RIGHT: enums.JoinType.JOIN_INNER,
    enums.JoinType.JOIN_FULL: enums.JoinType.JOIN_LEFT,
}
_SWAPPED_CALLS = {"min": "max", "max": "min"}
_SUMS = frozenset({"count", "sum", "avg", "array_agg", "string_agg"})

Change = Callable[[Any], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MutatedQuery:
    """A query with one mistake in it, and the mistake in words.

    ``comparison`` is what a mistake of ``BOUNDARIES`` changed, as
    :func:`analyzer.statements.boundaries.comparison_text` writes it.
    """

    text: str
    description: str
    comparison: str = ""


def mutants(query: str, limit: int = MAX_MUTANTS) -> tuple[MutatedQuery, ...]:
    """Some mutants of a query: of its comparisons, and spread evenly over all others.

    A mutant may be equivalent to the query, or not fit the schema.

    >>> [m.text for m in mutants("SELECT a FROM t WHERE b < 5")][:2]
    ['SELECT DISTINCT a FROM t WHERE b < 5', 'SELECT a FROM t']
    """
    nodes = list(ast_nodes(pglast.parse_sql(query)[0].stmt))
    sites = [
        (place, number, description)
        for place, node in enumerate(nodes)
        for number, (description, _change) in enumerate(_changes(node))
    ]
    found: dict[str, MutatedQuery] = {}
    for place, number, description in _chosen(sites, limit):
        text = _mutated(query, place, number)
        if text is not None and text != query:
            is_boundary = description in BOUNDARIES
            compared = comparison_text(nodes[place]) if is_boundary else ""
            made = MutatedQuery(text=text, description=description, comparison=compared)
            found.setdefault(text, made)
    return tuple(found.values())


_Site = tuple[int, int, str]


def _chosen(sites: Sequence[_Site], limit: int) -> list[_Site]:
    """As many sites as are wished: comparisons first, spread evenly over the others."""
    first = [site for site in sites if site[2] in BOUNDARIES][: limit // 2]
    others = [site for site in sites if site not in first]
    step = max(1, -(-len(others) // max(limit - len(first), 1)))
    chosen = {*first, *others[::step]}
    return [site for site in sites if site in chosen]


def is_same_tree(one: str, other: str) -> bool:
    """Whether two texts are one query, but for spaces and letters of keywords.

    >>> is_same_tree("SELECT a FROM t", "select  a from t")
    True
    """
    return bool(pglast.parse_sql(one)[0].stmt == pglast.parse_sql(other)[0].stmt)


def _mutated(query: str, place: int, number: int) -> str | None:
    statement: Any = pglast.parse_sql(query)[0].stmt
    node = list(ast_nodes(statement))[place]
    _description, change = list(_changes(node))[number]
    change(node)
    try:
        text = str(RawStream()(statement))
        pglast.parse_sql(text)
    except Exception:
        # A printer may choke on a tree that no text has; such a mutant is not made.
        return None
    return text


def _changes(node: Any) -> Iterator[tuple[str, Change]]:
    make = _MAKERS.get(type(node))
    if make is not None:
        yield from make(node)


def _setting(**fields: Any) -> Change:
    def change(node: Any) -> None:
        for name, value in fields.items():
            setattr(node, name, value)

    return change


def _of_select(node: Any) -> Iterator[tuple[str, Change]]:
    if node.op != enums.SetOperation.SETOP_NONE:
        toggled = _setting(all=not node.all)
        yield (
            f"{'ALL dropped from' if node.all else 'ALL added to'} a set operation",
            (toggled),
        )
    elif node.distinctClause:
        yield "DISTINCT dropped", _setting(distinctClause=None)
    elif _may_repeat_rows(node):
        yield "DISTINCT added", _setting(distinctClause=(None,))
    if node.whereClause:
        yield "WHERE dropped", _setting(whereClause=None)
    if node.havingClause:
        yield "HAVING dropped", _setting(havingClause=None)
    if node.limitCount:
        yield "LIMIT dropped", _without_limit
    if node.limitOffset:
        yield "OFFSET dropped", _setting(limitOffset=None)


def _may_repeat_rows(node: Any) -> bool:
    """Whether DISTINCT may change something: not behind groups or an aggregate."""
    if not node.fromClause or node.sortClause or node.groupClause or node.havingClause:
        return False
    values = [target.val for target in node.targetList or ()]
    return not any(isinstance(v, ast.FuncCall | ast.A_Const) for v in values)


def _without_limit(node: Any) -> None:
    node.limitCount = None
    node.limitOption = enums.LimitOption.LIMIT_OPTION_DEFAULT


def _of_expression(node: Any) -> Iterator[tuple[str, Change]]:
    operator = node.name[-1].sval
    if node.kind == enums.A_Expr_Kind.AEXPR_IN:
        other = "<>" if operator == "=" else "="
        yield "IN negated", _setting(name=(ast.String(sval=other),))
    elif node.kind == enums.A_Expr_Kind.AEXPR_DISTINCT:
        yield (
            "IS DISTINCT FROM made <>",
            _setting(kind=enums.A_Expr_Kind.AEXPR_OP, name=(ast.String(sval="<>"),)),
        )
    elif node.kind == enums.A_Expr_Kind.AEXPR_NOT_DISTINCT:
        yield (
            "IS NOT DISTINCT FROM made =",
            _setting(kind=enums.A_Expr_Kind.AEXPR_OP, name=(ast.String(sval="="),)),
        )
    elif node.kind == enums.A_Expr_Kind.AEXPR_OP and node.lexpr is not None:
        made = _OPERATORS.get(operator)
        if made is not None:
            yield f"{operator} made {made}", _setting(name=(ast.String(sval=made),))


def _of_bool(node: Any) -> Iterator[tuple[str, Change]]:
    if node.boolop == enums.BoolExprType.NOT_EXPR:
        yield "NOT dropped", _unnegated
        return
    for place in range(len(node.args)):
        rest = node.args[:place] + node.args[place + 1 :]
        word = "AND" if node.boolop == enums.BoolExprType.AND_EXPR else "OR"
        yield f"part {place + 1} of {word} dropped", _setting(args=rest)
    if node.boolop == enums.BoolExprType.AND_EXPR:
        yield "AND made OR", _setting(boolop=enums.BoolExprType.OR_EXPR)
    else:
        yield "OR made AND", _setting(boolop=enums.BoolExprType.AND_EXPR)


def _unnegated(node: Any) -> None:
    # x IS NOT FALSE would be another mistake; AND of one part is the part itself.
    node.boolop = enums.BoolExprType.AND_EXPR


def _of_null_test(node: Any) -> Iterator[tuple[str, Change]]:
    kinds = enums.NullTestType
    is_null = node.nulltesttype == kinds.IS_NULL
    other = kinds.IS_NOT_NULL if is_null else kinds.IS_NULL
    yield "IS NULL negated", _setting(nulltesttype=other)


def _of_join(node: Any) -> Iterator[tuple[str, Change]]:
    has_condition = node.quals or node.usingClause or node.isNatural
    if has_condition and node.jointype in _JOINS:
        other = _JOINS[node.jointype]
        words = [
            str(kind.name).removeprefix("JOIN_") for kind in (node.jointype, other)
        ]
        yield f"{words[0]} JOIN made {words[1]}", _setting(jointype=other)


def _of_constant(node: Any) -> Iterator[tuple[str, Change]]:
    if isinstance(node.val, ast.Integer):
        more = int(node.val.ival or 0) + 1
        yield f"constant made {more}", _setting(val=ast.Integer(ival=more))
    elif isinstance(node.val, ast.String):
        text = str(node.val.sval)
        yield "constant made another", _setting(val=ast.String(sval=text + "x"))


def _of_call(node: Any) -> Iterator[tuple[str, Change]]:
    name = node.funcname[-1].sval
    if name in _SWAPPED_CALLS:
        other = _SWAPPED_CALLS[name]
        yield f"{name} made {other}", _setting(funcname=(ast.String(sval=other),))
    if node.agg_distinct:
        yield "DISTINCT dropped in an aggregate", _setting(agg_distinct=False)
    elif name in _SUMS and node.args and not node.over:
        yield "DISTINCT added in an aggregate", _setting(agg_distinct=True)
    if name == "count" and node.args and not node.agg_distinct:
        yield "count(x) made count(*)", _setting(args=None, agg_star=True)
    if node.agg_filter:
        yield "FILTER dropped", _setting(agg_filter=None)


def _of_coalesce(node: Any) -> Iterator[tuple[str, Change]]:
    yield "COALESCE made its first argument", _setting(args=node.args[:1])


def _of_case(node: Any) -> Iterator[tuple[str, Change]]:
    if node.defresult:
        yield "ELSE dropped", _setting(defresult=None)


def _of_sort(node: Any) -> Iterator[tuple[str, Change]]:
    kinds = enums.SortByDir
    is_descending = node.sortby_dir == kinds.SORTBY_DESC
    other = kinds.SORTBY_ASC if is_descending else kinds.SORTBY_DESC
    yield ORDER_TURNED, _setting(sortby_dir=other)


def _of_any_all(node: Any) -> Iterator[tuple[str, Change]]:
    kinds = enums.SubLinkType
    if node.subLinkType == kinds.ANY_SUBLINK and node.operName:
        yield "ANY made ALL", _setting(subLinkType=kinds.ALL_SUBLINK)
    elif node.subLinkType == kinds.ALL_SUBLINK:
        yield "ALL made ANY", _setting(subLinkType=kinds.ANY_SUBLINK)


_MAKERS: dict[type[Any], Callable[[Any], Iterator[tuple[str, Change]]]] = {
    ast.SelectStmt: _of_select,
    ast.A_Expr: _of_expression,
    ast.BoolExpr: _of_bool,
    ast.NullTest: _of_null_test,
    ast.JoinExpr: _of_join,
    ast.A_Const: _of_constant,
    ast.FuncCall: _of_call,
    ast.CoalesceExpr: _of_coalesce,
    ast.CaseExpr: _of_case,
    ast.SortBy: _of_sort,
    ast.SubLink: _of_any_all,
}
