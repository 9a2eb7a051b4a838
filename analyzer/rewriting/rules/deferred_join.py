"""Find the keys of a page first, then fetch only its rows.

Rule: LIMIT with OFFSET fetches every row that it then throws away. An index that holds
    sort column and key finds the page without the table.
Evidence: planner costs of both texts.
Semantics: the same rows in the same order: the key finds exactly the row it was taken
    from. Rows that tie at the end of the page are any of the tied, as before.
Silent when: there is no OFFSET, the table has no key that is NOT NULL, rows are
    grouped, distinct or joined, or only the key and what is sorted by is selected:
    the index alone has these, and so the page that this rule makes stays as it is.
Source: Winand, "SQL Performance Explained", chapter 7; rewrites.md D4.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.domain.recommendation import Semantics
from analyzer.rewriting.block import Block
from analyzer.rewriting.proofs import key_of, not_volatile, unique
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import SORTED, fresh_alias, is_plain, qualified
from analyzer.rewriting.trees import (
    changed,
    column,
    conjunction,
    join,
    operation,
    select,
    subselect,
    target,
)
from analyzer.statements.parse import Node

_TIES = (
    "ORDER BY leaves ties: which of the tied rows end the page is left open by both "
    "texts."
)


def find(given: Subject) -> Iterator[Found]:
    """One for each SELECT of one table with ORDER BY, LIMIT and OFFSET."""
    for block in given.blocks:
        fields = block.fields
        if "limitOffset" not in fields or "sortClause" not in fields:
            continue
        if "limitCount" not in fields:
            continue
        if len(block.sources) != 1 or not is_plain(block, SORTED):
            continue
        yield from _deferred(given, block)


def _deferred(given: Subject, block: Block) -> Iterator[Found]:
    fields, source = block.fields, block.sources[0]
    key = key_of(source)
    uses = [
        given.blocks.column(item["SortBy"].get("node"), block)
        for item in fields["sortClause"]
    ]
    if not key or not all(uses):
        return
    if any("useOp" in item["SortBy"] for item in fields["sortClause"]):
        return
    names = [use[1] for use in uses if use]
    if _renamed(given, block, names) or _is_page(given, block, {*names, *key}):
        return
    alias = fresh_alias(given.tree, "page")
    page = select(
        [target(column(source.alias, name)) for name in key],
        [source.node],
        whereClause=fields.get("whereClause"),
        sortClause=fields["sortClause"],
        limitCount=fields["limitCount"],
        limitOffset=fields["limitOffset"],
    )
    ties = [
        operation("=", column(source.alias, name), column(alias, name)) for name in key
    ]
    joined = join("INNER", subselect(page, alias), source.node, conjunction(ties) or {})
    targets = _targets(given, block, source.alias)
    sort = qualified(fields["sortClause"], block, given.blocks)
    if targets is None or sort is None:
        return
    new = changed(
        fields,
        targetList=targets,
        fromClause=[joined],
        whereClause=None,
        sortClause=sort,
        limitCount=None,
        limitOffset=None,
        limitOption="LIMIT_OPTION_DEFAULT",
    )
    yield _found(given, block, new, (names, key))


def _found(
    given: Subject,
    block: Block,
    new: Node,
    columns: tuple[list[str], tuple[str, ...]],
) -> Found:
    names, key = columns
    source = block.sources[0]
    order = unique(source, names)
    indexes: tuple[IndexDefinition, ...] = ()
    if source.relation is not None:
        keys = (IndexKey(attribute=n) for n in dict.fromkeys((*names, *key)))
        indexes = (IndexDefinition(relation=source.relation.name, keys=tuple(keys)),)
    return Found(
        what="the keys of the page first, then its rows",
        pairs=((block.node, {"SelectStmt": new}),),
        conditions=(
            unique(source, key),
            not_volatile(given.setting, block.fields),
            *((order,) if order.holds else ()),
        ),
        semantics=Semantics.UNCHANGED if order.holds else Semantics.UNCHANGED_IF,
        caveats=() if order.holds else (_TIES,),
        indexes=indexes,
    )


def _renamed(given: Subject, block: Block, names: list[str]) -> bool:
    """Whether an output hides the column that ORDER BY seems to name."""
    for name, value in given.blocks.outputs(block) or []:
        use = given.blocks.column(value, block)
        if name in names and (use is None or use[1] != name):
            return True
    return False


def _is_page(given: Subject, block: Block, columns: set[str]) -> bool:
    """Whether nothing is selected but what an index on these columns has."""
    outputs = given.blocks.outputs(block)
    if outputs is None:
        return False
    uses = [given.blocks.column(value, block) for _name, value in outputs]
    return all(use and use[1] in columns for use in uses)


def _targets(given: Subject, block: Block, alias: str) -> list[Node] | None:
    """The select list with the table's name before each column and star."""
    found = []
    for item in block.fields.get("targetList", []):
        value = item["ResTarget"].get("val", {})
        parts = value.get("ColumnRef", {}).get("fields", [])
        if parts and "A_Star" in parts[-1]:
            star = {"ColumnRef": {"fields": [{"String": {"sval": alias}}, parts[-1]]}}
            found.append({"ResTarget": {**item["ResTarget"], "val": star}})
            continue
        named = qualified(item, block, given.blocks)
        if named is None:
            return None
        found.append(named)
    return found


RULE = Rule(slug="deferred_join", doc=__doc__, find=find, leaves_out=True)
