"""Write a grouped or windowed view's query where the view is named.

Rule: a view that groups or numbers rows is worked out whole, like a subquery of the
    same text. As a subquery it is open to other rules: a join with few rows can be told
    to it (``lateral_subquery``), a condition on a group key moved into it.
Evidence: planner costs of both texts; alone it changes no plan and is not offered.
Semantics: the same rows: it is what PostgreSQL does with the view's name.
Silent when: the view neither groups nor numbers rows (then the planner opens it), its
    text is not known, it is a security barrier, the query renames its columns or locks
    rows.
Source: PostgreSQL manual, "Views and the Rule System"; rewrites.md N2.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.rewriting import Condition, Fact
from analyzer.errors import AnalyzerError
from analyzer.rewriting.block import Block, Source
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.trees import exchanged, subselect
from analyzer.statements.parse import Node, has_field, parse_one
from analyzer.statements.plain_tree import plain

_RIGHTS = (
    "The tables of the view are then read with the caller's own rights and row "
    "security, not with those of the view's owner."
)


def find(given: Subject) -> Iterator[Found]:
    """One for each view that a SELECT names."""
    if has_field(given.tree, "lockingClause"):
        return
    for block in given.blocks.selects:
        for source in block.sources:
            query = _query(given, source)
            if query is not None:
                yield _found(block, source, query)


def _query(given: Subject, source: Source) -> Node | None:
    """The fields of the SELECT that a source's view stands for."""
    relation = source.relation
    text = given.setting.views.get(relation.name) if relation is not None else None
    if text is None:
        return None
    try:
        tree = parse_one(text).tree
    except AnalyzerError:
        return None
    fields: Node | None = plain(tree).get("SelectStmt")
    if fields is None:
        return None
    numbers = has_field(fields.get("targetList", []), "over")
    return fields if numbers or "groupClause" in fields else None


def _found(block: Block, source: Source, query: Node) -> Found:
    relation = source.relation
    opened = subselect(query, source.alias)
    clause = exchanged(block.fields["fromClause"], [(source.node, opened)])
    return Found(
        what=f"the text of the view {source.alias}",
        pairs=((block.node, {"SelectStmt": {**block.fields, "fromClause": clause}}),),
        conditions=(
            Condition(
                fact=Fact.VALUES,
                claim=f"the view {source.alias} has the text that was read",
                proof="pg_get_viewdef, as the database had it then",
                relation=relation.name if relation is not None else None,
            ),
        ),
        caveats=(_RIGHTS,),
    )


RULE = Rule(slug="opened_view", doc=__doc__, find=find)
