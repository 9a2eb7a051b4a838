"""Small questions to the syntax tree that measuring the growth of a statement asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analyzer.statements.growing_calls import CONST_BYTES
from analyzer.statements.parse import Node


def children(fields: object) -> list[tuple[str, Node]]:
    """Nodes directly within; a structure of one fixed type is seen through."""
    found: list[tuple[str, Node]] = []
    stack = [fields]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(reversed(current))
        elif isinstance(current, dict):
            for key, value in reversed(list(current.items())):
                if key == "withClause" or not isinstance(value, dict | list):
                    continue
                if key[:1].isupper() and isinstance(value, dict):
                    found += [(key, value)] if key != "String" else []
                else:
                    stack.append(value)
    return found


def relation_names(tree: object) -> Iterator[str]:
    """Names of the relations in a tree, each as often as it stands there."""
    stack = [tree]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            if "relname" in current:
                yield str(current["relname"])
            stack.extend(current.values())


def aliases(join: Node) -> list[str]:
    """Names that a join gives to its rows."""
    found = [join.get("alias", {}), join.get("join_using_alias", {})]
    return [str(item["aliasname"]) for item in found if "aliasname" in item]


def name_of(value: Node) -> str:
    """The name that a column of the output gets by itself; empty if none."""
    kind, fields = next(iter(value.items())) if value else ("", {})
    if kind == "ColumnRef":
        return (texts(fields.get("fields", [])) or [""])[-1]
    if kind == "FuncCall":
        return (texts(fields.get("funcname", [])) or [""])[-1]
    if kind == "TypeCast":
        return name_of(fields.get("arg", {}))
    return ""


def is_star(value: Node) -> bool:
    """Whether it is ``*``, perhaps of one table."""
    kind, fields = next(iter(value.items())) if value else ("", {})
    return kind == "ColumnRef" and any("A_Star" in f for f in fields.get("fields", []))


def texts(parts: list[Any]) -> list[str]:
    """The parts of a name that are text."""
    return [str(p["String"].get("sval", "")) for p in parts if "String" in p]


def integer(node: Node) -> int:
    """The value of an integer constant; 0 of anything else."""
    return int(node.get("A_Const", {}).get("ival", {}).get("ival", 0))


def constant_bytes(fields: Node) -> int:
    """Bytes of a constant, written out: an exponent counts as digits."""
    text = fields.get("sval", {}).get("sval") or fields.get("bsval", {}).get("bsval")
    if text is not None:
        return max(len(str(text).encode(errors="replace")), 1)
    digits_of = str(fields.get("fval", {}).get("fval", ""))
    exponent = digits_of.lower().partition("e")[2].lstrip("+-").replace("_", "")
    digits = int(exponent[:9]) if exponent.isdecimal() else 0
    return CONST_BYTES + len(digits_of) + digits
