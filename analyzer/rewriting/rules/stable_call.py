"""Call a function once for a statement, not once for each row.

Rule: a STABLE function without column arguments is called for every row that a filter
    looks at. As ``(SELECT f())`` it is called once.
Evidence: planner costs, which count each call by the function's COST.
Semantics: the same value: STABLE or IMMUTABLE means the same within a statement. A
    function that raises an error still does, though only if a row is looked at.
Silent when: the function is volatile or unknown, takes a column, or is built in.
Source: PostgreSQL manual, "Function Volatility Categories"; rewrites.md W22.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analyzer.domain.rewriting import Condition, Fact
from analyzer.rewriting.functions import is_built_in
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.trees import scalar, target
from analyzer.statements.outputs import has_aggregate
from analyzer.statements.parse import Node, walk
from analyzer.statements.sides import function_name

_SIMPLE = {"funcname", "args", "funcformat", "location"}


def find(given: Subject) -> Iterator[Found]:
    """One for all such calls in the WHERE clauses of a statement."""
    calls: list[Node] = []
    for block in given.blocks:
        calls += _calls(block.fields.get("whereClause"), given)
    if not calls:
        return
    names = sorted({function_name(item["FuncCall"]) for item in calls})
    yield Found(
        what=f"{', '.join(names)}() called once",
        pairs=tuple((item, _once(item)) for item in calls),
        conditions=tuple(
            Condition(
                fact=Fact.NOT_VOLATILE,
                claim=f"{name}() gives the same within a statement",
                proof="it is declared STABLE or IMMUTABLE",
            )
            for name in names
        ),
    )


def _calls(node: Any, given: Subject) -> Iterator[Node]:
    """Calls with no column inside, the outermost only, outside of subqueries."""
    if isinstance(node, list):
        for item in node:
            yield from _calls(item, given)
        return
    if not isinstance(node, dict) or "SubLink" in node:
        return
    if "FuncCall" in node and _is_fixed(node["FuncCall"], given):
        yield node
        return
    for value in node.values():
        yield from _calls(value, given)


def _is_fixed(call: Node, given: Subject) -> bool:
    name = function_name(call)
    inside = {kind for kind, _ in walk(call.get("args", []))}
    return (
        set(call) <= _SIMPLE
        and not is_built_in(name)
        and not has_aggregate([{"FuncCall": call}])
        and given.setting.functions.get(name.rpartition(".")[2]) in ("s", "i")
        and not inside & {"ColumnRef", "SubLink", "FuncCall"}
    )


def _once(item: Node) -> Node:
    return scalar(
        {
            "targetList": [target(item)],
            "limitOption": "LIMIT_OPTION_DEFAULT",
            "op": "SETOP_NONE",
        }
    )


RULE = Rule(slug="stable_call", doc=__doc__, find=find)
