"""Leave out a join that only looks whether the parent row is there.

Rule: PostgreSQL drops an unused LEFT JOIN on a key, but not an inner join along a
    foreign key, which always finds exactly one row.
Evidence: planner costs of both texts.
Semantics: the same rows: the foreign key is validated, the referenced columns are a
    key, and a NULL, which the join would drop, is dropped by IS NOT NULL.
Silent when: the parent is named anywhere else, the foreign key is not validated or of
    other columns, or the parent is joined by an outer join.
Source: PostgreSQL sources, ``analyzejoins.c`` (what is not done); rewrites.md L3.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.rewriting.block import Block, Source
from analyzer.rewriting.proofs import foreign_key, not_null, one_row
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import (
    conditions,
    equated,
    used_elsewhere,
    where,
    without_source,
)
from analyzer.rewriting.trees import changed, column, conjuncts, is_not_null


def find(given: Subject) -> Iterator[Found]:
    """One for each inner-joined table that nothing but its join names."""
    for block in given.blocks.selects:
        if "lockingClause" in block.fields:
            continue
        for parent in block.sources:
            # ONLY a partitioned table has no rows.
            if parent.joined and parent.node.get("RangeVar", {}).get("inh"):
                yield from _without(given, block, parent)


def _without(given: Subject, block: Block, parent: Source) -> Iterator[Found]:
    links = []
    for item in conditions(block):
        pair = equated(item, block, given.blocks)
        if pair is not None and parent in (pair[0][0], pair[1][0]):
            child, own = pair if pair[1][0] is parent else pair[::-1]
            links.append((item, child, own))
    children = {child[0] for _, child, _ in links}
    if len(children) != 1:
        return
    nodes = [item for item, _, _ in links]
    if used_elsewhere(block, given.blocks, parent, nodes) is not False:
        return
    child_source = next(iter(children))
    columns = tuple(child[1] for _, child, _ in links)
    referenced = tuple(own[1] for _, _, own in links)
    key = foreign_key(child_source, columns, parent, referenced)
    if not key.holds:
        return
    clause, loose = without_source(block, parent)
    rest = [
        item
        for item in (*conjuncts(block.fields.get("whereClause")), *loose)
        if not any(item is node for node in nodes)
    ]
    nullable = [
        name
        for name in columns
        if not not_null(block, given.blocks, child_source, name).holds
    ]
    rest += [is_not_null(column(child_source.alias, name)) for name in nullable]
    new = changed(block.fields, fromClause=clause, whereClause=where(rest))
    yield Found(
        what=f"the join with {parent.alias} left out: its foreign key finds one row",
        pairs=((block.node, {"SelectStmt": new}),),
        conditions=(key, one_row(parent, referenced)),
    )


RULE = Rule(slug="foreign_key_join", doc=__doc__, find=find, leaves_out=True)
