"""Leave out GROUP BY where each group is one row.

Rule: grouping by a table's key makes as many groups as rows; every aggregate is a value
    of that row.
Evidence: planner costs of both texts.
Semantics: the same values and types: sum() has another type than its column, which a
    cast keeps; count(x) is 1 or 0.
Silent when: the group does not hold the key of every table, there is HAVING, or an
    aggregate has no plain counterpart for one row.
Source: rewrites.md L6.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analyzer.domain.rewriting import Condition, Fact
from analyzer.rewriting.block import Block, output_name
from analyzer.rewriting.conditions import type_of
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import grouped_by, is_unique, knows
from analyzer.rewriting.trees import changed, expression, has_only
from analyzer.statements.outputs import has_aggregate
from analyzer.statements.parse import Node
from analyzer.statements.plain_tree import substituted
from analyzer.statements.sides import function_name

_CLAUSES = (
    *("targetList", "fromClause", "whereClause", "groupClause", "sortClause"),
    *("limitCount", "limitOffset", "limitOption"),
)
_SUM_TYPES = {
    "smallint": "bigint",
    "integer": "bigint",
    "bigint": "numeric",
    "numeric": "numeric",
}


def find(given: Subject) -> Iterator[Found]:
    """One for each GROUP BY that holds the key of every table."""
    for block in given.blocks:
        fields = block.fields
        is_fit = (
            "groupClause" in fields
            and "SelectStmt" in block.node
            and has_only(fields, _CLAUSES)
            and block.is_understood
            and knows(fields)
            and not has_aggregate(fields["targetList"], windows=True)
            and has_aggregate(fields["targetList"])
        )
        if not is_fit:
            continue
        groups = grouped_by(block, given.blocks)
        reasons = is_unique(block, given.blocks, {use for use in groups if use})
        targets = [_plain_item(given, block, item) for item in fields["targetList"]]
        sorts = _without_aggregates(given, block, fields.get("sortClause", []))
        if reasons and sorts is not None and all(targets):
            new = changed(
                fields, targetList=targets, groupClause=None, sortClause=sorts
            )
            yield Found(
                what="GROUP BY of single rows left out",
                pairs=((block.node, {"SelectStmt": new}),),
                conditions=tuple(
                    Condition(
                        fact=Fact.UNIQUE, claim="each group is one row", proof=reason
                    )
                    for reason in reasons
                ),
            )


def _plain_item(given: Subject, block: Block, item: Node) -> Node | None:
    value = _without_aggregates(given, block, item["ResTarget"].get("val"))
    if value is None:
        return None
    name = output_name(item)
    if not name and value != item["ResTarget"].get("val"):
        return None
    named = {"name": name} if name and value != item["ResTarget"].get("val") else {}
    return {"ResTarget": {**item["ResTarget"], **named, "val": value}}


def _without_aggregates(given: Subject, block: Block, node: Any) -> Any | None:
    failed = False

    def new(item: Node) -> Node | None:
        nonlocal failed
        if "SubLink" in item and has_aggregate([item]):
            failed = True
        call = item.get("FuncCall")
        if call is None or not has_aggregate([{"FuncCall": call}]):
            return None
        if not has_aggregate([{"FuncCall": {**call, "args": []}}]):
            return None
        found = _of_one_row(given, block, call)
        failed = failed or found is None
        return found

    found = substituted(node, new)
    return None if failed else found


def _of_one_row(given: Subject, block: Block, call: Node) -> Node | None:
    """What an aggregate gives for a group of one row."""
    known = {"funcname", "args", "agg_star", "funcformat", "location"}
    name, arguments = function_name(call), call.get("args", [])
    if not set(call) <= known:
        return None
    if name == "count" and call.get("agg_star"):
        return expression("1::bigint")
    use = given.blocks.column(arguments[0], block) if len(arguments) == 1 else None
    relation = use[0].relation if use else None
    kind = type_of(relation, use[1]) if relation and use else ""
    if name in ("min", "max") and kind in ("numeric", "character varying"):
        return _cast(arguments[0], "numeric" if kind == "numeric" else "text")
    if name in ("min", "max"):
        return arguments[0] if kind in _MIN_MAX_TYPES else None
    if name == "count" and kind in (*_MIN_MAX_TYPES, "numeric", "boolean", "jsonb"):
        return _one_or_zero(arguments[0])
    if name == "sum" and kind in _SUM_TYPES:
        return _cast(arguments[0], _SUM_TYPES[kind])
    return None


def _cast(value: Node, kind: str) -> Node:
    """The value in the type an aggregate gives, whose modifiers are none."""
    cast = expression(f"x::{kind}")
    cast["TypeCast"]["arg"] = value
    return cast


def _one_or_zero(argument: Node) -> Node:
    case = expression("CASE WHEN true THEN 0 ELSE 1 END::bigint")
    test: Node = {"NullTest": {"arg": argument, "nulltesttype": "IS_NULL"}}
    case["TypeCast"]["arg"]["CaseExpr"]["args"][0]["CaseWhen"]["expr"] = test
    return case


_MIN_MAX_TYPES = (
    *("smallint", "integer", "bigint", "date", "timestamp without time zone"),
    *("timestamp with time zone", "text", "double precision", "uuid"),
)

RULE = Rule(slug="group_by_key", doc=__doc__, find=find, leaves_out=True)
