"""Leave out an ORDER BY that nothing above it can see.

Rule: PostgreSQL sorts a subquery that says ORDER BY even where the query around groups
    or sorts the rows again.
Evidence: planner costs of both texts.
Semantics: the same rows: the query around has an order of its own or only aggregates
    that do not depend on it.
Silent when: the subquery limits or has DISTINCT ON, the query around has no order of
    its own, or it calls an aggregate or window function that sees the order.
Source: rewrites.md N6.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.rewriting.block import Block
from analyzer.rewriting.conditions import INTEGER_RANGES
from analyzer.rewriting.functions import is_built_in
from analyzer.rewriting.literals import kind_of
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import knows
from analyzer.rewriting.trees import changed
from analyzer.statements.outputs import has_aggregate
from analyzer.statements.parse import Node, walk
from analyzer.statements.sides import function_name

_BLIND = frozenset({"count", "min", "max", "bool_and", "bool_or", "every"})
_EXACT = (*INTEGER_RANGES, "numeric")


def find(given: Subject) -> Iterator[Found]:
    """One for each subquery in FROM, EXISTS or IN with a useless ORDER BY."""
    for block in given.blocks:
        fields = block.fields
        if any(name in fields for name in _NEEDS_ORDER):
            continue
        if fields.get("distinctClause", [{}]) != [{}]:
            continue
        if _is_unseen(given, block):
            new = {"SelectStmt": changed(fields, sortClause=None)}
            yield Found(
                what="ORDER BY of a subquery left out", pairs=((block.node, new),)
            )


_NEEDS_ORDER = ("limitCount", "limitOffset", "lockingClause")


def _is_unseen(given: Subject, block: Block) -> bool:
    if block.place == "expression":
        return _is_test(given.tree, block)
    around = _around(given, block) if block.place == "from" else None
    if around is None or not knows(around.fields) or "WindowDef" in str(around.fields):
        return False
    fields = around.fields
    calls = [f for kind, f in walk(fields) if kind == "FuncCall"]
    if any("over" in call for call in calls):
        return False
    aggregates = [f for f in calls if has_aggregate([{"FuncCall": f}])]
    if not all(_is_blind(given, around, call) for call in aggregates):
        return False
    if any(_is_unknown(given, call) for call in calls if call not in aggregates):
        return False
    groups = "groupClause" in fields or bool(aggregates)
    cut = "limitCount" in fields or "limitOffset" in fields
    if "sortClause" in fields:
        return not cut
    return groups and not cut and "distinctClause" not in fields


def _around(given: Subject, block: Block) -> Block | None:
    """The block whose FROM a subquery stands in."""
    for other in given.blocks:
        if any(source.subquery is block.fields for source in other.sources):
            return other
    return None


def _is_blind(given: Subject, block: Block, call: Node) -> bool:
    """Whether an aggregate gives the same for its rows in any order."""
    name = function_name(call)
    if name in _BLIND:
        return True
    if name not in ("sum", "avg") or len(call.get("args", [])) != 1:
        return False
    use = given.blocks.column(call["args"][0], block)
    return kind_of(given.blocks.declared(use)) in _EXACT


def _is_unknown(given: Subject, call: Node) -> bool:
    """Whether a function may be an aggregate of the database's own."""
    name = function_name(call)
    return not is_built_in(name) and name not in given.setting.functions


def _is_test(tree: Node, block: Block) -> bool:
    """Whether it stands in EXISTS or IN, which see no order."""
    return any(
        fields["subselect"] is block.node
        and fields.get("subLinkType") in ("EXISTS_SUBLINK", "ANY_SUBLINK")
        for kind, fields in walk(tree)
        if kind == "SubLink"
    )


RULE = Rule(slug="sorted_subquery", doc=__doc__, find=find, leaves_out=True)
