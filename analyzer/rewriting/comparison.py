"""A comparison as the sargable rules see it, and the form they give it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analyzer.domain.catalog import Relation
from analyzer.rewriting.conditions import is_not_null, type_of
from analyzer.statements.facts import Predicate, Side
from analyzer.statements.parse import Node, walk
from analyzer.statements.sides import constant_of, function_name, without_casts

_STABLE_CALLS = frozenset({"now", "transaction_timestamp", "statement_timestamp"})
_STABLE_VALUES = {
    "SVFOP_CURRENT_DATE": "date",
    "SVFOP_CURRENT_TIMESTAMP": "timestamptz",
    "SVFOP_LOCALTIMESTAMP": "timestamp",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One predicate on a wrapped attribute, with what is known around it.

    Attributes:
        predicate: the predicate, attribute on the left.
        relation: the relation of its use.
        column: the attribute as the query writes it (``o.created_at``).
        nullable: an outer join may fill the relation with NULLs.
        known: parameters that have one value in every logged execution.
    """

    predicate: Predicate
    relation: Relation
    column: str
    nullable: bool = False
    known: Mapping[int, str] = field(default_factory=dict)

    @property
    def type_name(self) -> str:
        """The attribute's type without modifiers."""
        return type_of(self.relation, self.predicate.attribute)

    @property
    def is_not_null(self) -> bool:
        """Whether the attribute cannot be NULL where the predicate stands."""
        return not self.nullable and is_not_null(
            self.relation, self.predicate.attribute
        )

    @property
    def operator(self) -> str:
        """The operator with the attribute on the left."""
        return self.predicate.operator

    @property
    def other(self) -> Side:
        """What the wrapped attribute is compared with."""
        return self.predicate.other

    def value(self, node: Node | None) -> str | None:
        """The value of a constant, or of a parameter that never varies.

        None under a cast with a length or precision, or two casts: they change it.
        """
        if not node:
            return None
        inner = node
        if "TypeCast" in node:
            inner = node["TypeCast"]["arg"]
            if "typmods" in node["TypeCast"]["typeName"]:
                return None
        if "A_Const" in inner:
            return constant_of(inner["A_Const"])
        if "ParamRef" in inner:
            return self.known.get(int(inner["ParamRef"].get("number", 0)))
        return None

    def is_literal(self, node: Node | None) -> bool:
        """Whether a node is a constant written in the text."""
        return bool(node) and "A_Const" in without_casts(node or {})[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class SargableForm:
    """The same condition with the attribute bare.

    Attributes:
        rule: what was done, for people.
        text: the new condition.
        conditions: what must hold for the same rows; empty where it always does.
    """

    rule: str
    text: str
    conditions: tuple[str, ...] = ()


def arguments(comparison: Comparison) -> list[Any]:
    """The arguments of the function around the attribute."""
    wrapping = comparison.predicate.wrapping
    node = wrapping.node if wrapping else {}
    return list(node.get("FuncCall", {}).get("args", []))


def stable_type(node: Node | None) -> str | None:
    """The type of an expression that is the same for every row of a statement.

    Constants and parameters without cast take the type of the attribute: an empty
    text. None stands for everything we cannot vouch for: volatile functions,
    subqueries, functions we do not know.
    """
    if not node:
        return None
    inner, cast = without_casts(node)
    if "A_Const" in inner or "ParamRef" in inner:
        return cast
    if "SQLValueFunction" in inner:
        return cast or _STABLE_VALUES.get(inner["SQLValueFunction"]["op"])
    if "FuncCall" in inner and function_name(inner["FuncCall"]) in _STABLE_CALLS:
        return cast or "timestamptz"
    if "A_Expr" in inner and _is_stable(inner):
        return cast or _sum_type(inner["A_Expr"])
    return None


def _sum_type(fields: Node) -> str | None:
    """The type of a date plus a whole number, or of a timestamp plus an interval."""
    first, second = fields.get("lexpr"), fields.get("rexpr") or {}
    kind, (inner, cast) = stable_type(first), without_casts(second)
    if kind == "date" and "ival" in inner.get("A_Const", {}) and not cast:
        return "date"
    if kind in ("timestamp", "timestamptz") and cast == "interval":
        return kind
    return None


def _is_stable(node: Node) -> bool:
    operators = {str(n["String"].get("sval")) for n in node["A_Expr"].get("name", [])}
    return operators <= {"+", "-"} and all(
        (kind != "FuncCall" or function_name(fields) in _STABLE_CALLS)
        and kind not in ("SubLink", "ColumnRef")
        for kind, fields in walk(node)
    )
