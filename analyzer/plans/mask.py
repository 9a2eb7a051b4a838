"""Constants out of a plan, before it is stored or shown to others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from analyzer.domain.plan import Plan, PlanNode

_MASK = "?"
_NAMES = frozenset(
    {
        "Node Type",
        "Parent Relationship",
        "Relation Name",
        "Schema",
        "Alias",
        "Index Name",
        "Join Type",
        "Strategy",
        "Partial Mode",
        "Scan Direction",
        "Operation",
        "Command",
        "CTE Name",
        "Subplan Name",
        "Function Name",
        "Function Schema",
        "Table Function Name",
        "Sort Method",
        "Sort Space Type",
        "Cache Mode",
        "Conflict Resolution",
        "Conflict Arbiter Indexes",
        "Trigger Name",
        "Constraint Name",
        "Relation",
    }
)
"""Fields that hold names and words of the planner, never a constant."""

# A quoted identifier comes first, so that a quote or digit within it is left alone. A
# backslash is an ordinary character: EXPLAIN never prints E'' (ruleutils.c).
_CONSTANT = re.compile(
    r"""
    (?P<identifier>"(?:[^"]|"")*")
  | (?P<string>(?:(?<!\w)[EeBbXx])?'(?:[^']|'')*(?:'|$))
  | (?P<number>(?<![\w$."])-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?(?!\w))
    """,
    re.VERBOSE | re.DOTALL,
)


def mask_literals(plan: Plan) -> Plan:
    """The plan with ``?`` in place of each string and number of its expressions.

    Names, costs, rows and times stay. The raw document is masked likewise, and a text
    of the query in it (auto_explain) is dropped.
    """
    raw = {key: value for key, value in plan.raw.items() if key != "Query Text"}
    return replace(plan, root=_masked_tree(plan.root), raw=_masked_mapping(raw))


def mask_expression(text: str) -> str:
    r"""An expression as EXPLAIN prints it, without its constants.

    >>> mask_expression("((t.name = 'O''Brien'::text) AND (t.\"2nd\" > 10))")
    '((t.name = ?::text) AND (t."2nd" > ?))'
    >>> mask_expression("(a1.id = ANY ('{1,2}'::integer[]))")
    '(a1.id = ANY (?::integer[]))'
    """
    return _CONSTANT.sub(lambda m: m["identifier"] or _MASK, text)


def _masked_tree(root: PlanNode) -> PlanNode:
    order = list(root.walk())
    done: dict[int, PlanNode] = {}
    # Children come after their parents in a walk, so backwards they are ready first.
    for node in reversed(order):
        children = tuple(done[id(child)] for child in node.children)
        done[id(node)] = replace(masked_node(node), children=children)
    return done[id(root)]


def masked_node(node: PlanNode) -> PlanNode:
    """One node as :func:`mask_literals` leaves it, above the children it has."""
    return replace(
        node,
        index_cond=mask_expression(node.index_cond),
        filter=mask_expression(node.filter),
        details=_masked_mapping(node.details),
    )


def _masked_mapping(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with its texts masked; deep documents are copied without recursion."""
    top: dict[str, Any] = {}
    stack: list[tuple[Any, Any]] = [(fields, top)]
    while stack:
        source, target = stack.pop()
        is_mapping = isinstance(source, Mapping)
        for key, value in source.items() if is_mapping else enumerate(source):
            masked: Any = value
            if isinstance(value, Mapping):
                masked = {}
                stack.append((value, masked))
            elif isinstance(value, list | tuple):
                masked = [None] * len(value)
                stack.append((value, masked))
            elif isinstance(value, str) and key not in _NAMES:
                masked = mask_expression(value)
            target[key] = masked
    return top
