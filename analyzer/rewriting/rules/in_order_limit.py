"""Take the first rows of each value of an IN list, then the first of those.

Rule: with an index on (col, key) the rows of one value come in the order of the key,
    those of several values do not: all of them are read and sorted. One ordered,
    limited query for each value reads at most LIMIT rows of each.
Evidence: planner costs of both texts.
Semantics: the same rows: the branches are disjoint, each keeps the LIMIT, and so does
    the whole. Rows that tie at the end of the page are any of the tied, as before.
Silent when: LIMIT and OFFSET are not both constants, the list holds equal or NULL
    values, or values of a type whose equality we do not know.
Source: Winand, "SQL Performance Explained", chapter 7; rewrites.md C5.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.domain.recommendation import Semantics
from analyzer.domain.rewriting import Condition, Fact
from analyzer.rewriting.block import Block, Use
from analyzer.rewriting.conditions import INTEGER_RANGES, TEXT_TYPES, type_of
from analyzer.rewriting.literals import listed
from analyzer.rewriting.proofs import not_volatile, unique
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import SORTED, equality, is_plain, where
from analyzer.rewriting.trees import (
    changed,
    conjuncts,
    disjuncts,
    expression,
    operation,
    union_all,
)
from analyzer.statements.parse import Node
from analyzer.statements.sides import constant_of, without_casts

_MAX_VALUES = 20
_TIES = (
    "ORDER BY leaves ties: which of the tied rows end the page is left open by both "
    "texts."
)
_DISJOINT = Condition(
    fact=Fact.VALUES,
    claim="the values of the list differ, so the branches are disjoint",
    proof="they are different constants of one type",
)


def find(given: Subject) -> Iterator[Found]:
    """One for each IN list of a sorted and limited SELECT of one table."""
    for block in given.blocks:
        if not is_plain(block, SORTED):
            continue
        fields = block.fields
        if _page(fields) is None:
            continue
        keys = _sort_columns(given, block)
        if not keys or len(block.sources) != 1:
            continue
        items = conjuncts(fields.get("whereClause"))
        for number, item in enumerate(items):
            found = _values(given, block, item)
            if found is not None:
                rest = [*items[:number], *items[number + 1 :]]
                yield _found(given, block, found, rest, keys)


def _page(fields: Node) -> tuple[Node, Node | None] | None:
    """How many rows each branch must give, and OFFSET; none without a LIMIT."""
    count, offset = fields.get("limitCount"), fields.get("limitOffset")
    if count is None or offset is None:
        return (count, None) if count is not None else None
    sizes = [node.get("A_Const", {}).get("ival") for node in (count, offset)]
    if None in sizes:
        return None
    rows = sum(size.get("ival", 0) for size in sizes if size is not None)
    return expression(str(rows)), offset


def _values(
    given: Subject, block: Block, item: Node
) -> tuple[Use, Node, list[Node]] | None:
    """The column and the distinct constants of ``col IN (…)`` or what says the same."""
    found = listed(item) or _alternatives(given, block, item)
    if found is None:
        return None
    left, values = found
    use = given.blocks.column(left, block)
    if use is None or not 2 <= len(values) <= _MAX_VALUES or use[0].relation is None:
        return None
    kind = type_of(use[0].relation, use[1])
    if kind not in (*INTEGER_RANGES, *TEXT_TYPES):
        return None
    texts = [_constant(value) for value in values]
    if None in texts or len(set(texts)) != len(texts):
        return None
    if kind in INTEGER_RANGES and not all(_is_whole(text) for text in texts):
        return None
    return use, left, values


def _alternatives(
    given: Subject, block: Block, item: Node
) -> tuple[Node, list[Node]] | None:
    """``col = 1 OR col = 2``."""
    pairs = [equality(arm) for arm in disjuncts(item)]
    known = [pair for pair in pairs if pair is not None]
    uses = {given.blocks.column(left, block) for left, _ in known}
    if len(known) < len(pairs) or len(uses) != 1:
        return None
    return known[0][0], [value for _, value in known]


def _constant(node: Node) -> str | None:
    inner, cast = without_casts(node)
    if "A_Const" not in inner or cast:
        return None
    return constant_of(inner["A_Const"])


def _is_whole(text: str | None) -> bool:
    return text is not None and text.lstrip("-").isdigit() and text == str(int(text))


def _sort_columns(given: Subject, block: Block) -> list[Use]:
    """The sort keys, if all are own columns that the select list gives by name."""
    keys: list[Use] = []
    outputs = _outputs(given, block)
    named = {name for name, _ in outputs}
    # Above UNION ALL a key is looked for among the names: each must be there once.
    if len(named) != len(outputs):
        return []
    for item in block.fields.get("sortClause", []):
        use = given.blocks.column(item["SortBy"].get("node"), block)
        if use is None or use[1] not in named or "useOp" in item["SortBy"]:
            return []
        if dict(outputs)[use[1]] not in (use, "*"):
            return []
        keys.append(use)
    return keys


def _outputs(given: Subject, block: Block) -> list[tuple[str, Use | str]]:
    """Output names with the own column each is, if it is one."""
    found: list[tuple[str, Use | str]] = []
    for item in block.fields["targetList"]:
        value = item["ResTarget"].get("val", {})
        uses = given.blocks.own_uses(value, block) or set()
        if any(name == "*" for _, name in uses):
            found += [(name, "*") for name in block.sources[0].columns or ()]
            continue
        use = given.blocks.column(value, block)
        if use is not None:
            found.append((item["ResTarget"].get("name", use[1]), use))
    return found


def _found(
    given: Subject,
    block: Block,
    values: tuple[Use, Node, list[Node]],
    rest: list[Node],
    keys: list[Use],
) -> Found:
    use, left, constants = values
    fields = block.fields
    rows, offset = _page(fields) or (fields["limitCount"], None)
    arms = [
        changed(
            fields,
            whereClause=where([operation("=", left, value), *rest]),
            limitCount=rows,
            limitOffset=None,
        )
        for value in constants
    ]
    sort = [
        {"SortBy": {**item["SortBy"], "node": _bare(key[1])}}
        for item, key in zip(fields["sortClause"], keys, strict=True)
    ]
    new = union_all(
        arms, sortClause=sort, limitCount=fields["limitCount"], limitOffset=offset
    )
    order = unique(use[0], [name for _, name in keys])
    relation = use[0].relation
    columns = dict.fromkeys((use[1], *(name for _, name in keys)))
    uniform = len({i["SortBy"].get("sortby_dir") for i in fields["sortClause"]}) == 1
    conditions = [not_volatile(given.setting, fields), _DISJOINT]
    if order.holds:
        conditions.append(order)
    return Found(
        what=f"IN of {len(constants)} values with ORDER BY and LIMIT as a page of each",
        pairs=((block.node, {"SelectStmt": new}),),
        conditions=tuple(conditions),
        semantics=Semantics.UNCHANGED if order.holds else Semantics.UNCHANGED_IF,
        caveats=() if order.holds else (_TIES,),
        indexes=(
            IndexDefinition(
                relation=relation.name,
                keys=tuple(IndexKey(attribute=name) for name in columns),
            ),
        )
        if relation is not None and uniform
        else (),
    )


def _bare(name: str) -> Node:
    return {"ColumnRef": {"fields": [{"String": {"sval": name}}]}}


RULE = Rule(slug="in_order_limit", doc=__doc__, find=find)
