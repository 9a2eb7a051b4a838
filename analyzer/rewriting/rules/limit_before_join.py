"""Take the page first, then join only its rows.

Rule: ORDER BY of one table's column with LIMIT over joins that neither drop nor repeat
    a row joins all rows to keep a few.
Evidence: planner costs of both texts.
Semantics: the same rows: each join finds exactly one partner (validated foreign key
    that is not NULL, to a key) or is a LEFT JOIN that finds one at most.
Silent when: another table is filtered or sorted by, a join might drop or repeat rows,
    or rows are grouped.
Source: rewrites.md P6.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.recommendation import Semantics
from analyzer.domain.rewriting import Condition
from analyzer.rewriting.block import Block, Source, Use
from analyzer.rewriting.literals import has_one_equality
from analyzer.rewriting.proofs import (
    foreign_key,
    not_null,
    not_volatile,
    one_row,
    unique,
)
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import (
    SORTED,
    aliases_below,
    equated,
    has_star,
    is_plain,
    sources_of,
    where,
)
from analyzer.rewriting.trees import (
    changed,
    conjuncts,
    exchanged,
    select,
    subselect,
    target,
)
from analyzer.statements.parse import Node

_STAR: Node = {"ColumnRef": {"fields": [{"A_Star": {}}]}}


def find(given: Subject) -> Iterator[Found]:
    """One for each sorted and limited join of which one table decides the page."""
    for block in given.blocks:
        fields = block.fields
        if "limitCount" not in fields or "sortClause" not in fields:
            continue
        if len(block.sources) < 2 or not is_plain(block, SORTED):
            continue
        keys = _keys(given, block)
        kept = {source for source, _ in keys}
        if len(kept) == 1 and len(fields["fromClause"]) == 1 and not has_star(block):
            yield from _paged(given, block, next(iter(kept)), keys)


def _keys(given: Subject, block: Block) -> list[Use]:
    found = []
    outputs = dict(given.blocks.outputs(block) or [])
    for item in block.fields["sortClause"]:
        node = item["SortBy"].get("node", {})
        use = given.blocks.column(node, block)
        if use is None or "useOp" in item["SortBy"]:
            return []
        hidden = outputs.get(use[1])
        bare = len(node["ColumnRef"]["fields"]) == 1
        if bare and hidden is not None and given.blocks.column(hidden, block) != use:
            return []
        found.append(use)
    return found


def _paged(
    given: Subject, block: Block, source: Source, keys: list[Use]
) -> Iterator[Found]:
    fields = block.fields
    proofs = _one_partner_each(given, block, source)
    own = conjuncts(fields.get("whereClause"))
    uses = given.blocks.own_uses(own, block)
    if proofs is None or uses is None or sources_of(uses) - {source}:
        return
    everything = given.blocks.own_uses(dict(fields), block)
    if source.relation is None or everything is None:
        return
    if source.alias in aliases_below(own):
        return
    page = select(
        [target(_STAR)],
        [source.node],
        whereClause=where(own),
        sortClause=fields["sortClause"],
        limitCount=fields["limitCount"],
        limitOffset=fields.get("limitOffset"),
    )
    new: Node = exchanged(
        changed(
            fields,
            whereClause=None,
            limitCount=None,
            limitOffset=None,
            limitOption="LIMIT_OPTION_DEFAULT",
        ),
        [(source.node, subselect(page, source.alias))],
    )
    order = unique(source, [name for _, name in keys])
    tie = (
        "ORDER BY leaves ties: which of the tied rows end the page is left open by "
        "both texts."
    )
    yield Found(
        what=f"the page of {source.alias} first, then the joins",
        pairs=((block.node, {"SelectStmt": new}),),
        conditions=(
            *proofs,
            not_volatile(given.setting, fields),
            *((order,) if order.holds else ()),
        ),
        semantics=Semantics.UNCHANGED if order.holds else Semantics.UNCHANGED_IF,
        caveats=() if order.holds else (tie,),
    )


def _one_partner_each(
    given: Subject, block: Block, source: Source
) -> list[Condition] | None:
    """Why no join drops or repeats a row of a source; none if one might."""
    proofs: list[Condition] = []
    item = block.fields["fromClause"][0]
    reached = {source}
    chain = _chain(item, source.node)
    if chain is None:
        return None
    for kind, node, quals in chain:
        other = next((s for s in block.sources if s.node is node), None)
        found = _partner(given, block, (kind, other, quals), reached)
        if other is None or found is None:
            return None
        proofs += found
        reached.add(other)
    return proofs


def _chain(item: Node, node: Node) -> list[tuple[str, Node, Node | None]] | None:
    """The joins from a source upwards: kind, the other side, and ON."""
    if item is node:
        return []
    fields = item.get("JoinExpr")
    if fields is None:
        return None
    kind = fields.get("jointype", "JOIN_INNER")
    for side, other in (("larg", "rarg"), ("rarg", "larg")):
        below = _chain(fields[side], node)
        if below is None:
            continue
        if kind != "JOIN_INNER" and (kind != "JOIN_LEFT" or side == "rarg"):
            return None
        return [*below, (kind, fields[other], fields.get("quals"))]
    return None


def _partner(
    given: Subject,
    block: Block,
    join: tuple[str, Source | None, Node | None],
    reached: set[Source],
) -> list[Condition] | None:
    kind, other, quals = join
    if other is None or other.relation is None:
        return None
    pairs = []
    for item in conjuncts(quals):
        found = equated(item, block, given.blocks)
        if found is None:
            return None
        one, two = found if found[1][0] is other else found[::-1]
        if two[0] is not other or one[0] not in reached:
            return None
        if not has_one_equality(*found):
            return None
        pairs.append((one, two))
    children = {one[0] for one, _ in pairs}
    if len(children) != 1:
        return None
    child, names = next(iter(children)), tuple(one[1] for one, _ in pairs)
    referenced = tuple(two[1] for _, two in pairs)
    proofs = [one_row(other, referenced)]
    if kind == "JOIN_INNER":
        proofs.append(foreign_key(child, names, other, referenced))
        proofs += [not_null(block, given.blocks, child, name) for name in names]
    return proofs


RULE = Rule(slug="limit_before_join", doc=__doc__, find=find, leaves_out=True)
