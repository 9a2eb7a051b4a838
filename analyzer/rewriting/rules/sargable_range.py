"""Say a condition on a computed value of the column itself.

Rule: a function, cast or sum around a column hides it from a B-tree and from partition
    pruning. Where types prove it, the same condition is written of the bare column.
Evidence: planner costs with the indexes that exist, or with a plain one on the column.
Semantics: the same rows; conditions on values, where types alone do not prove it.
Silent when: no form is exact, a column may be NULL where that matters, or a value is
    hidden behind a parameter that no log shows.
Source: PostgreSQL manual, "Indexes on Expressions"; Winand, "SQL Performance
    Explained", chapter 2.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.domain.recommendation import Semantics
from analyzer.domain.rewriting import Condition, Fact
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.sargable import sargable_rewrite


def find(given: Subject) -> Iterator[Found]:
    """All predicates of the text at once: they do not depend on each other."""
    rewrite = sargable_rewrite(given.shape, given.catalog, given.setting.known)
    if rewrite is None:
        return
    rules = dict.fromkeys(form.rule for form in rewrite.forms)
    conditions = tuple(
        Condition(fact=Fact.VALUES, claim=text, proof="accepted with the caveat")
        for text in rewrite.conditions
    )
    yield Found(
        what="; ".join(rules),
        query=rewrite.query,
        conditions=conditions,
        semantics=Semantics.UNCHANGED_IF if conditions else Semantics.UNCHANGED,
        caveats=tuple(f"The same rows only if {text}." for text in rewrite.conditions),
        indexes=tuple(
            dict.fromkeys(
                IndexDefinition(
                    relation=given.shape.uses[item.use].relation,
                    keys=(IndexKey(attribute=item.attribute),),
                )
                for item in rewrite.predicates
            )
        ),
    )


RULE = Rule(slug="sargable_range", doc=__doc__, find=find)
