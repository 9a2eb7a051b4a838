"""Fetch the rows with the largest or smallest value of each group by an index.

Rule: ``x = (SELECT max(x) … same group)``, a join with ``SELECT g, max(x) … GROUP BY
    g``, ``(g, x) IN`` of it, and NOT EXISTS of a row with a larger x read the table
    twice, or once for each row. With the groups at hand, LATERAL fetches from an index
    on group and value the first rows of each, with all that tie.
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
from typing import Any

from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.rewriting.block import Block
from analyzer.rewriting.extremes import Extreme, extreme_of
from analyzer.rewriting.groups import Groups, groups_of
from analyzer.rewriting.proofs import not_volatile
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import knows, spelt_out, where
from analyzer.rewriting.trees import (
    TRUE,
    changed,
    column,
    exchanged,
    is_not_null,
    join,
    operation,
    select,
    subselect,
    target,
)
from analyzer.statements.parse import Node

_ONE: Node = {"A_Const": {"ival": {"ival": 1}}}
_ALL: Node = {"ColumnRef": {"fields": [{"A_Star": {}}]}}
_DIRECTION = {"max": "SORTBY_DESC", "min": "SORTBY_DEFAULT"}


def find(given: Subject) -> Iterator[Found]:
    """One for each such condition and each way to have the groups."""
    for block in given.blocks.selects:
        if block.place == "arm" or not knows(block.fields):
            continue
        found = extreme_of(given, block)
        if found is None:
            continue
        upper = {k: v for k, v in block.fields.items() if k != "fromClause"}
        spelt = spelt_out(block, given.blocks, list(upper.values()))
        if spelt is None:
            continue
        for groups in groups_of(given, found.source, found.group):
            yield _found(given, block, found, groups, spelt)


def _found(
    given: Subject,
    block: Block,
    extreme: Extreme,
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
    new = changed(
        exchanged(block.fields, spelt),
        fromClause=[
            join("INNER", groups.node, subselect(body, alias, lateral=True), TRUE)
        ],
        whereClause=exchanged(where(extreme.rest), spelt),
    )
    keys = (IndexKey(attribute=extreme.group), IndexKey(attribute=extreme.value))
    return Found(
        what=f"the {extreme.function} of each group by LATERAL, {groups.what}",
        pairs=((block.node, {"SelectStmt": new}),),
        conditions=(
            *groups.conditions,
            *extreme.needed,
            not_volatile(given.setting, block.fields),
        ),
        indexes=(
            (IndexDefinition(relation=source.relation.name, keys=keys),)
            if source.relation is not None
            else ()
        ),
    )


RULE = Rule(slug="group_extreme", doc=__doc__, find=find)
