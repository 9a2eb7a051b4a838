"""Whether a query's rows may depend on how rows happen to be stored."""

from __future__ import annotations

from analyzer.statements.parse import Node, has_field, parse_one, walk

_ORDER_SENSITIVE = frozenset(
    {
        "array_agg",
        "json_agg",
        "json_agg_strict",
        "json_object_agg",
        "jsonb_agg",
        "jsonb_agg_strict",
        "jsonb_object_agg",
        "string_agg",
        "xmlagg",
        "any_value",
        "mode",
    }
)


_ADDING_UP = frozenset({"sum", "avg", "corr", "stddev", "variance"})
_ADDING_UP_FAMILIES = ("covar_", "regr_", "stddev_", "var_")


def adds_up(query: str) -> bool:
    """Whether a query has aggregates that over floats round in the order of rows.

    >>> adds_up("SELECT avg(a) FROM t"), adds_up("SELECT max(a) FROM t")
    (True, False)
    """
    return any(
        kind == "FuncCall" and _is_adding_up(_name_of(fields))
        for kind, fields in walk(parse_one(query).tree)
    )


def _is_adding_up(name: str) -> bool:
    return name in _ADDING_UP or name.startswith(_ADDING_UP_FAMILIES)


def _name_of(call: Node) -> str:
    return str(call["funcname"][-1]["String"].get("sval", ""))


def may_depend_on_storage(query: str) -> bool:
    """Whether some part of a query picks or lists rows in an order that may be open.

    LIMIT, OFFSET, DISTINCT ON, windows and aggregates that keep an order are told; an
    ORDER BY in them may close the question, which only trying can tell.

    >>> may_depend_on_storage("SELECT a FROM t LIMIT 1")
    True
    >>> may_depend_on_storage("SELECT max(a) FROM t ORDER BY 1")
    False
    """
    tree = parse_one(query).tree
    if any(has_field(tree, name) for name in ("limitCount", "limitOffset")):
        return True
    return any(_is_open(kind, fields) for kind, fields in walk(tree))


def row_locks(query: str) -> tuple[str, ...]:
    """How a query locks rows: strength, tables and what it does when it must wait.

    >>> row_locks("SELECT a FROM t FOR UPDATE SKIP LOCKED")
    ('LCS_FORUPDATE LockWaitSkip ',)
    """
    found = []
    for kind, fields in walk(parse_one(query).tree):
        if kind == "LockingClause":
            names = [
                item["RangeVar"]["relname"] for item in fields.get("lockedRels", [])
            ]
            strength, wait = fields.get("strength"), fields.get("waitPolicy")
            found.append(f"{strength} {wait} {','.join(map(str, names))}")
    return tuple(found)


def _is_open(kind: str, fields: Node) -> bool:
    if kind == "SelectStmt":
        return _has_distinct_on(fields)
    if kind == "FuncCall":
        return "over" in fields or _name_of(fields) in _ORDER_SENSITIVE
    return False


def _has_distinct_on(fields: Node) -> bool:
    # The arms of a set operation are bare nodes, which a walk does not name.
    arms = [fields[side] for side in ("larg", "rarg") if side in fields]
    return fields.get("distinctClause", [{}]) != [{}] or any(
        map(_has_distinct_on, arms)
    )
