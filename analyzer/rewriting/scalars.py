"""Subqueries that stand for one value, and what is joined in their place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analyzer.rewriting.block import Block, Source
from analyzer.rewriting.protocol import Subject
from analyzer.rewriting.selects import SORTED, has_star, is_plain, spelt_out
from analyzer.rewriting.trees import exchanged, join
from analyzer.statements.parse import Node


def outer_block(block: Block) -> bool:
    """Whether a source may be joined to a block without anything else changing."""
    return (
        "SelectStmt" in block.node
        and block.place != "arm"
        and is_plain(block, SORTED)
        and not has_star(block)
    )


def scalar_links(block: Block) -> Iterator[Node]:
    """Subqueries used as values in the select list and WHERE of a block itself."""
    stack: list[Any] = [
        block.fields.get("targetList"),
        block.fields.get("whereClause"),
    ]
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
    clauses = [key for key in ("whereClause", "sortClause") if key in fields]
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
