"""Subqueries that stand for one value, and what is joined in their place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analyzer.rewriting.block import Block, Source
from analyzer.rewriting.protocol import Subject
from analyzer.rewriting.selects import SORTED, has_star, is_plain, knows, spelt_out
from analyzer.rewriting.trees import exchanged, has_only, join
from analyzer.statements.parse import Node

_GROUPING = ("groupClause", "havingClause", "distinctClause")
_CLAUSES = ("whereClause", "sortClause", *_GROUPING)


def outer_block(block: Block) -> bool:
    """Whether a source may be joined to a block without anything else changing.

    The source has one row at most for each row of the block, so it may also come below
    a grouping.
    """
    return (
        "SelectStmt" in block.node
        and block.is_understood
        and bool(block.sources)
        and has_only(block.fields, (*SORTED, *_GROUPING))
        and knows(block.fields)
        and not has_star(block)
    )


def scalar_links(block: Block) -> Iterator[Node]:
    """Subqueries used as values in WHERE, and in a select list that does not group."""
    stack: list[Any] = [block.fields.get("whereClause")]
    if is_plain(block, SORTED):
        stack.append(block.fields.get("targetList"))
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(reversed(current))
        elif isinstance(current, dict):
            if "SubLink" in current:
                if current["SubLink"].get("subLinkType") == "EXPR_SUBLINK":
                    yield current
                continue
            stack.extend(current.values())


def attached(
    block: Block, outer: set[Source], new: Node, condition: Node
) -> list[Node] | None:
    """FROM with a source left-joined to the item that holds some others."""
    nodes = {id(source.node) for source in outer}
    items = block.fields["fromClause"]
    for number, item in enumerate(items):
        inside = {id(node) for node in _sources_below(item)}
        if nodes <= inside:
            joined = join("LEFT", item, new, condition)
            return [*items[:number], joined, *items[number + 1 :]]
    return None


def _sources_below(item: Node) -> Iterator[Node]:
    fields = item.get("JoinExpr")
    if fields is None:
        yield item
        return
    yield from _sources_below(fields["larg"])
    yield from _sources_below(fields["rarg"])


def taken_place(
    given: Subject, block: Block, link: Node, value: Node, name: str
) -> Node | None:
    """The upper clauses with a value where a subquery stood, named as it was.

    All columns get their source's name, as there will be another source; none where a
    name is not certain.
    """
    fields = block.fields
    clauses = [key for key in _CLAUSES if key in fields]
    upper = [fields["targetList"], *(fields[key] for key in clauses)]
    spelt = spelt_out(block, given.blocks, upper)
    if spelt is None:
        return None
    pairs = [(link, value), *spelt]
    targets = []
    for item in fields["targetList"]:
        new: Node = exchanged(item, pairs)
        if item["ResTarget"].get("val") is link and "name" not in item["ResTarget"]:
            new = {"ResTarget": {**new["ResTarget"], "name": name}}
        targets.append(new)
    return {
        "targetList": targets,
        **{key: exchanged(fields[key], pairs) for key in clauses},
    }
