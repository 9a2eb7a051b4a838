"""Ask with EXISTS for rows that are joined only to be made distinct again.

Rule: DISTINCT, count(DISTINCT …) or GROUP BY without an aggregate, over a join of
    which only one table is selected, makes all pairs first and throws the copies away.
    EXISTS stops at the first partner.
Evidence: planner costs of both texts.
Semantics: the same rows: what the join repeats, DISTINCT takes out. GROUP BY goes too
    where it holds the key of the table.
Silent when: more than one table is selected, sorted by or counted, outer joins are in
    FROM, or something volatile would run another number of times.
Source: rewrites.md F2, F3 and F5.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analyzer.domain.rewriting import Condition
from analyzer.rewriting.block import Block, Source, own_level
from analyzer.rewriting.proofs import not_volatile, unique
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import (
    SORTED,
    conditions,
    grouped_by,
    is_plain,
    knows,
    qualified,
    sources_of,
    where,
)
from analyzer.rewriting.trees import changed, exists, has_only, select, target
from analyzer.statements.outputs import has_aggregate
from analyzer.statements.parse import Node
from analyzer.statements.sides import function_name

_CLAUSES = (*SORTED, "distinctClause")
_GROUPED = (*SORTED, "groupClause")
_UPPER = ("targetList", "groupClause", "sortClause")


def find(given: Subject) -> Iterator[Found]:
    """One for each join under DISTINCT of which one table is selected."""
    for block in given.blocks.selects:
        if not all(source.joined for source in block.sources):
            continue
        fields = block.fields
        if fields.get("distinctClause") == [{}] and is_plain(block, _CLAUSES):
            upper: Any = [fields["targetList"], fields.get("sortClause")]
            yield from _semi_join(given, block, upper, fields, ())
            continue
        sorts = own_level(fields.get("sortClause", []))
        if (
            "groupClause" in fields
            and is_plain(block, _GROUPED)
            and not (has_aggregate(sorts) or has_aggregate(sorts, windows=True))
        ):
            upper = [fields[name] for name in _UPPER if name in fields]
            yield from _semi_join(given, block, upper, *_ungrouped(given, block))
            continue
        call = _counted(block)
        if call is not None:
            yield from _count(given, block, call)


def _ungrouped(given: Subject, block: Block) -> tuple[Node, tuple[Condition, ...]]:
    """The SELECT with its GROUP BY, or without one that holds the key of a table."""
    uses = [use for use in grouped_by(block, given.blocks) if use is not None]
    sources = sources_of(uses)
    if len(sources) == 1:
        key = unique(next(iter(sources)), [name for _, name in uses])
        if key.holds:
            return changed(block.fields, groupClause=None), (key,)
    return block.fields, ()


def _counted(block: Block) -> Node | None:
    """The call of ``SELECT count(DISTINCT column)``."""
    fields = block.fields
    targets = fields.get("targetList", [])
    plain = has_only(fields, ("targetList", "fromClause", "whereClause"))
    if len(targets) != 1 or not plain or not knows(fields):
        return None
    call: Node | None = targets[0]["ResTarget"].get("val", {}).get("FuncCall")
    if call is None or function_name(call) != "count" or not call.get("agg_distinct"):
        return None
    known = {"funcname", "args", "agg_distinct", "funcformat", "location"}
    return call if set(call) <= known else None


def _count(given: Subject, block: Block, call: Node) -> Iterator[Found]:
    use = given.blocks.column(call["args"][0], block)
    fields = block.fields
    if use is None:
        return
    key = unique(use[0], [use[1]])
    needed: tuple[Condition, ...] = ()
    if key.holds:
        plain = {name: value for name, value in call.items() if name != "agg_distinct"}
        item = {**fields["targetList"][0]["ResTarget"], "val": {"FuncCall": plain}}
        fields = changed(fields, targetList=[{"ResTarget": item}])
        needed = (key,)
    yield from _semi_join(given, block, block.fields["targetList"], fields, needed)


def _semi_join(
    given: Subject,
    block: Block,
    upper: Any,
    fields: Node,
    needed: tuple[Condition, ...],
) -> Iterator[Found]:
    uses = given.blocks.own_uses(upper, block)
    kept = sources_of(uses or ())
    if len(kept) != 1:
        return
    source = next(iter(kept))
    if source.node.get("RangeSubselect", {}).get("lateral"):
        return
    others = [item for item in block.sources if item is not source]
    items = conditions(block)
    own = [item for item in items if _is_only(given, block, item, source)]
    rest = [qualified(item, block, given.blocks) for item in items if item not in own]
    moved = [item for item in rest if item is not None]
    if len(moved) < len(rest) or not rest:
        return
    one = [target({"A_Const": {"ival": {"ival": 1}}})]
    inner = select(one, [item.node for item in others], whereClause=where(moved))
    new = changed(
        fields, fromClause=[source.node], whereClause=where([*own, exists(inner)])
    )
    yield Found(
        what=f"the join as EXISTS, as only {source.alias} is selected",
        pairs=((block.node, {"SelectStmt": new}),),
        conditions=(*needed, not_volatile(given.setting, block.fields)),
    )


def _is_only(given: Subject, block: Block, item: Node, source: Source) -> bool:
    uses = given.blocks.own_uses(item, block)
    return uses is not None and sources_of(uses) <= {source}


RULE = Rule(slug="distinct_join", doc=__doc__, find=find)
