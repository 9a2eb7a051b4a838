"""A query with its sort keys among its columns, so that its order can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pglast
from pglast import ast, enums
from pglast.stream import RawStream


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedOutput:
    """How the rows of a query are ordered.

    Attributes:
        text: the query, perhaps with sort keys as further columns behind its own.
        keys: places of the sort keys among the columns, counted from 0, most
            significant first; none if the query has no ORDER BY.
        is_complete: whether every sort key could be made a column.
    """

    text: str
    keys: tuple[int, ...] = ()
    is_complete: bool = True


def sorted_output(query: str, names: tuple[str, ...]) -> SortedOutput:
    """Make the sort keys of a SELECT visible.

    Rows that have the same keys may come in any order; where the order of two queries
    is compared, such rows count as a bag.

    Args:
        query: one SELECT that parses.
        names: of the columns it returns.

    >>> sorted_output("SELECT a FROM t ORDER BY b DESC, 1", ("a",)).text
    'SELECT a, b AS pgproof_key_1 FROM t ORDER BY b DESC, 1'
    >>> sorted_output("SELECT a FROM t ORDER BY b DESC, 1", ("a",)).keys
    (1, 0)
    """
    select: Any = pglast.parse_sql(query)[0].stmt
    if not isinstance(select, ast.SelectStmt) or not select.sortClause:
        return SortedOutput(text=query)
    keys: list[int] = []
    added: list[Any] = []
    can_add = _can_add_columns(select)
    for item in select.sortClause:
        place = _output_place(item.node, names, select)
        if place is None:
            if not can_add or item.sortby_dir == enums.SortByDir.SORTBY_USING:
                return SortedOutput(text=query, is_complete=False)
            place = len(names) + len(added)
            name = f"pgproof_key_{len(added) + 1}"
            added.append(ast.ResTarget(name=name, val=item.node))
        keys.append(place)
    if not added:
        return SortedOutput(text=query, keys=tuple(keys))
    select.targetList = (*(select.targetList or ()), *added)
    text = RawStream()(select)
    if pglast.parse_sql(text)[0].stmt != select:
        return SortedOutput(text=query, is_complete=False)
    return SortedOutput(text=text, keys=tuple(keys))


def _can_add_columns(select: Any) -> bool:
    """Whether a column more leaves the rows as they are."""
    is_plain = select.op == enums.SetOperation.SETOP_NONE and select.targetList
    # DISTINCT would compare the new column too; DISTINCT ON (…) would not.
    has_distinct = select.distinctClause and select.distinctClause[0] is None
    return bool(is_plain and not has_distinct)


def _output_place(node: Any, names: tuple[str, ...], select: Any) -> int | None:
    """The place of the output column that a sort key stands for; none if it is none.

    As in PostgreSQL, a bare integer is a place, and a bare name is first looked for
    among the names of the output.
    """
    if isinstance(node, ast.A_Const) and isinstance(node.val, ast.Integer):
        place = int(node.val.ival or 0) - 1
        return place if 0 <= place < len(names) else None
    parts = node.fields or () if isinstance(node, ast.ColumnRef) else ()
    if len(parts) == 1:
        name = getattr(parts[0], "sval", None)
        if names.count(str(name)) == 1:
            return names.index(str(name))
    for place, target in enumerate(select.targetList or ()):
        if isinstance(getattr(target.val, "fields", (None,))[-1], ast.A_Star):
            return None
        if target.val == node:
            return place
    return None
