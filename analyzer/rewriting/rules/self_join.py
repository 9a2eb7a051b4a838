"""Read a table once that is joined with itself on its key.

Rule: both sides of an equality of a key are the same row. PostgreSQL 18 sees that by
    itself, older servers join.
Evidence: planner costs of both texts.
Semantics: the same rows: the columns equated are a key and NOT NULL.
Silent when: the server is 18 or newer, the joined columns are no key, the two are
    joined by an outer join, or ``*`` gives the columns of both.
Source: PostgreSQL 18 release notes, self-join elimination; rewrites.md L1.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.rewriting.block import Block, Source
from analyzer.rewriting.proofs import unique
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import (
    conditions,
    equated,
    read_from,
    where,
    without_source,
)
from analyzer.rewriting.trees import changed, conjuncts, exchanged
from analyzer.statements.parse import Node


def find(given: Subject) -> Iterator[Found]:
    """One for each pair of uses of one table that is joined on its key."""
    for block in given.blocks.selects:
        if "lockingClause" in block.fields:
            continue
        for number, first in enumerate(block.sources):
            for second in block.sources[number + 1 :]:
                if second.joined and _is_same(first, second):
                    yield from _merged(given, block, first, second)


def _is_same(first: Source, second: Source) -> bool:
    if first.relation is None or second.relation is None:
        return False
    one, two = first.node["RangeVar"], second.node["RangeVar"]
    return first.relation.name == second.relation.name and (
        one.get("inh") == two.get("inh")
    )


def _merged(
    given: Subject, block: Block, first: Source, second: Source
) -> Iterator[Found]:
    links: list[tuple[Node, str]] = []
    for item in conditions(block):
        pair = equated(item, block, given.blocks)
        if pair is None or {pair[0][0], pair[1][0]} != {first, second}:
            continue
        if pair[0][1] == pair[1][1]:
            links.append((item, pair[0][1]))
    key = unique(first, [name for _, name in links])
    table = {(second, name): (first, name) for name in second.columns or ()}
    read = read_from(block, given.blocks, table)
    # Where an outer join may leave the first one empty, the join drops that row.
    if not key.holds or read is None or first.nullable:
        return
    nodes = [item for item, _ in links]
    clause, loose = without_source(block, second, nodes)
    rest = [
        item
        for item in (*conjuncts(block.fields.get("whereClause")), *loose)
        if not any(item is node for node in nodes)
    ]
    new = changed(block.fields, fromClause=clause, whereClause=where(rest))
    yield Found(
        what=f"{second.alias} is the same row as {first.alias}",
        pairs=((block.node, {"SelectStmt": exchanged(new, read)}),),
        conditions=(key,),
    )


RULE = Rule(
    slug="self_join", doc=__doc__, find=find, leaves_out=True, planned_from=180000
)
