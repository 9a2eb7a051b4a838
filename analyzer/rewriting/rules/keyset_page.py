"""Continue after the last row seen instead of counting rows off with OFFSET.

Rule: OFFSET n produces and throws away n rows. A condition on the sort keys of the last
    row starts where the page starts.
Evidence: planner costs of the page by number and of the page after a row.
Semantics: changed: pages follow a row, not a number, and the caller passes its keys.
Silent when: the table has no NOT NULL key, a sort column may be NULL, or rows come from
    several tables, are grouped or sorted by an expression.
Source: Winand, "SQL Performance Explained", chapter 7, fetching the next page.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.recommendation import Semantics
from analyzer.domain.rewriting import Condition, Fact
from analyzer.rewriting.keyset import keyset_rewrite
from analyzer.rewriting.protocol import Found, Rule, Subject


def find(given: Subject) -> Iterator[Found]:
    """One, for a statement with ORDER BY, LIMIT and OFFSET on one table."""
    rewrite = keyset_rewrite(given.shape, given.catalog)
    if rewrite is None:
        return
    first = rewrite.first_parameter
    keys = ", ".join(f"${first + n} = {key}" for n, key in enumerate(rewrite.keys))
    proof = (
        "" if rewrite.nullable else "declared NOT NULL, with a unique key among them"
    )
    yield Found(
        what="OFFSET as a condition on the last row seen",
        query=rewrite.query,
        conditions=(
            Condition(
                fact=Fact.TOTAL_ORDER,
                claim=f"({', '.join(rewrite.keys)}) is a total order without NULLs",
                proof=proof,
            ),
        ),
        semantics=Semantics.CHANGED,
        caveats=(
            f"The caller passes {keys} of the last row it has; the first page leaves "
            "the condition out. There are no page numbers any more.",
        ),
        indexes=(rewrite.index,),
    )


RULE = Rule(slug="keyset_page", doc=__doc__, find=find)
