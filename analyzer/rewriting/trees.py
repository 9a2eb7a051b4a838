"""Nodes of libpg_query's tree: taken apart, put together, exchanged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from analyzer.statements.parse import Node, parse_one
from analyzer.statements.plain_tree import substituted

TRUE: Node = {"A_Const": {"boolval": {"boolval": True}}}
_DEFAULTS = {"limitOption": "LIMIT_OPTION_DEFAULT", "op": "SETOP_NONE"}


def text_node(value: str) -> Node:
    """A ``String``, as names are made of."""
    return {"String": {"sval": value}}


def column(source: str, name: str) -> Node:
    """``source.name``."""
    return {"ColumnRef": {"fields": [text_node(source), text_node(name)]}}


def operation(operator: str, left: Node, right: Node) -> Node:
    """``left operator right``."""
    return {
        "A_Expr": {
            "kind": "AEXPR_OP",
            "name": [text_node(operator)],
            "lexpr": left,
            "rexpr": right,
        }
    }


def distinct(left: Node, right: Node) -> Node:
    """``left IS DISTINCT FROM right``."""
    fields = {**operation("=", left, right)["A_Expr"], "kind": "AEXPR_DISTINCT"}
    return {"A_Expr": fields}


def conjunction(items: Sequence[Node]) -> Node | None:
    """All of these with AND; nested ANDs become one. None for no condition."""
    return _joined("AND_EXPR", items)


def disjunction(items: Sequence[Node]) -> Node | None:
    """One of these with OR; nested ORs become one. None for no condition."""
    return _joined("OR_EXPR", items)


def _joined(kind: str, items: Sequence[Node]) -> Node | None:
    flat = [part for item in items for part in _parts(item, kind)]
    if len(flat) < 2:
        return flat[0] if flat else None
    return {"BoolExpr": {"boolop": kind, "args": flat}}


def conjuncts(node: Node | None) -> list[Node]:
    """The conditions a WHERE or ON clause joins with AND."""
    return _parts(node, "AND_EXPR") if node else []


def disjuncts(node: Node | None) -> list[Node]:
    """The arms of an OR, or of ``x IN (a, b)`` of columns; one for any other."""
    if not node:
        return []
    fields = node.get("A_Expr", {})
    if fields.get("kind") == "AEXPR_IN" and fields["name"] == [text_node("=")]:
        items = fields.get("rexpr", {}).get("List", {}).get("items", [])
        if items and all("ColumnRef" in item for item in items):
            return [operation("=", fields["lexpr"], item) for item in items]
    return _parts(node, "OR_EXPR")


def _parts(node: Node, kind: str) -> list[Node]:
    fields = node.get("BoolExpr")
    if fields is None or fields.get("boolop") != kind:
        return [node]
    return [part for item in fields["args"] for part in _parts(item, kind)]


def negated(node: Node) -> Node:
    """``NOT node``."""
    return {"BoolExpr": {"boolop": "NOT_EXPR", "args": [node]}}


def not_true(node: Node) -> Node:
    """``node IS NOT TRUE``: false or NULL."""
    return {"BooleanTest": {"arg": node, "booltesttype": "IS_NOT_TRUE"}}


def is_null(node: Node) -> Node:
    """``node IS NULL``."""
    return {"NullTest": {"arg": node, "nulltesttype": "IS_NULL"}}


def is_not_null(node: Node) -> Node:
    """``node IS NOT NULL``."""
    return {"NullTest": {"arg": node, "nulltesttype": "IS_NOT_NULL"}}


def exists(fields: Node) -> Node:
    """``EXISTS (SELECT …)``."""
    return {
        "SubLink": {
            "subLinkType": "EXISTS_SUBLINK",
            "subselect": {"SelectStmt": fields},
        }
    }


def scalar(fields: Node) -> Node:
    """``(SELECT …)`` as a value."""
    return {
        "SubLink": {"subLinkType": "EXPR_SUBLINK", "subselect": {"SelectStmt": fields}}
    }


def target(value: Node, name: str = "") -> Node:
    """One item of a select list."""
    fields: Node = {"val": value}
    if name:
        fields["name"] = name
    return {"ResTarget": fields}


def select(targets: Sequence[Node], sources: Sequence[Node], **clauses: Any) -> Node:
    """The fields of a SELECT; clauses that are none or empty are left out."""
    fields: Node = {"targetList": list(targets), "fromClause": list(sources)}
    fields |= {name: value for name, value in clauses.items() if value}
    if "limitCount" in fields:
        fields["limitOption"] = "LIMIT_OPTION_COUNT"
    return {**_DEFAULTS, **fields}


def changed(fields: Node, **clauses: Any) -> Node:
    """The fields of a SELECT with some clauses changed; none or empty drops one."""
    result = {**fields, **clauses}
    return {name: value for name, value in result.items() if value not in (None, [])}


def subselect(
    fields: Node, alias: str, *, lateral: bool = False, names: Sequence[str] = ()
) -> Node:
    """``[LATERAL] (SELECT …) AS alias`` in FROM."""
    alias_fields: Node = {"aliasname": alias}
    if names:
        alias_fields["colnames"] = [text_node(name) for name in names]
    found: Node = {"subquery": {"SelectStmt": fields}, "alias": alias_fields}
    return {"RangeSubselect": {"lateral": True, **found} if lateral else found}


def join(kind: str, left: Node, right: Node, condition: Node) -> Node:
    """``left kind JOIN right ON condition``; the kind is ``INNER`` or ``LEFT``."""
    return {
        "JoinExpr": {
            "jointype": f"JOIN_{kind}",
            "larg": left,
            "rarg": right,
            "quals": condition,
        }
    }


def union_all(arms: Sequence[Node], **clauses: Any) -> Node:
    """The fields of ``arm UNION ALL arm …`` with clauses for the whole."""
    left = arms[0]
    for right in arms[1:]:
        left = {
            "limitOption": "LIMIT_OPTION_DEFAULT",
            "op": "SETOP_UNION",
            "all": True,
            "larg": left,
            "rarg": right,
        }
    given = {name: value for name, value in clauses.items() if value}
    if "limitCount" in given:
        given["limitOption"] = "LIMIT_OPTION_COUNT"
    return {**left, **given}


def expression(text: str) -> Node:
    """The tree of an expression we write ourselves; never of a text from outside."""
    (item,) = parse_one(f"SELECT {text}").fields["targetList"]
    node: Node = item["ResTarget"]["val"]
    return node


def exchanged(node: Any, pairs: Iterable[tuple[Node, Node]]) -> Any:
    """The tree with the very nodes of the pairs exchanged, found by identity.

    An arm of a set operation has no node of its own in the tree, only its fields.
    """
    table: dict[int, Node] = {}
    for old, new in pairs:
        table[id(old)] = new
        if "SelectStmt" in old and "SelectStmt" in new:
            table[id(old["SelectStmt"])] = new["SelectStmt"]
    return substituted(node, lambda item: table.get(id(item)))


def with_columns(node: Any, table: dict[tuple[str, ...], Node]) -> Any:
    """The tree with column references exchanged, by the names they are written with."""

    def new(item: Node) -> Node | None:
        if "ColumnRef" not in item:
            return None
        parts = item["ColumnRef"].get("fields", [])
        if not all("String" in part for part in parts):
            return None
        return table.get(tuple(part["String"].get("sval", "") for part in parts))

    return substituted(node, new)


def has_only(fields: Node, allowed: Iterable[str]) -> bool:
    """Whether a node has no argument but these; others might mean anything."""
    return set(fields) <= {*allowed, *_DEFAULTS, "location"} and (
        fields.get("op", "SETOP_NONE") == "SETOP_NONE"
    )


def flat(node: Any) -> Any:
    """The tree with AND below AND, and OR below OR, joined into one.

    PostgreSQL's grammar does so for the left side only, and it means the same.
    """
    if isinstance(node, list):
        return [flat(item) for item in node]
    if not isinstance(node, dict):
        return node
    result: Node = {key: flat(value) for key, value in node.items()}
    fields: Node = result.get("BoolExpr", {})
    kind = fields.get("boolop")
    if kind in ("AND_EXPR", "OR_EXPR"):
        parts = [part for item in fields["args"] for part in _parts(item, kind)]
        result["BoolExpr"] = {**fields, "args": parts}
    return result
