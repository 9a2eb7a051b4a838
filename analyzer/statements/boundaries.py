"""Comparisons that one query makes and another does not, and constants they differ in.

``a > b`` made ``a >= b`` is the mistake of most wrong rewrites, and shows only on rows
where the two sides are equal. A test that never came there says nothing about it.
"""

from __future__ import annotations

import re
from typing import Any

import pglast
from pglast import ast, enums
from pglast.stream import RawStream

from analyzer.statements.ast_nodes import ast_nodes
from analyzer.statements.lexer import NUMBERS, tokens

_TURNED = {"<": "<", "<=": "<=", ">": "<", ">=": "<="}
_QUALIFIER = re.compile(r"\b[A-Za-z_]\w*\.(?=[A-Za-z_\"])")


def comparisons(query: str) -> frozenset[str]:
    """The comparisons by ``<``, ``<=``, ``>`` and ``>=``, in one form each.

    >>> sorted(comparisons("SELECT 1 FROM t WHERE t.a < b AND 2 >= c"))
    ['a < b', 'c <= 2']
    """
    found = map(comparison_text, ast_nodes(pglast.parse_sql(query)[0].stmt))
    return frozenset(filter(None, found))


def comparison_text(node: Any) -> str:
    """A comparison, smaller side first and without names of tables; else nothing.

    One that reads no column is none: no row decides it.
    """
    left: Any = getattr(node, "lexpr", None)
    if not isinstance(node, ast.A_Expr) or left is None:
        return ""
    written: Any = node
    operator = written.name[-1].sval
    if written.kind != enums.A_Expr_Kind.AEXPR_OP or operator not in _TURNED:
        return ""
    if not any(isinstance(part, ast.ColumnRef) for part in ast_nodes(node)):
        return ""
    sides = [_QUALIFIER.sub("", RawStream()(side)) for side in (left, written.rexpr)]
    if operator.startswith(">"):
        sides.reverse()
    return f"{sides[0]} {_TURNED[operator]} {sides[1]}"


def with_alarm(query: str, comparison: str) -> str:
    """The query with an error where a comparison meets equal sides.

    Empty if it has no such comparison, or no text. The error is a division by zero.

    >>> with_alarm("SELECT 1 FROM t WHERE a > 5", "5 < a")[22:64]
    'CASE WHEN 1 / CASE WHEN a = 5 THEN 0 ELSE '
    """
    statement: Any = pglast.parse_sql(query)[0].stmt
    node = _found(statement, comparison)
    if node is None:
        return ""
    # A constant has no type of its own, and would lose the one of the other side.
    side = "rexpr" if isinstance(node.lexpr, ast.A_Const) else "lexpr"
    alarm = (
        f"SELECT CASE WHEN 1 / (CASE WHEN {_equality(node)} THEN 0 ELSE 1 END) = 1"
        f" THEN ({RawStream()(getattr(node, side))}) END"
    )
    try:
        made: Any = pglast.parse_sql(alarm)[0].stmt
        setattr(node, side, made.targetList[0].val)
        text = str(RawStream()(statement))
        pglast.parse_sql(text)
    except Exception:
        # As for mutants: a printer may choke on a tree that no text has.
        return ""
    return text


def equal_sides(query: str, comparison: str) -> str:
    """The condition that both sides of a comparison are equal; empty without it.

    >>> equal_sides("SELECT 1 FROM t WHERE t.a > 5", "5 < a")
    '(t.a) = (5)'
    """
    node = _found(pglast.parse_sql(query)[0].stmt, comparison)
    return "" if node is None else _equality(node)


def _found(statement: Any, comparison: str) -> Any:
    found = (n for n in ast_nodes(statement) if comparison_text(n) == comparison)
    return next(found, None)


def _equality(node: Any) -> str:
    return f"({RawStream()(node.lexpr)}) = ({RawStream()(node.rexpr)})"


def differing_number(one: str, other: str) -> tuple[str, str] | None:
    """The two numbers that are all in which two texts differ; none if more does.

    >>> differing_number("SELECT a FROM t LIMIT 5", "SELECT a FROM t LIMIT 6")
    ('5', '6')
    """
    texts = [
        [(token.kind, text[token.start : token.end]) for token in tokens(text)]
        for text in (one, other)
    ]
    if len(texts[0]) != len(texts[1]):
        return None
    unlike = [pair for pair in zip(*texts, strict=True) if pair[0] != pair[1]]
    if len(unlike) != 1 or not all(kind in NUMBERS for kind, _ in unlike[0]):
        return None
    return unlike[0][0][1], unlike[0][1][1]
