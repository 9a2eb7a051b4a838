"""Filter the rows of a group instead of the groups.

Rule: PostgreSQL moves a condition on a group key below the grouping, but as it is
    written: on ``date_trunc('day', ts)``, which no index on ts serves. Moved in the
    text, another rule can turn it into a range.
Evidence: planner costs; alone it gains nothing and is not offered.
Semantics: the same groups: the condition is on the group key alone.
Silent when: the key is a plain column, the condition names anything else, or the
    subquery limits, numbers or has grouping sets.
Source: rewrites.md Z9.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.rewriting.block import Block, Source
from analyzer.rewriting.proofs import not_volatile
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import knows, where
from analyzer.rewriting.trees import changed, conjuncts, has_only
from analyzer.statements.outputs import has_aggregate
from analyzer.statements.parse import Node, walk
from analyzer.statements.plain_tree import same_tree, substituted
from analyzer.statements.scope import names_of
from analyzer.statements.sides import constant_of

_INNER = ("targetList", "fromClause", "whereClause", "groupClause", "havingClause")


def find(given: Subject) -> Iterator[Found]:
    """One for each condition on a computed group key of a subquery in FROM."""
    for block in given.blocks.selects:
        yield from _of_groups(given, block)
        for item in conjuncts(block.fields.get("whereClause")):
            uses = given.blocks.uses(item, block) or set()
            if len(uses) == 1 and not _asks(item):
                yield from _pushed(given, block, item, next(iter(uses)))


def _of_groups(given: Subject, block: Block) -> Iterator[Found]:
    """``HAVING key >= 1`` as WHERE, which the planner does and other rules look at."""
    fields = block.fields
    if "groupClause" not in fields or not knows(fields):
        return
    items = conjuncts(fields.get("havingClause"))
    moved = [item for item in items if not has_aggregate([item]) and not _asks(item)]
    kept = [item for item in items if item not in moved]
    conditions = [*conjuncts(fields.get("whereClause")), *moved]
    new = changed(fields, whereClause=where(conditions), havingClause=where(kept))
    yield Found(
        what="a condition on a group key before grouping",
        pairs=((block.node, {"SelectStmt": new}),),
        conditions=(not_volatile(given.setting, *moved),),
    )


def _asks(node: Node) -> bool:
    return any(kind == "SubLink" for kind, _ in walk(node))


def _pushed(
    given: Subject, block: Block, item: Node, use: tuple[Source, str]
) -> Iterator[Found]:
    source, name = use
    core = given.blocks.of(source.subquery) if source.subquery is not None else None
    if core is None or source not in block.sources:
        return
    if source.nullable or not _is_grouped(core):
        return
    value = dict(given.blocks.outputs(core) or []).get(name)
    if value is None or "ColumnRef" in value or not _is_key(core, value, name):
        return
    # The condition names nothing else.
    inside = substituted(item, lambda node: value if "ColumnRef" in node else None)
    body = changed(
        core.fields,
        whereClause=where([*conjuncts(core.fields.get("whereClause")), inside]),
    )
    rest = [one for one in conjuncts(block.fields["whereClause"]) if one is not item]
    clause = [_exchanged(one, source.node, body) for one in block.fields["fromClause"]]
    new = changed(block.fields, fromClause=clause, whereClause=where(rest))
    yield Found(
        what="a condition on a group key inside the subquery",
        pairs=((block.node, {"SelectStmt": new}),),
        conditions=(not_volatile(given.setting, core.fields, item),),
    )


def _is_grouped(core: Block) -> bool:
    fields = core.fields
    return (
        "groupClause" in fields
        and has_only(fields, _INNER)
        and knows(fields)
        and core.is_understood
        and not has_aggregate(fields["targetList"], windows=True)
    )


def _is_key(core: Block, value: Node, name: str) -> bool:
    """Whether an output is grouped by: as an expression, by number or by name."""
    for number, item in enumerate(core.fields["targetList"], 1):
        if item["ResTarget"].get("val") is not value:
            continue
        for key in core.fields["groupClause"]:
            constant = key.get("A_Const", {})
            by_number = constant_of(constant) == str(number)
            by_name = names_of(key.get("ColumnRef", {})) == [name] and not _hides(
                core, name
            )
            if by_number or by_name or same_tree(key, value):
                return True
    return False


def _hides(core: Block, name: str) -> bool:
    return any(name in (source.columns or (name,)) for source in core.sources)


def _exchanged(item: Node, old: Node, body: Node) -> Node:
    new = {
        "RangeSubselect": {**old["RangeSubselect"], "subquery": {"SelectStmt": body}}
    }
    found: Node = substituted(item, lambda node: new if node is old else None)
    return found


RULE = Rule(slug="pushed_filter", doc=__doc__, find=find)
