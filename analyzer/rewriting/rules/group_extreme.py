"""Fetch the rows with the largest or smallest value of each group by an index.

Rule: ``x = (SELECT max(x) … same group)`` and a join with ``SELECT g, max(x) … GROUP BY
    g`` read the table twice, or once for each row. With the groups at hand, LATERAL
    fetches from an index on group and value the first rows of each, with all that tie.
Evidence: planner costs of both texts, with an index on group and value.
Semantics: the same rows, ties included: FETCH FIRST 1 ROW WITH TIES gives every row
    with the extreme value, and NULL is the maximum of nothing.
Silent when: the group may be NULL or is not complete elsewhere, the maximum is of other
    rows (a filter of its own) or is used further, or two tables take part.
Source: MySQL manual, "The Rows Holding the Group-wise Maximum of a Certain Column";
    rewrites.md H2 and H7.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.rewriting.block import Block, Source
from analyzer.rewriting.groups import Groups, groups_of
from analyzer.rewriting.proofs import not_volatile
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import (
    conditions,
    equality,
    equated,
    has_star,
    knows,
    spelt_out,
    used_elsewhere,
    where,
)
from analyzer.rewriting.trees import (
    TRUE,
    changed,
    column,
    exchanged,
    has_only,
    is_not_null,
    join,
    operation,
    select,
    subselect,
    target,
)
from analyzer.statements.parse import Node
from analyzer.statements.sides import function_name

_ONE: Node = {"A_Const": {"ival": {"ival": 1}}}
_ALL: Node = {"ColumnRef": {"fields": [{"A_Star": {}}]}}
_INNER = ("targetList", "fromClause", "whereClause")
_DIRECTION = {"max": "SORTBY_DESC", "min": "SORTBY_DEFAULT"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Extreme:
    """A table of which the rows with an extreme value of each group are wanted.

    ``rest`` are the other conditions of the block.
    """

    source: Source
    group: str
    value: str
    function: str
    rest: list[Node]


def find(given: Subject) -> Iterator[Found]:
    """One for each such condition and each way to have the groups."""
    for block in given.blocks:
        if "SelectStmt" not in block.node or not block.is_understood:
            continue
        if block.place == "arm" or not knows(block.fields):
            continue
        found = _correlated(given, block) or _joined(given, block)
        if found is None:
            continue
        upper = {k: v for k, v in block.fields.items() if k != "fromClause"}
        spelt = spelt_out(block, given.blocks, list(upper.values()))
        if spelt is None:
            continue
        for groups in groups_of(given, found.source, found.group):
            yield _found(given, block, found, groups, spelt)


def _correlated(given: Subject, block: Block) -> _Extreme | None:
    """``FROM t WHERE t.x = (SELECT max(x) FROM t AS u WHERE u.g = t.g)``."""
    if len(block.sources) != 1 or block.fields["fromClause"] != [block.sources[0].node]:
        return None
    source, items = block.sources[0], conditions(block)
    if has_star(block):
        return None
    for number, item in enumerate(items):
        for one, other in _sides(item):
            use = given.blocks.column(one, block)
            core = _scalar(given, other)
            if use is None or core is None:
                continue
            extreme = _call(given, core)
            group = _tie(given, core, block)
            if extreme is None or group is None or extreme[1] != use[1]:
                continue
            if not _same_table(source, core.sources[0]):
                continue
            rest = [*items[:number], *items[number + 1 :]]
            return _Extreme(
                source=source,
                group=group,
                value=use[1],
                function=extreme[0],
                rest=rest,
            )
    return None


def _sides(item: Node) -> list[tuple[Node, Node]]:
    sides = equality(item)
    return [sides, sides[::-1]] if sides is not None else []


def _scalar(given: Subject, node: Node) -> Block | None:
    fields = node.get("SubLink", {})
    if fields.get("subLinkType") != "EXPR_SUBLINK":
        return None
    query = fields["subselect"].get("SelectStmt")
    core = given.blocks.of(query) if query is not None else None
    return core if core is not None and has_only(core.fields, _INNER) else None


def _call(given: Subject, core: Block) -> tuple[str, str] | None:
    """Function and column of a select list that ends in ``max(x)``."""
    if len(core.sources) != 1 or core.fields["fromClause"] != [core.sources[0].node]:
        return None
    if not core.is_understood or not core.fields.get("targetList"):
        return None
    value = core.fields["targetList"][-1]["ResTarget"].get("val", {})
    call = value.get("FuncCall", {})
    plain = {"funcname", "args", "funcformat", "location"}
    if function_name(call) not in _DIRECTION or not set(call) <= plain:
        return None
    use = given.blocks.column(call["args"][0], core) if call.get("args") else None
    return (function_name(call), use[1]) if use is not None else None


def _tie(given: Subject, core: Block, around: Block) -> str | None:
    """The column by which a correlated subquery has the rows of the same group."""
    items = conditions(core)
    if len(core.fields["targetList"]) != 1 or len(items) != 1:
        return None
    for one, other in _sides(items[0]):
        inner = given.blocks.column(one, core)
        outer = given.blocks.outer_column(other, core)
        if inner is None or outer is None or outer[0] is not around.sources[0]:
            continue
        return inner[1] if inner[1] == outer[1] else None
    return None


def _same_table(one: Source, other: Source) -> bool:
    known = ("schemaname", "relname", "inh", "relpersistence", "alias")
    if one.relation is None or one.relation is not other.relation:
        return False
    named = [source.node.get("RangeVar", {}) for source in (one, other)]
    plain = all(has_only(fields, known) for fields in named)
    return plain and all(fields.get("inh") for fields in named)


def _joined(given: Subject, block: Block) -> _Extreme | None:
    """``FROM t JOIN (SELECT g, max(x) AS m FROM t GROUP BY g) s ON …``."""
    if len(block.sources) != 2 or has_star(block):
        return None
    for source, grouped in (block.sources, block.sources[::-1]):
        core = given.blocks.of(grouped.subquery) if grouped.subquery else None
        if core is None or not (source.joined and grouped.joined):
            continue
        extreme = _grouped(given, core)
        if extreme is None or not _same_table(source, core.sources[0]):
            continue
        function, group, value = extreme
        names = [name for name, _ in given.blocks.outputs(core) or []]
        if len(names) != 2 or names[0] == names[1]:
            continue
        rest, ties = _split(given, block, grouped)
        wanted = {(names[0], group), (names[1], value)}
        if {pair for pair, _ in ties} != wanted or len(ties) != 2:
            continue
        inside = [node for _, node in ties] + [grouped.node]
        if used_elsewhere(block, given.blocks, grouped, inside) is not False:
            continue
        return _Extreme(
            source=source, group=group, value=value, function=function, rest=rest
        )
    return None


def _grouped(given: Subject, core: Block) -> tuple[str, str, str] | None:
    """Function, group and value of ``SELECT g, max(x) FROM t GROUP BY g``."""
    fields = core.fields
    if not has_only(fields, ("targetList", "fromClause", "groupClause")):
        return None
    targets, keys = fields.get("targetList", []), fields.get("groupClause", [])
    if len(targets) != 2 or len(keys) != 1:
        return None
    extreme = _call(given, core)
    group = given.blocks.column(targets[0]["ResTarget"].get("val"), core)
    if extreme is None or group is None or given.blocks.column(keys[0], core) != group:
        return None
    return extreme[0], group[1], extreme[1]


def _split(
    given: Subject, block: Block, grouped: Source
) -> tuple[list[Node], list[tuple[tuple[str, str], Node]]]:
    """Conditions of a block: others, and equalities with the grouped side."""
    rest: list[Node] = []
    ties: list[tuple[tuple[str, str], Node]] = []
    for item in conditions(block):
        uses = equated(item, block, given.blocks)
        if uses is None:
            rest.append(item)
            continue
        inner, outer = uses if uses[0][0] is grouped else uses[::-1]
        if inner[0] is grouped:
            ties.append(((inner[1], outer[1]), item))
        else:
            rest.append(item)
    return rest, ties


def _found(
    given: Subject,
    block: Block,
    extreme: _Extreme,
    groups: Groups,
    spelt: list[tuple[Node, Node]],
) -> Found:
    source, alias = extreme.source, extreme.source.alias
    value = column(alias, extreme.value)
    tie = operation("=", column(alias, extreme.group), groups.key)
    attribute = source.relation.attribute(extreme.value) if source.relation else None
    known = [] if attribute is not None and attribute.not_null else [is_not_null(value)]
    sort: Any = {"node": value, "sortby_dir": _DIRECTION[extreme.function]}
    sort["sortby_nulls"] = "SORTBY_NULLS_DEFAULT"
    body = select(
        [target(_ALL)],
        [source.node],
        whereClause=where([tie, *known]),
        sortClause=[{"SortBy": sort}],
        limitCount=_ONE,
    )
    body["limitOption"] = "LIMIT_OPTION_WITH_TIES"
    upper = {k: v for k, v in block.fields.items() if k != "fromClause"}
    new = changed(
        exchanged(upper, spelt),
        fromClause=[
            join("INNER", groups.node, subselect(body, alias, lateral=True), TRUE)
        ],
        whereClause=exchanged(where(extreme.rest), spelt) if extreme.rest else None,
    )
    keys = (IndexKey(attribute=extreme.group), IndexKey(attribute=extreme.value))
    return Found(
        what=f"the {extreme.function} of each group by LATERAL, {groups.what}",
        pairs=((block.node, {"SelectStmt": new}),),
        conditions=(*groups.conditions, not_volatile(given.setting, block.fields)),
        indexes=(
            (IndexDefinition(relation=source.relation.name, keys=keys),)
            if source.relation is not None
            else ()
        ),
    )


RULE = Rule(slug="group_extreme", doc=__doc__, find=find)
