"""Leave out DISTINCT where the rows are distinct already.

Rule: DISTINCT sorts or hashes all rows. Where the select list holds a key of every
    table, or determines one, no two rows can be equal.
Evidence: planner costs of both texts.
Semantics: the same rows, by the keys named. DISTINCT may have given an order by chance;
    SQL promises none without ORDER BY.
Silent when: a table's key is neither selected nor fixed by an equality.
Source: PostgreSQL manual, "SELECT", DISTINCT; rewrites.md L4.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.rewriting import Condition, Fact
from analyzer.rewriting.block import Block, Use
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import SORTED, is_plain
from analyzer.rewriting.trees import changed
from analyzer.rewriting.uniqueness import is_unique

_CLAUSES = (*SORTED, "distinctClause")


def find(given: Subject) -> Iterator[Found]:
    """One for each DISTINCT, and each DISTINCT inside count() of a key."""
    for block in given.blocks:
        fields = block.fields
        if fields.get("distinctClause") != [{}] or not is_plain(block, _CLAUSES):
            continue
        uses = selected(given, block)
        reasons = is_unique(block, given.blocks, uses)
        if reasons:
            yield Found(
                what="DISTINCT left out",
                pairs=(
                    (block.node, {"SelectStmt": changed(fields, distinctClause=None)}),
                ),
                conditions=tuple(
                    Condition(
                        fact=Fact.UNIQUE,
                        claim="no two rows are equal",
                        proof=f"the select list determines it: {reason}",
                    )
                    for reason in reasons
                ),
            )


def selected(given: Subject, block: Block) -> set[Use]:
    """The own columns a select list gives bare."""
    found = set()
    for _, value in given.blocks.outputs(block) or []:
        use = given.blocks.column(value, block)
        if use is not None:
            found.add(use)
    return found


RULE = Rule(slug="distinct_on_key", doc=__doc__, find=find, leaves_out=True)
