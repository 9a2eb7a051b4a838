"""Where the groups of a table can be had without reading all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.domain.catalog import Relation
from analyzer.domain.rewriting import Condition, Fact
from analyzer.rewriting.block import Source
from analyzer.rewriting.conditions import INTEGER_RANGES, type_of
from analyzer.rewriting.protocol import Subject
from analyzer.rewriting.selects import fresh_alias
from analyzer.rewriting.trees import column, subselect
from analyzer.statements.identifiers import quote_identifier, quote_relation
from analyzer.statements.parse import Node, parse_one

MAX_GROUP_RATIO = 0.05
"""Groups in relation to rows up to which jumping from group to group may pay."""

EXACT_TYPES = frozenset(
    {
        *INTEGER_RANGES,
        *("date", "timestamp without time zone", "timestamp with time zone", "uuid"),
    }
)
"""Types whose equal values are the same in every way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """A FROM item with one row for each group, and the column that is its key."""

    what: str
    node: Node
    key: Node
    conditions: tuple[Condition, ...]


def groups_of(given: Subject, source: Source, name: str) -> Iterator[Groups]:
    """Every place the values of a NOT NULL column of a table can be had from."""
    relation = source.relation
    attribute = relation.attribute(name) if relation else None
    if relation is None or attribute is None:
        return
    not_null = Condition(
        fact=Fact.NOT_NULL,
        claim=f"{source.alias}.{name} is never NULL",
        proof=f"{relation.name}.{name} is declared NOT NULL"
        if attribute.not_null
        else "",
        ddl=""
        if attribute.not_null
        else f"ALTER TABLE {quote_relation(relation.name)} "
        f"ALTER COLUMN {quote_identifier(name)} SET NOT NULL;",
        relation=relation.name,
        columns=(name,),
    )
    alias = fresh_alias(given.tree, "groups")
    yield from _parents(given, relation, name, alias, not_null)
    if is_sparse(relation, name):
        yield Groups(
            what=f"groups found by jumping along an index on {name}",
            node=_loose(relation, name, alias),
            key=column(alias, name),
            conditions=(not_null,),
        )


def _parents(
    given: Subject, relation: Relation, name: str, alias: str, not_null: Condition
) -> Iterator[Groups]:
    for key in relation.foreign_keys:
        parent = given.catalog.find(key.referenced)
        if key.attributes != (name,) or not key.is_dependable or parent is None:
            continue
        (shown,) = key.referenced_attributes
        if type_of(parent, shown) != type_of(relation, name):
            continue
        table = {
            "schemaname": key.referenced.schema,
            "relname": key.referenced.name,
            "inh": True,
            "relpersistence": "p",
            "alias": {"aliasname": alias},
        }
        item: Node = {"RangeVar": table}
        yield Groups(
            what=f"groups taken from {key.referenced}",
            node=item,
            key=column(alias, shown),
            conditions=(
                not_null,
                Condition(
                    fact=Fact.FOREIGN_KEY,
                    claim=f"{key.referenced} has a row for each group",
                    proof=f"foreign key {key.name or 'of ' + str(relation.name)} "
                    "is validated",
                    relation=relation.name,
                    columns=(name,),
                    referenced=key.referenced,
                    referenced_columns=key.referenced_attributes,
                ),
            ),
        )


def is_sparse(relation: Relation, name: str) -> bool:
    """Whether a column is known to have few values of a type without surprises."""
    attribute = relation.attribute(name)
    if attribute is None or attribute.n_distinct is None or relation.reltuples <= 0:
        return False
    if attribute.type_name not in EXACT_TYPES:
        return False
    count = attribute.n_distinct
    groups = count if count >= 0 else -count * relation.reltuples
    return 0 < groups <= relation.reltuples * MAX_GROUP_RATIO


def loose_query(relation: Relation, name: str) -> str:
    """The values of a column but NULL, by jumping from one to the next.

    Both names are the catalog's, quoted; ``steps`` hides nothing inside.
    """
    table, found = quote_relation(relation.name), quote_identifier(name)
    return (
        "WITH RECURSIVE steps AS ("
        f"(SELECT t.{found} FROM {table} AS t WHERE t.{found} IS NOT NULL "
        f"ORDER BY t.{found} LIMIT 1) UNION ALL "
        f"SELECT (SELECT t.{found} FROM {table} AS t WHERE t.{found} > steps.{found} "
        f"ORDER BY t.{found} LIMIT 1) FROM steps WHERE steps.{found} IS NOT NULL) "
        f"SELECT steps.{found} FROM steps WHERE steps.{found} IS NOT NULL"
    )


def _loose(relation: Relation, name: str, alias: str) -> Node:
    return subselect(parse_one(loose_query(relation, name)).fields, alias)
