"""Turn LEFT JOIN … WHERE x IS NULL into NOT EXISTS where it is an anti-join.

Rule: the planner sees an anti-join only if the column tested for NULL is the joined
    column. Tested on another column that is NOT NULL, all pairs are joined first.
Evidence: planner costs of both texts.
Semantics: the same rows: a NOT NULL column is NULL only where no row was joined.
Silent when: the column may be NULL in its table, or the joined table is named anywhere
    else.
Source: PostgreSQL sources, ``reduce_outer_joins``; rewrites.md A3.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.catalog import Relation
from analyzer.domain.rewriting import Condition, Fact
from analyzer.rewriting.block import Block, Source
from analyzer.rewriting.conditions import is_not_null
from analyzer.rewriting.proofs import not_volatile
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import qualified, used_elsewhere, where
from analyzer.rewriting.trees import changed, conjuncts, exists, negated, select, target
from analyzer.statements.identifiers import quote_identifier, quote_relation
from analyzer.statements.parse import Node


def find(given: Subject) -> Iterator[Found]:
    """One for each ``IS NULL`` on a column of a left-joined table."""
    for block in given.blocks.selects:
        for item in conjuncts(block.fields.get("whereClause")):
            test = item.get("NullTest", {})
            use = given.blocks.column(test.get("arg"), block)
            if test.get("nulltesttype") == "IS_NULL" and use is not None:
                yield from _anti_join(given, block, item, use)


def _anti_join(
    given: Subject, block: Block, item: Node, use: tuple[Source, str]
) -> Iterator[Found]:
    source, name = use
    joined = left_join(block, source)
    if joined is None or source.relation is None:
        return
    clause, quals = joined
    condition = qualified(quals, block, given.blocks)
    elsewhere = used_elsewhere(block, given.blocks, source, [item, quals])
    if condition is None or elsewhere is not False:
        return
    one = [target({"A_Const": {"ival": {"ival": 1}}})]
    inner = exists(select(one, [source.node], whereClause=condition))
    rest = [
        other for other in conjuncts(block.fields["whereClause"]) if other is not item
    ]
    new = changed(
        block.fields, fromClause=clause, whereClause=where([*rest, negated(inner)])
    )
    yield Found(
        what=f"LEFT JOIN of {source.alias} with IS NULL as NOT EXISTS",
        pairs=((block.node, {"SelectStmt": new}),),
        conditions=(
            declared_not_null(source.relation, source.alias, name),
            not_volatile(given.setting, quals),
        ),
    )


def declared_not_null(relation: Relation, alias: str, name: str) -> Condition:
    """A column is never NULL in the table itself, whatever a join makes of it."""
    holds = is_not_null(relation, name)
    place = quote_relation(relation.name)
    return Condition(
        fact=Fact.NOT_NULL,
        claim=f"{alias}.{name} is never NULL in its table",
        proof=f"{place}.{name} is declared NOT NULL" if holds else "",
        ddl=""
        if holds
        else f"ALTER TABLE {place} ALTER COLUMN {quote_identifier(name)} SET NOT NULL;",
        relation=relation.name,
        columns=(name,),
    )


def left_join(block: Block, source: Source) -> tuple[list[Node], Node] | None:
    """FROM without a left-joined table, and its ON clause.

    Only where every join above keeps the rows of this join as they are.
    """
    for number, item in enumerate(block.fields["fromClause"]):
        found = _cut(item, source.node)
        if found is not None:
            rest, quals = found
            items = block.fields["fromClause"]
            return [*items[:number], rest, *items[number + 1 :]], quals
    return None


def _cut(item: Node, node: Node) -> tuple[Node, Node] | None:
    fields = item.get("JoinExpr")
    if fields is None:
        return None
    kind = fields.get("jointype", "JOIN_INNER")
    if kind == "JOIN_LEFT" and fields["rarg"] is node:
        return fields["larg"], fields["quals"]
    if kind in ("JOIN_INNER", "JOIN_LEFT"):
        found = _cut(fields["larg"], node)
        if found is not None:
            return {"JoinExpr": {**fields, "larg": found[0]}}, found[1]
    return None


RULE = Rule(slug="left_join_is_null", doc=__doc__, find=find, leaves_out=True)
