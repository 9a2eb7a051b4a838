"""Expressions of a query that read no column, and the query with their values.

``price = 0.1 + 0.2`` compares a column with 0.3, which is no constant of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pglast
from pglast import ast
from pglast.stream import RawStream

from analyzer.statements.ast_nodes import ast_nodes
from analyzer.statements.clocks import clocks
from analyzer.statements.data_hints import AGGREGATES

MAX_EXPRESSIONS = 12
_READING = (ast.ColumnRef, ast.ParamRef, ast.SubLink, ast.SetToDefault, ast.A_Star)
_OF_SYNTAX = frozenset({"similar_to_escape", "like_escape"})
"""Calls that the parser makes of SIMILAR TO and ESCAPE; nothing else prints there."""
_WHOLE = re.compile(r"-?\d{1,9}\Z")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?\Z")


def constant_expressions(query: str) -> tuple[str, ...]:
    """Operators and calls over nothing but constants, as they are printed.

    >>> constant_expressions("SELECT a FROM t WHERE b < 1 + 2 AND c = 'x'::text")
    ('1 + 2',)
    """
    try:
        found = list(dict.fromkeys(text for text, _, _ in _sites(_tree(query))))
    except RecursionError:
        return ()
    return tuple(found[:MAX_EXPRESSIONS])


def with_values(query: str, values: Mapping[str, str]) -> str:
    """The query with constants for such expressions; for reading, not for running.

    >>> with_values("SELECT a FROM t WHERE b < 1 + 2", {"1 + 2": "3"})
    'SELECT a FROM t WHERE b < 3'
    """
    tree = _tree(query)
    for text, parent, name in list(_sites(tree)):
        if text in values:
            _put(parent, name, _constant(values[text]))
    return str(RawStream()(tree))


def _tree(query: str) -> Any:
    return pglast.parse_sql(query)[0].stmt


def _constant(value: str) -> Any:
    if _WHOLE.match(value):
        return ast.A_Const(val=ast.Integer(ival=int(value)))
    if _DECIMAL.match(value):
        return ast.A_Const(val=ast.Float(fval=value))
    return ast.A_Const(val=ast.String(sval=value))


def _put(parent: Any, place: tuple[str, int | None], node: Any) -> None:
    name, number = place
    if number is None:
        setattr(parent, name, node)
    else:
        items = list(getattr(parent, name))
        items[number] = node
        setattr(parent, name, tuple(items))


def _sites(root: Any) -> Iterator[tuple[str, Any, tuple[str, int | None]]]:
    """The text of each such expression that is no part of another, and its place."""
    stack = [root]
    while stack:
        parent = stack.pop()
        for name in parent:
            value = getattr(parent, name)
            items = list(enumerate(value)) if isinstance(value, tuple) else ()
            for number, child in items or ((None, value),):
                if not isinstance(child, ast.Node):
                    continue
                text = _text(child)
                if text:
                    yield text, parent, (name, number)
                else:
                    stack.append(child)


def _text(node: Any) -> str:
    if not isinstance(node, ast.A_Expr | ast.FuncCall | ast.TypeCast):
        return ""
    if isinstance(node, ast.TypeCast) and isinstance(node.arg, ast.A_Const):
        return ""
    inner = list(ast_nodes(node))
    calls = [item for item in inner if isinstance(item, ast.FuncCall)]
    if any(_name(call) in _OF_SYNTAX for call in calls):
        return ""
    if any(isinstance(item, _READING) for item in inner) or any(map(_counts, calls)):
        return ""
    if not any(isinstance(item, ast.A_Const) for item in inner):
        return ""
    text = str(RawStream()(node))
    return "" if clocks(f"SELECT {text}") else text


def _counts(call: Any) -> bool:
    """Whether a call is one of an aggregate or a window."""
    is_marked = call.over or call.agg_star or call.agg_within_group
    return bool(is_marked) or _name(call) in AGGREGATES


def _name(call: Any) -> str:
    return str(call.funcname[-1].sval)
