"""Whether EXPLAIN shows everything that a query means.

EXPLAIN (VERBOSE) prints no LIMIT counts, no keys of DISTINCT ON, no WITH TIES, no row
locks, no lists of VALUES, and not whether a recursion removes duplicates (rewrites.md
6.3). So only what is known to be printed whole is let through: an allow-list of nodes
and, for SELECT and its clauses, of their fields.
"""

from __future__ import annotations

from analyzer.statements.parse import Node, parse_one, walk

_NODES = frozenset(
    {
        "A_ArrayExpr",
        "A_Const",
        "A_Expr",
        "A_Star",
        "BoolExpr",
        "BooleanTest",
        "CaseExpr",
        "CaseWhen",
        "CoalesceExpr",
        "ColumnRef",
        "CommonTableExpr",
        "FuncCall",
        "Integer",
        "JoinExpr",
        "List",
        "MinMaxExpr",
        "NullTest",
        "ParamRef",
        "RangeSubselect",
        "RangeVar",
        "ResTarget",
        "SelectStmt",
        "SortBy",
        "String",
        "SubLink",
        "TypeCast",
    }
)
_FIELDS = {
    "SelectStmt": {
        "distinctClause",
        "targetList",
        "fromClause",
        "whereClause",
        "groupClause",
        "havingClause",
        "sortClause",
        "withClause",
        "limitOption",
        "op",
        "all",
        "larg",
        "rarg",
    },
    "FuncCall": {
        "funcname",
        "args",
        "agg_star",
        "agg_distinct",
        "agg_filter",
        "agg_order",
        "funcformat",
        "location",
    },
    "CommonTableExpr": {"ctename", "ctematerialized", "ctequery", "location"},
    "RangeVar": {
        "schemaname",
        "relname",
        "inh",
        "relpersistence",
        "alias",
        "location",
    },
}


def is_shown_whole(query: str) -> bool:
    """Whether the plan of a query, printed by EXPLAIN (VERBOSE), says all of it.

    >>> is_shown_whole("SELECT DISTINCT a FROM t WHERE b > 1 ORDER BY 1")
    True
    >>> is_shown_whole("SELECT a FROM t LIMIT 3")
    False
    >>> is_shown_whole("SELECT DISTINCT ON (a) a, b FROM t ORDER BY a, b")
    False
    """
    return all(_is_shown(kind, fields) for kind, fields in walk(parse_one(query).tree))


def _is_shown(kind: str, fields: Node) -> bool:
    if kind not in _NODES or not set(fields) <= _FIELDS.get(kind, set(fields)):
        return False
    if kind == "SelectStmt":
        # The two arms of a set operation are bare nodes, which a walk does not name.
        arms = [fields[side] for side in ("larg", "rarg") if side in fields]
        return (
            fields.get("limitOption", "LIMIT_OPTION_DEFAULT") == "LIMIT_OPTION_DEFAULT"
            and fields.get("distinctClause", [{}]) == [{}]
            and not fields.get("withClause", {}).get("recursive")
            and all(_is_shown("SelectStmt", arm) for arm in arms)
        )
    return True
