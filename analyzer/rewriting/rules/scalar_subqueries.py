"""Read a table once for several totals.

Rule: each ``(SELECT count(*) FROM t WHERE …)`` of a select list reads its table anew.
    One SELECT with FILTER reads it once.
Evidence: planner costs of both texts.
Semantics: the same values, types and names: FILTER drops the rows that WHERE dropped.
Silent when: the subqueries read different tables, are correlated or grouped, or their
    own indexes make each of them cheap.
Source: PostgreSQL manual, "Aggregate Expressions"; rewrites.md B4.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.rewriting.block import Block, output_name
from analyzer.rewriting.proofs import not_volatile
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import CORE, knows, where
from analyzer.rewriting.trees import (
    changed,
    conjunction,
    conjuncts,
    has_only,
    target,
)
from analyzer.statements.parse import Node, walk
from analyzer.statements.plain_tree import same_tree
from analyzer.statements.sides import function_name

_PLAIN = frozenset({"count", "sum", "avg", "min", "max", "bool_and", "bool_or"})


def find(given: Subject) -> Iterator[Found]:
    """One for a SELECT without FROM of nothing but such subqueries."""
    for block in given.blocks:
        fields = block.fields
        if not has_only(fields, ("targetList",)):
            continue
        cores = [_core(given, item) for item in fields.get("targetList", [])]
        known = [core for core in cores if core is not None]
        if len(known) < 2 or len(known) < len(cores):
            continue
        new = _together(fields, known)
        if new is not None:
            yield Found(
                what=f"{len(known)} totals of one table in one pass",
                pairs=((block.node, {"SelectStmt": new}),),
                conditions=(not_volatile(given.setting, fields),),
            )


def _core(given: Subject, item: Node) -> Block | None:
    link = item["ResTarget"].get("val", {}).get("SubLink", {})
    query = link.get("subselect", {}).get("SelectStmt")
    core = given.blocks.of(query or {})
    if core is None or link.get("subLinkType") != "EXPR_SUBLINK":
        return None
    fields = core.fields
    if not has_only(fields, CORE) or len(fields.get("targetList", [])) != 1:
        return None
    if len(core.sources) != 1 or core.sources[0].relation is None or not knows(fields):
        return None
    call = fields["targetList"][0]["ResTarget"].get("val", {}).get("FuncCall")
    known = {"funcname", "args", "agg_star", "agg_distinct", "funcformat", "location"}
    if call is None or not set(call) <= known or function_name(call) not in _PLAIN:
        return None
    own = set(core.sources)
    uses = given.blocks.uses(fields, core)
    nested = _has_sublink(call)
    correlated = uses is None or any(source not in own for source, _ in uses)
    return None if nested or correlated else core


def _has_sublink(node: Node) -> bool:
    return any(kind == "SubLink" for kind, _ in walk(node))


def _together(fields: Node, cores: list[Block]) -> Node | None:
    first = cores[0].fields["fromClause"]
    if not all(same_tree(core.fields["fromClause"], first) for core in cores):
        return None
    parts = [conjuncts(core.fields.get("whereClause")) for core in cores]
    common = [
        item
        for item in parts[0]
        if all(any(same_tree(item, other) for other in rest) for rest in parts[1:])
    ]
    targets = []
    for item, core, own in zip(fields["targetList"], cores, parts, strict=True):
        inner = core.fields["targetList"][0]
        call = dict(inner["ResTarget"]["val"]["FuncCall"])
        filters = [c for c in own if not any(same_tree(c, one) for one in common)]
        if filters:
            call["agg_filter"] = conjunction(filters)
        name = item["ResTarget"].get("name") or output_name(inner) or "?column?"
        targets.append(target({"FuncCall": call}, name))
    return changed(
        {**fields, "targetList": targets},
        fromClause=first,
        whereClause=where(common),
    )


RULE = Rule(slug="scalar_subqueries", doc=__doc__, find=find)
