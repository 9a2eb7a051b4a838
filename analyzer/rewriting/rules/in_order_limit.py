"""Take the first rows of each value of an IN list, then the first of those.

Rule: with an index on (col, key) the rows of one value come in the order of the key,
    those of several values do not: all of them are read and sorted. One ordered,
    limited query for each value reads at most LIMIT rows of each.
Evidence: planner costs of both texts.
Semantics: the same rows: the branches are disjoint, each keeps the LIMIT, and so does
    the whole. A parameter that equals one before it has no branch. Rows that tie at the
    end of the page are any of the tied, as before.
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
from analyzer.rewriting.selects import (
    SORTED,
    equality,
    fresh_alias,
    is_plain,
    where,
)
from analyzer.rewriting.trees import (
    changed,
    column,
    conjuncts,
    disjuncts,
    distinct,
    expression,
    operation,
    select,
    subselect,
    target,
    union_all,
)
from analyzer.statements.parse import Node
from analyzer.statements.sides import constant_of, without_casts

_MAX_VALUES = 20
_TIES = (
    "ORDER BY leaves ties: which of the tied rows end the page is left open by both "
    "texts."
)
_MAX_WITH_PARAMETERS = 6
_DISJOINT = Condition(
    fact=Fact.VALUES,
    claim="the values of the list differ, so the branches are disjoint",
    proof="they are different constants of one type",
)
_GUARDED = Condition(
    fact=Fact.VALUES,
    claim="the branches are disjoint",
    proof="each asks that its value differs from those before",
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
                yield from _found(given, block, found, rest, keys)


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
    given_later = [value for value in values if "ParamRef" in value]
    texts = [_constant(value) for value in values if "ParamRef" not in value]
    if None in texts or len(set(texts)) != len(texts):
        return None
    if kind in INTEGER_RANGES and not all(_is_whole(text) for text in texts):
        return None
    if given_later and len(values) > _MAX_WITH_PARAMETERS:
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
    """The sort keys, if all are own columns and no output takes the name of one."""
    keys: list[Use] = []
    outputs = given.blocks.outputs(block) or []
    names = [name for name, _ in outputs if name]
    # Above UNION ALL a key is looked for among the names: each must be there once.
    if len(set(names)) < len(names):
        return []
    for item in block.fields.get("sortClause", []):
        use = given.blocks.column(item["SortBy"].get("node"), block)
        if use is None or "useOp" in item["SortBy"]:
            return []
        shown = dict(outputs).get(use[1])
        if shown is not None and given.blocks.column(shown, block) != use:
            return []
        keys.append(use)
    return keys


def _found(
    given: Subject,
    block: Block,
    values: tuple[Use, Node, list[Node]],
    rest: list[Node],
    keys: list[Use],
) -> Iterator[Found]:
    use, left, listed_values = values
    fields = block.fields
    new = _pages(given, block, _branches(left, listed_values, rest), keys)
    if new is None:
        return
    order = unique(use[0], [name for _, name in keys])
    relation = use[0].relation
    columns = dict.fromkeys((use[1], *(name for _, name in keys)))
    uniform = len({i["SortBy"].get("sortby_dir") for i in fields["sortClause"]}) == 1
    is_guarded = any("ParamRef" in value for value in listed_values)
    conditions = [
        not_volatile(given.setting, fields),
        _GUARDED if is_guarded else _DISJOINT,
    ]
    if order.holds:
        conditions.append(order)
    count = len(listed_values)
    yield Found(
        what=f"IN of {count} values with ORDER BY and LIMIT as a page of each",
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


def _branches(left: Node, values: list[Node], rest: list[Node]) -> list[Node | None]:
    """The condition of each branch; one given later must differ from those before."""
    found = []
    for number, value in enumerate(values):
        guards = [
            distinct(value, before)
            for before in values[:number]
            if "ParamRef" in value or "ParamRef" in before
        ]
        found.append(where([operation("=", left, value), *guards, *rest]))
    return found


def _pages(
    given: Subject, block: Block, branches: list[Node | None], keys: list[Use]
) -> Node | None:
    """The branches, and the page of them all; keys that are no output stay inside."""
    fields = block.fields
    rows, offset = _page(fields) or (fields["limitCount"], None)
    names = [name for name, _ in given.blocks.outputs(block) or []]
    hidden = [use for use in dict.fromkeys(keys) if use[1] not in names]
    if hidden and not all(names):
        return None
    more = [target(column(use[0].alias, use[1])) for use in hidden]
    arms = [
        changed(
            fields,
            targetList=[*fields["targetList"], *more],
            whereClause=condition,
            limitCount=rows,
            limitOffset=None,
        )
        for condition in branches
    ]
    alias = fresh_alias(given.tree, "pages")
    sort = [
        {
            "SortBy": {
                **item["SortBy"],
                "node": column(alias, key[1]) if hidden else _bare(key[1]),
            }
        }
        for item, key in zip(fields["sortClause"], keys, strict=True)
    ]
    page = {"limitCount": fields["limitCount"], "limitOffset": offset}
    if not hidden:
        return union_all(arms, sortClause=sort, **page)
    targets = [target(column(alias, name)) for name in names]
    whole = [subselect(union_all(arms), alias)]
    return select(targets, whole, sortClause=sort, **page)


def _bare(name: str) -> Node:
    return {"ColumnRef": {"fields": [{"String": {"sval": name}}]}}


RULE = Rule(slug="in_order_limit", doc=__doc__, find=find)
