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

from analyzer.domain.rewriting import Condition, Fact
from analyzer.rewriting.block import Block, output_name
from analyzer.rewriting.conditions import type_of
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import grouped_by, knows
from analyzer.rewriting.trees import changed, expression, has_only
from analyzer.rewriting.uniqueness import is_unique
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
    for block in given.blocks.selects:
        fields = block.fields
        is_fit = (
            "groupClause" in fields
            and has_only(fields, _CLAUSES)
            and knows(fields)
            and not has_aggregate(fields["targetList"], windows=True)
            and has_aggregate(fields["targetList"])
        )
        if not is_fit:
            continue
        groups = grouped_by(block, given.blocks)
        reasons = is_unique(block, given.blocks, {use for use in groups if use})
        new = _ungrouped(given, block)
        if reasons and new is not None:
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


def _ungrouped(given: Subject, block: Block) -> Node | None:
    """The SELECT without GROUP BY; none where a name or a value would change."""
    targets = [_named(item) for item in block.fields["targetList"]]
    failed = None in targets

    def new(item: Node) -> Node | None:
        nonlocal failed
        if "SubLink" in item and has_aggregate([item]):
            failed = True
        call = item.get("FuncCall")
        if call is None or not has_aggregate([{"FuncCall": {**call, "args": []}}]):
            return None
        found = _of_one_row(given, block, call)
        failed = failed or found is None
        return found

    upper = {"targetList": targets, "sortClause": block.fields.get("sortClause")}
    found = substituted(upper, new)
    return None if failed else changed(block.fields, groupClause=None, **found)


def _named(item: Node) -> Node | None:
    """A column under the name its aggregate gives it; none if that is not certain."""
    if not has_aggregate([item]):
        return item
    name = output_name(item)
    return {"ResTarget": {**item["ResTarget"], "name": name}} if name else None


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
