"""Ask for rows without partners with NOT EXISTS instead of counting partners.

Rule: LEFT JOIN, GROUP BY the key and HAVING count(partner) = 0 joins and counts all
    pairs to keep the rows that have none.
Evidence: planner costs of both texts.
Semantics: the same rows: the group key holds the table's key, so each group is one row,
    and a NOT NULL column is counted once for each partner.
Silent when: the counted column may be NULL, the key is not in the group, another
    aggregate is asked for, or the partner is named elsewhere.
Source: rewrites.md Z10.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.rewriting.block import Block, Use
from analyzer.rewriting.literals import operator_name
from analyzer.rewriting.proofs import not_volatile, unique
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.rules.left_join_is_null import declared_not_null, left_join
from analyzer.rewriting.selects import (
    grouped_by,
    knows,
    qualified,
    used_elsewhere,
    where,
)
from analyzer.rewriting.trees import (
    changed,
    conjuncts,
    exists,
    has_only,
    negated,
    select,
    target,
)
from analyzer.statements.outputs import has_aggregate
from analyzer.statements.parse import Node
from analyzer.statements.sides import constant_of, function_name

_CLAUSES = (
    *("targetList", "fromClause", "whereClause", "groupClause", "havingClause"),
    *("sortClause", "limitCount", "limitOffset", "limitOption"),
)


_NONE = (("=", "0"), ("<", "1"), ("<=", "0"))


def find(given: Subject) -> Iterator[Found]:
    """One for each block that keeps groups whose count is zero."""
    for block in given.blocks.selects:
        fields = block.fields
        is_fit = (
            "groupClause" in fields
            and has_only(fields, _CLAUSES)
            and knows(fields)
            and not has_aggregate(
                [*fields["targetList"], *fields.get("sortClause", [])]
            )
        )
        counted = _counted(fields.get("havingClause")) if is_fit else None
        use = given.blocks.column(counted, block)
        if use is not None:
            yield from _without_partner(given, block, use)


def _counted(node: Node | None) -> Node | None:
    """The column of ``count(column) = 0`` or ``count(column) < 1``."""
    fields = (node or {}).get("A_Expr", {})
    operator = operator_name(node)
    left, right_side = fields.get("lexpr", {}), fields.get("rexpr", {})
    if operator == "=" and "A_Const" in left:
        left, right_side = right_side, left
    call = left.get("FuncCall", {})
    right = right_side.get("A_Const", {"isnull": True})
    plain = set(call) <= {"funcname", "args", "funcformat", "location", "agg_distinct"}
    is_none = (operator, constant_of(right)) in _NONE
    if not plain or function_name(call) != "count" or not is_none:
        return None
    arguments = call.get("args", [])
    return arguments[0] if len(arguments) == 1 else None


def _without_partner(given: Subject, block: Block, use: Use) -> Iterator[Found]:
    source, name = use
    joined = left_join(block, source)
    left = [item for item in block.sources if item is not source]
    if joined is None or source.relation is None or len(left) != 1:
        return
    clause, quals = joined
    having = block.fields["havingClause"]
    condition = qualified(quals, block, given.blocks)
    elsewhere = used_elsewhere(block, given.blocks, source, [having, quals])
    if condition is None or elsewhere is not False:
        return
    groups = [
        found[1] for found in grouped_by(block, given.blocks) if found is not None
    ]
    one = [target({"A_Const": {"ival": {"ival": 1}}})]
    inner = negated(exists(select(one, [source.node], whereClause=condition)))
    rest = conjuncts(block.fields.get("whereClause"))
    new = changed(
        block.fields,
        fromClause=clause,
        whereClause=where([*rest, inner]),
        groupClause=None,
        havingClause=None,
    )
    yield Found(
        what=f"count of {source.alias} = 0 as NOT EXISTS",
        pairs=((block.node, {"SelectStmt": new}),),
        conditions=(
            declared_not_null(source.relation, source.alias, name),
            unique(left[0], groups),
            not_volatile(given.setting, block.fields),
        ),
    )


RULE = Rule(slug="count_zero", doc=__doc__, find=find, leaves_out=True)
