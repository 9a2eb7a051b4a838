"""The expressions that a query makes of the columns of one relation.

A cast, a function or an operator may make two values one that the column keeps apart,
or order them otherwise: this is what tells ``ORDER BY x, id`` from
``ORDER BY x::float8, id``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pglast
from pglast import ast
from pglast.stream import RawStream

from analyzer.statements.ast_nodes import ast_nodes
from analyzer.statements.data_hints import AGGREGATES

MAX_EXPRESSIONS = 24
_MAX_COLUMNS = 3
_MAX_NODES = 60

_EXPRESSIONS = (
    ast.TypeCast,
    ast.FuncCall,
    ast.A_Expr,
    ast.BoolExpr,
    ast.CoalesceExpr,
    ast.MinMaxExpr,
    ast.CaseExpr,
    ast.NullTest,
    ast.BooleanTest,
    ast.A_Indirection,
    ast.RowExpr,
    ast.CollateClause,
)
_NOT_OF_ONE_ROW = (
    ast.SubLink,
    ast.ParamRef,
    ast.GroupingFunc,
    ast.SetToDefault,
    ast.A_Star,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnExpression:
    """An expression whose value one row of one relation decides.

    Attributes:
        text: as SQL, with its columns as the query names them.
        relation: alias or name in front of its columns, empty where there is none.
        columns: their names, in the order they come.
        is_whole: it is no part of another one.
    """

    text: str
    relation: str
    columns: tuple[str, ...]
    is_whole: bool


def column_expressions(query: str) -> tuple[ColumnExpression, ...]:
    """The expressions of a query, whole ones first, each text once.

    >>> [e.text for e in column_expressions("SELECT 1 FROM t ORDER BY abs(a % 5)")]
    ['abs(a % 5)', 'a % 5']
    """
    try:
        found = list(_below(pglast.parse_sql(query)[0].stmt))
    except RecursionError:
        return ()
    found.sort(key=lambda item: not item.is_whole)
    unique = {(item.relation, item.text): item for item in reversed(found)}
    return tuple(reversed(unique.values()))[:MAX_EXPRESSIONS]


def _below(node: Any) -> Iterator[ColumnExpression]:
    """Expressions below a node, of which those that are no part of others are whole."""
    if isinstance(node, tuple):
        for item in node:
            yield from _below(item)
    elif isinstance(node, ast.Node):
        made = _expression(node, is_whole=True)
        if made is not None:
            yield made
            yield from _parts(node)
        else:
            for name in node:
                yield from _below(getattr(node, name))


def _parts(node: Any) -> Iterator[ColumnExpression]:
    if isinstance(node, tuple):
        for item in node:
            yield from _parts(item)
    elif isinstance(node, ast.Node):
        for name in node:
            child = getattr(node, name)
            for item in child if isinstance(child, tuple) else (child,):
                made = _expression(item, is_whole=False)
                if made is not None:
                    yield made
                yield from _parts(item)


def _expression(node: Any, *, is_whole: bool) -> ColumnExpression | None:
    if not isinstance(node, _EXPRESSIONS):
        return None
    uses: dict[tuple[str, str], None] = {}
    nodes = list(islice(ast_nodes(node), _MAX_NODES + 1))
    if len(nodes) > _MAX_NODES or not all(_gather(item, uses) for item in nodes):
        return None
    relations = {relation for relation, _ in uses}
    columns = tuple(dict.fromkeys(name for _, name in uses))
    if len(relations) != 1 or len(columns) > _MAX_COLUMNS:
        return None
    return ColumnExpression(
        text=str(RawStream()(node)),
        relation=relations.pop(),
        columns=columns,
        is_whole=is_whole,
    )


def _gather(node: Any, uses: dict[tuple[str, str], None]) -> bool:
    """Note the column that a node names; false if it is not decided by one row."""
    if isinstance(node, ast.ColumnRef):
        names = [getattr(part, "sval", None) for part in node.fields or ()]
        if None in names or len(names) > 2:
            return False
        uses[(str(names[-2]) if len(names) > 1 else "", str(names[-1]))] = None
        return True
    if isinstance(node, ast.FuncCall):
        marks = (node.over, node.agg_star, node.agg_distinct, node.agg_filter)
        is_marked = any((*marks, node.agg_order, node.agg_within_group))
        called = node.funcname[-1].sval if node.funcname else ""
        return not is_marked and called not in AGGREGATES
    return not isinstance(node, _NOT_OF_ONE_ROW)
