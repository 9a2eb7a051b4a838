"""The joined rows of a SELECT as a subquery, under everything it does with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analyzer.rewriting.block import Block, output_name
from analyzer.rewriting.protocol import Subject
from analyzer.rewriting.selects import fresh_alias, knows
from analyzer.rewriting.trees import (
    changed,
    column,
    has_only,
    select,
    subselect,
    target,
)
from analyzer.statements.parse import Node, walk
from analyzer.statements.plain_tree import substituted
from analyzer.statements.scope import names_of

Finish = Callable[[Node], Node]
_UPPER = (
    *("targetList", "groupClause", "havingClause", "sortClause", "distinctClause"),
    *("limitCount", "limitOffset", "limitOption"),
)
_LOWER = ("fromClause", "whereClause")


def core_block(given: Subject, block: Block) -> tuple[Node, Finish] | None:
    """The FROM and WHERE of a block as a SELECT of the columns that are read above.

    Returns:
        That SELECT, and what makes the whole again from a query with the same columns;
        none where a name is not certain or a clause is not known.
    """
    fields = block.fields
    if not (
        block.is_understood
        and block.sources
        and has_only(fields, (*_UPPER, *_LOWER))
        and knows(fields)
        and fields.get("limitOption") != "LIMIT_OPTION_WITH_TIES"
    ):
        return None
    upper = {key: fields[key] for key in _UPPER if key in fields}
    uses = given.blocks.own_uses(upper, block)
    if uses is None or any(name == "*" for _, name in uses):
        return None
    names = {use: f"{use[0].alias}_{use[1]}" for use in sorted(uses, key=_order)}
    if len(set(names.values())) < len(names) or _renames(block):
        return None
    alias = fresh_alias(given.tree, "joined")
    targets = [
        target(column(source.alias, name), new) for (source, name), new in names.items()
    ] or [target({"A_Const": {"ival": {"ival": 1}}}, "one")]
    core = select(targets, fields["fromClause"], whereClause=fields.get("whereClause"))

    def renamed(node: Any) -> Any:
        def new(item: Node) -> Node | None:
            if "ColumnRef" not in item:
                return None
            owner = _owner(given, block, item)
            return column(alias, names[owner]) if owner in names else None

        return substituted(node, new)

    def finish(query: Node) -> Node:
        kept = {key: renamed(value) for key, value in upper.items()}
        kept["targetList"] = [
            _named(old, new)
            for old, new in zip(fields["targetList"], kept["targetList"], strict=True)
        ]
        whole = select([], [subselect(query, alias)])
        return changed({**whole, **kept})

    return core, finish


def _owner(given: Subject, block: Block, item: Node) -> Any:
    """The own column a reference means, also from within a subquery."""
    uses = given.blocks.own_uses(item, block)
    return next(iter(uses)) if uses and len(uses) == 1 else None


def _order(use: Any) -> tuple[str, str]:
    return use[0].alias, use[1]


def _named(old: Node, new: Node) -> Node:
    """The item with the name it had, where the expression gave it."""
    name = output_name(old)
    if not name:
        return new
    return {"ResTarget": {**new["ResTarget"], "name": name}}


def _renames(block: Block) -> bool:
    """Whether ORDER BY or GROUP BY names an output that hides a column."""
    clauses = [block.fields.get(key) for key in ("sortClause", "groupClause")]
    bare = {
        names_of(fields)[0]
        for kind, fields in walk(clauses)
        if kind == "ColumnRef" and len(fields.get("fields", [])) == 1
    }
    for item in block.fields.get("targetList", []):
        name = item["ResTarget"].get("name")
        if name in bare:
            value = item["ResTarget"].get("val", {}).get("ColumnRef")
            if value is None or names_of(value)[-1] != name:
                return True
    return False
