"""Turn NOT IN (SELECT …) into NOT EXISTS where nothing can be NULL.

Rule: PostgreSQL before 19 has no anti-join for NOT IN: beyond work_mem the list is read
    again for every row. NOT EXISTS is an anti-join at any size.
Evidence: planner costs of both texts.
Semantics: the same rows, as neither column can be NULL; each is proved on its own.
Silent when: the subquery limits, groups or sorts, or the server plans it itself.
Source: PostgreSQL manual, "Subquery Expressions"; PostgreSQL wiki, "Don't Do This".
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.rewriting import Condition, Fact
from analyzer.rewriting.not_in import Side, not_in_rewrites
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.statements.identifiers import quote_identifier, quote_relation


def find(given: Subject) -> Iterator[Found]:
    """One for each NOT IN with plain columns on both sides."""
    for rewrite in not_in_rewrites(given.shape, given.catalog):
        yield Found(
            what=f"NOT IN for {rewrite.outer} as NOT EXISTS",
            query=rewrite.query,
            conditions=(_not_null(rewrite.outer), _not_null(rewrite.inner)),
        )


def _not_null(side: Side) -> Condition:
    ddl = ""
    if not side.use.nullable:
        ddl = (
            f"ALTER TABLE {quote_relation(side.use.relation)} "
            f"ALTER COLUMN {quote_identifier(side.attribute)} SET NOT NULL;"
        )
    return Condition(
        fact=Fact.NOT_NULL,
        claim=f"{side.use.alias}.{side.attribute} is never NULL",
        proof=side.proof,
        ddl="" if side.proof else ddl,
        relation=side.use.relation,
        columns=(side.attribute,),
    )


RULE = Rule(slug="not_in", doc=__doc__, find=find, planned_from=190000)
