"""Leave out a join that only looks whether the parent row is there.

Rule: PostgreSQL drops an unused LEFT JOIN on a key, but not an inner join along a
    foreign key, which always finds exactly one row. Of that row nothing is new but what
    the foreign key does not hold.
Evidence: planner costs of both texts.
Semantics: the same rows: the foreign key is dependable, the referenced columns are a
    key, and a NULL, which the join would drop, is dropped by IS NOT NULL. Where the
    parent's key is named, the child's columns have the same values and types.
Silent when: another column of the parent is named, the foreign key is not validated or
    of other columns, equal values can look different, or the parent is joined by an
    outer join.
Source: PostgreSQL sources, ``analyzejoins.c`` (what is not done); rewrites.md L3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from analyzer.rewriting.block import Block, Source, Use
from analyzer.rewriting.conditions import TEXT_TYPES
from analyzer.rewriting.groups import EXACT_TYPES
from analyzer.rewriting.literals import declared_type, kind_of
from analyzer.rewriting.proofs import foreign_key, not_null, one_row
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.render import Pair
from analyzer.rewriting.selects import (
    conditions,
    equated,
    read_from,
    where,
    without_source,
)
from analyzer.rewriting.trees import changed, column, conjuncts, exchanged, is_not_null
from analyzer.statements.parse import Node
from analyzer.statements.scope import names_of

_NAMED_BY_THEMSELVES = ("FuncCall", "A_Expr", "A_Const", "BoolExpr", "CoalesceExpr")


def find(given: Subject) -> Iterator[Found]:
    """One for each inner-joined table of which nothing but its key is named."""
    for block in given.blocks.selects:
        if "lockingClause" in block.fields:
            continue
        for parent in block.sources:
            # ONLY a partitioned table has no rows.
            if parent.joined and parent.node.get("RangeVar", {}).get("inh"):
                links = _links(given, block, parent)
                for child in dict.fromkeys(child[0] for _, child, _ in links):
                    own = [link for link in links if link[1][0] is child]
                    yield from _without(given, block, parent, own)


def _links(given: Subject, block: Block, parent: Source) -> list[tuple[Node, Use, Use]]:
    """The equalities with a column of a table, each with the other side and it."""
    links = []
    for item in conditions(block):
        pair = equated(item, block, given.blocks)
        if pair is not None and parent in (pair[0][0], pair[1][0]):
            child, own = pair if pair[1][0] is parent else pair[::-1]
            links.append((item, child, own))
    return links


def _without(
    given: Subject, block: Block, parent: Source, links: list[tuple[Node, Use, Use]]
) -> Iterator[Found]:
    child = links[0][1][0]
    columns = tuple(use[1] for _, use, _ in links)
    referenced = tuple(own[1] for _, _, own in links)
    key = foreign_key(child, columns, parent, referenced)
    if not key.holds:
        return
    nodes = [item for item, _, _ in links]
    table = {own: use for _, use, own in links}
    read = read_from(block, given.blocks, table, nodes)
    if read is None or (read and not all(map(_is_exact, table, table.values()))):
        return
    clause, loose = without_source(block, parent, nodes)
    rest = [
        item
        for item in (*conjuncts(block.fields.get("whereClause")), *loose)
        if not any(item is node for node in nodes)
    ]
    nullable = [
        name
        for name in dict.fromkeys(columns)
        if not not_null(block, given.blocks, child, name, nodes).holds
    ]
    rest += [is_not_null(column(child.alias, name)) for name in nullable]
    targets = _named(block.fields["targetList"], read)
    if targets is None:
        return
    new = changed(
        block.fields, targetList=targets, fromClause=clause, whereClause=where(rest)
    )
    yield Found(
        what=f"the join with {parent.alias} left out: its foreign key finds one row",
        pairs=((block.node, {"SelectStmt": exchanged(new, read)}),),
        conditions=(key, one_row(parent, referenced)),
    )


def _is_exact(one: Use, other: Use) -> bool:
    """Whether two equal columns are the same in type and in every character."""
    written = {declared_type(use) for use in (one, other)}
    return len(written) == 1 and kind_of(one) in EXACT_TYPES | TEXT_TYPES


def _named(targets: list[Node], read: list[Pair]) -> list[Node] | None:
    """The select list under the names it has; none where one is not certain."""
    moved = {id(fields) for fields, _ in read}
    found = []
    for item in targets:
        fields = item["ResTarget"]
        value = fields.get("val", {})
        if "name" in fields or not _holds(value, moved):
            found.append(item)
        elif "ColumnRef" in value:
            name = names_of(value["ColumnRef"])[-1]
            found.append({"ResTarget": {**fields, "name": name}})
        elif set(value) <= set(_NAMED_BY_THEMSELVES):
            found.append(item)
        else:
            return None
    return found


def _holds(node: object, wanted: set[int]) -> bool:
    if isinstance(node, list):
        return any(_holds(item, wanted) for item in node)
    if not isinstance(node, Mapping):
        return False
    return id(node) in wanted or any(_holds(item, wanted) for item in node.values())


RULE = Rule(slug="foreign_key_join", doc=__doc__, find=find, leaves_out=True)
