"""Whether a constant in a statement belongs to its text, or to one execution of it.

``state = 'ready'`` of a queue is the same in every execution, and an index on those
rows alone is a hundredth of the size. ``depot_id = 7`` is what one execution happened
to ask for: an index on its rows serves no other. A file of statements shows both alike,
so this is what an index may be narrowed by:

* a constant beside bound parameters: who binds values writes into the text only what
  never changes (what logs show to be written alike in every execution counts too);
* in a text without parameters, a rare value of a column with few and uneven values,
  as states and kinds are: keys of other tables, days and numbers are spread evenly.
  Not where the workload holds the same statement with another value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from analyzer.domain.catalog import Attribute
from analyzer.domain.index import RelationName
from analyzer.statements.facts import PredicateKind, SideKind, StatementShape

MAX_PARTIAL_VALUES = 100
"""Different values of a column at most that one of them may be in a predicate: a state
or a kind. One of many values is that of this execution; the next has another."""

MAX_RARE_RATIO = 0.1
"""Share of the rows with a value at most, for it to be rare."""

_UNEVEN_FACTOR = 2.0
"""Times that a share is above or below an even one; samples of 30,000 rows show shares
of a hundredth within a fifth."""

Column: TypeAlias = tuple[RelationName, str]
_Form: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstantEvidence:
    """What is known of the constants of one statement.

    Attributes:
        is_bound: the statement binds its values, so constants belong to the text.
        varying: columns that the same statement compares with other constants too.
    """

    is_bound: bool = True
    varying: frozenset[Column] = frozenset()

    def max_rows_ratio(self, relation: RelationName, attribute: Attribute) -> float:
        """Share of the rows at most that an index on one value may hold; 0 for none."""
        distinct = attribute.n_distinct or 0.0
        if not 0 < distinct <= MAX_PARTIAL_VALUES:
            return 0.0
        if self.is_bound:
            return 1.0
        if (relation, attribute.name) in self.varying or not is_uneven(attribute):
            return 0.0
        return min(MAX_RARE_RATIO, 1.0 / (_UNEVEN_FACTOR * distinct))


TEXT_CONSTANTS = ConstantEvidence()
"""Of a statement whose constants are known to belong to its text."""


def is_uneven(attribute: Attribute) -> bool:
    """Whether some of a column's few values are far more frequent than others."""
    distinct, known = attribute.n_distinct or 0.0, attribute.most_common_freqs
    if distinct < 2:
        return False
    even = (1.0 - (attribute.null_frac or 0.0)) / distinct
    rest = distinct - len(known)
    shares = list(known)
    if rest >= 1:
        shares.append(max(even * distinct - sum(known), 0.0) / rest)
    return max(shares) >= even * _UNEVEN_FACTOR or min(shares) <= even / _UNEVEN_FACTOR


def varying_constants(
    shapes: Iterable[StatementShape],
) -> dict[_Form, frozenset[Column]]:
    """By the form of a statement, the columns it compares with several constants."""
    seen: dict[_Form, dict[Column, set[str]]] = {}
    for shape in shapes:
        values = seen.setdefault(form(shape), {})
        for use in shape.uses:
            for item in use.predicates:
                is_compared = item.kind is PredicateKind.EQUALITY
                if is_compared and item.other.kind is SideKind.CONSTANT:
                    column = (use.relation, item.attribute)
                    values.setdefault(column, set()).add(item.other.value or "")
    return {
        known: frozenset(column for column, found in values.items() if len(found) > 1)
        for known, values in seen.items()
    }


def form(shape: StatementShape) -> _Form:
    """What is left of a statement without its constants."""
    return tuple(
        (
            use.relation,
            tuple((p.attribute, p.kind, p.operator) for p in use.predicates),
            use.order_by,
            use.group_by,
            use.attributes,
        )
        for use in shape.uses
    )
