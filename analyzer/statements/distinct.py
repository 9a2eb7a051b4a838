"""Two queries of one table that differ in a DISTINCT alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pglast
from pglast import ast, enums


@dataclass(frozen=True, slots=True, kw_only=True)
class DistinctOnly:
    """What two such queries return.

    Attributes:
        schema: of the table, empty where the text gives none.
        table: its name.
        columns: that are returned as they are; ``*`` stands for all.
    """

    schema: str
    table: str
    columns: frozenset[str]


def distinct_only(before: str, after: str) -> DistinctOnly | None:
    """What two queries return that differ in nothing but a DISTINCT; none for others.

    Each row of the table gives at most one of either query: there is no grouping, and
    no function that may make several rows of one.

    >>> distinct_only("SELECT a FROM t", "SELECT DISTINCT a FROM t").columns
    frozenset({'a'})
    >>> distinct_only("SELECT a FROM t", "SELECT DISTINCT b FROM t")
    """
    parsed: list[Any] = [pglast.parse_sql(text)[0].stmt for text in (before, after)]
    queries: list[Any] = [item for item in parsed if isinstance(item, ast.SelectStmt)]
    distinct = [query for query in queries if query.distinctClause == (None,)]
    if len(queries) != 2 or len(distinct) != 1 or not _is_of_one_table(distinct[0]):
        return None
    distinct[0].distinctClause = None
    if queries[0] != queries[1]:
        return None
    relation: Any = queries[0].fromClause[0]
    columns = frozenset(map(_column, queries[0].targetList or ()))
    if None in columns:
        return None
    return DistinctOnly(
        schema=relation.schemaname or "",
        table=relation.relname,
        columns=frozenset(name for name in columns if name),
    )


def _is_of_one_table(query: Any) -> bool:
    relations: Any = query.fromClause or ()
    return bool(
        query.op == enums.SetOperation.SETOP_NONE
        and len(relations) == 1
        and isinstance(relations[0], ast.RangeVar)
        and not (relations[0].alias and relations[0].alias.colnames)
        and not (query.withClause or query.groupClause)
    )


def _column(target: Any) -> str | None:
    """The column that is returned; empty for a constant, none for anything else."""
    if isinstance(target.val, ast.A_Const):
        return ""
    if not isinstance(target.val, ast.ColumnRef):
        return None
    fields: Any = target.val.fields
    return "*" if isinstance(fields[-1], ast.A_Star) else str(fields[-1].sval)
