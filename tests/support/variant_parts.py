"""Changes of a node of a tree, and small nodes, that look-alikes are made with."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

Fields = dict[str, Any]
Change = Callable[[Fields], None]
ONE: Fields = {"A_Const": {"ival": {"ival": 1}}}
TRUE: Fields = {"A_Const": {"boolval": {"boolval": True}}}
NULL: Fields = {"A_Const": {"isnull": True}}


def assigned(**values: Any) -> Change:
    def change(fields: Fields) -> None:
        fields.update(copy.deepcopy(values))

    return change


def without(name: str) -> Change:
    return lambda fields: fields.pop(name, None)


def string(text: str) -> Fields:
    return {"String": {"sval": text}}


def call(name: str, *arguments: Fields, **more: Any) -> Fields:
    fields = {
        "funcname": [string(name)],
        "funcformat": "COERCE_EXPLICIT_CALL",
        "args": list(arguments),
        **more,
    }
    return {"FuncCall": {key: value for key, value in fields.items() if value != []}}


def table(name: str, alias: str = "") -> Fields:
    fields: Fields = {"relname": name, "inh": True, "relpersistence": "p"}
    if alias:
        fields["alias"] = {"aliasname": alias}
    return {"RangeVar": fields}


def with_and(name: str, more: Fields) -> Change:
    def change(given: Fields) -> None:
        args = [given[name], copy.deepcopy(more)]
        given[name] = {"BoolExpr": {"boolop": "AND_EXPR", "args": args}}

    return change


def exchanged(one: str, two: str) -> Change:
    def change(given: Fields) -> None:
        given[one], given[two] = given[two], given[one]

    return change


def become(node: Fields) -> Change:
    """The fields stand for another kind of node: noted for :func:`variants`."""

    def change(given: Fields) -> None:
        kept = copy.deepcopy(given)
        given.clear()
        given["become"] = _filled(copy.deepcopy(node), kept)

    return change


def _filled(node: Any, kept: Fields) -> Any:
    if isinstance(node, list):
        return [_filled(item, kept) for item in node]
    if not isinstance(node, dict):
        return node
    if "alias_of" in node:
        return kept.get("alias", {"aliasname": kept["relname"]})
    if "bare" in node:
        return {"RangeVar": {k: v for k, v in kept.items() if k != "alias"}}
    return {key: _filled(value, kept) for key, value in node.items()}
