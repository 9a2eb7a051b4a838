"""Leave out clauses of a subquery that cut and group nothing.

Rule: ``EXISTS (… LIMIT 1)``, ``(SELECT … LIMIT 1)`` of at most one row and ``(SELECT
    sum(x) … WHERE k = o.k GROUP BY k)`` are what object-relational mappers write. The
    clause changes nothing, but rules that take such a subquery apart stop at it.
Evidence: planner costs of both texts; alone it changes hardly a plan.
Semantics: the same rows: EXISTS asks for one row; a plain aggregate gives one; a key
    finds one at most; and rows that agree in every group key are one group, of which
    sum, avg, min and max are NULL where there is none.
Silent when: the LIMIT is no constant or zero, there is an OFFSET, several rows may
    come, a group key may differ, or the aggregate is a count: of no rows it is 0
    without GROUP BY, and no row with it.
Source: PostgreSQL sources, ``simplify_EXISTS_query``; Django manual, "Using aggregates
    within a Subquery expression".
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.rewriting.block import Block, own_level
from analyzer.rewriting.literals import has_one_equality
from analyzer.rewriting.proofs import not_volatile, one_row
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import CORE, calls_a_set, equality, grouped_by, knows
from analyzer.rewriting.trees import changed, conjuncts, has_only
from analyzer.statements.outputs import has_aggregate
from analyzer.statements.parse import Node, walk
from analyzer.statements.sides import constant_of, function_name

_LIMITED = (*CORE, "sortClause", "limitCount", "limitOption")
_OF_NONE_NULL = frozenset({"sum", "avg", "min", "max"})


def find(given: Subject) -> Iterator[Found]:
    """One for each such subquery of an expression."""
    for _kind, link in walk(given.tree):
        block = given.blocks.of(link.get("subselect", {}).get("SelectStmt", {}))
        if block is None or not block.is_understood or not knows(block.fields):
            continue
        if link["subLinkType"] == "EXISTS_SUBLINK":
            yield from _limit(given, block, any_rows=True)
        elif link["subLinkType"] == "EXPR_SUBLINK":
            yield from _limit(given, block, any_rows=False)
            yield from _group(given, block)


def _limit(given: Subject, block: Block, *, any_rows: bool) -> Iterator[Found]:
    """``LIMIT n``, where one row is all that counts or can be."""
    fields = block.fields
    if not has_only(fields, _LIMITED) or not _is_positive(fields.get("limitCount")):
        return
    conditions = [not_volatile(given.setting, fields)]
    targets = own_level(fields["targetList"])
    if not any_rows and calls_a_set(targets):
        return
    if not any_rows and not has_aggregate(targets):
        if len(block.sources) != 1:
            return
        conditions.append(one_row(block.sources[0], sorted(_fixed(given, block))))
        if not conditions[-1].holds:
            return
    new = changed(
        fields, limitCount=None, sortClause=None, limitOption="LIMIT_OPTION_DEFAULT"
    )
    yield Found(
        what="LIMIT of a subquery left out, which cuts nothing",
        pairs=((block.node, {"SelectStmt": new}),),
        conditions=tuple(conditions),
    )


def _is_positive(node: Node | None) -> bool:
    value = constant_of((node or {}).get("A_Const", {"isnull": True})) or ""
    return value.isdigit() and int(value) > 0


def _fixed(given: Subject, block: Block) -> set[str]:
    """Columns of the one source that equal a constant or a column around."""
    found = set()
    for item in conjuncts(block.fields.get("whereClause")):
        sides = equality(item)
        for one, other in (sides, sides[::-1]) if sides else ():
            use = given.blocks.column(one, block)
            outer = given.blocks.outer_column(other, block)
            is_bare = "A_Const" in other or "ParamRef" in other
            if use is not None and (is_bare or has_one_equality(use, outer)):
                found.add(use[1])
    return found


def _group(given: Subject, block: Block) -> Iterator[Found]:
    """``GROUP BY k`` where every row has the same k."""
    fields = block.fields
    if not has_only(fields, (*CORE, "groupClause")) or len(block.sources) != 1:
        return
    call = fields["targetList"][0]["ResTarget"].get("val", {}).get("FuncCall", {})
    if function_name(call) not in _OF_NONE_NULL or "over" in call:
        return
    keys = grouped_by(block, given.blocks)
    fixed = _fixed(given, block)
    if all(key is not None and key[1] in fixed for key in keys):
        new = changed(fields, groupClause=None)
        yield Found(
            what="GROUP BY of a subquery left out, which has one group at most",
            pairs=((block.node, {"SelectStmt": new}),),
        )


RULE = Rule(slug="idle_clause", doc=__doc__, find=find)
