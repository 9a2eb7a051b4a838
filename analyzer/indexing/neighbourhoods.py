"""A better set of indexes for known and guessed options, on a few tables at a time.

Large neighbourhood search (Shaw, "Using Constraint Programming and Local Search Methods
to Solve Vehicle Routing Problems", CP 1998): all that is chosen on other tables stays,
and the solver (:mod:`.solver`) finds the best for the rest of the budget on some. Such
a part is solved in a tenth of a second where the whole takes many, so far more options
can be weighed; and what a part changes can be verified by a few plans. It gives no
bound. Deterministic: which tables come together follows from a number.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.indexing.benefit import NOTHING, Configuration, sort_key
from analyzer.indexing.programme import IndexFacts, Offer, SetLimits
from analyzer.indexing.solver import Solution, relax, solve

MAX_OPEN = 400
"""Indexes that are chosen from at once, unless one table has more."""

MIN_GAIN_RATIO = 1e-7


def improve(
    offers: Sequence[Offer],
    facts: Mapping[IndexDefinition, IndexFacts],
    limits: SetLimits,
    start: Solution,
    free: Container[RelationName],
) -> Solution:
    """The best set that differs from ``start`` on some tables alone.

    Args:
        offers: the options of the statements.
        facts: of each index that may be chosen.
        limits: what the set may be.
        start: a set within the limits, with its worth by these options.
        free: the tables.
    """
    fixed = frozenset(i for i in start.chosen if i.relation not in free)
    own = {i: known for i, known in facts.items() if i.relation in free}
    found = solve(
        list(narrowed(offers, own.keys(), fixed)),
        own | {i: facts[i] for i in fixed},
        limits,
        start=start.chosen,
        fixed=fixed,
    )
    is_better = found.worth < start.worth - MIN_GAIN_RATIO * abs(start.worth)
    return found if is_better else start


def refine(
    offers: Sequence[Offer],
    facts: Mapping[IndexDefinition, IndexFacts],
    limits: SetLimits,
    start: Solution,
) -> Solution:
    """The best set of the members of ``start`` and what a relaxed programme takes.

    So tables compete for the budget that never are in one part (Danna, Rothberg and Le
    Pape, "Exploring relaxation induced neighborhoods", Mathematical Programming 2005).
    """
    support = relax(offers, facts, limits).support | start.chosen
    found = solve(
        list(narrowed(offers, support, NOTHING)),
        {index: facts[index] for index in support},
        limits,
        start=start.chosen,
    )
    is_better = found.worth < start.worth - MIN_GAIN_RATIO * abs(start.worth)
    return found if is_better else start


def part(indexes: Iterable[IndexDefinition], turn: int) -> frozenset[RelationName]:
    """Tables in an order that a number gives, as many as may be open at once."""
    sizes: dict[RelationName, int] = {}
    for index in sorted(indexes, key=sort_key):
        sizes[index.relation] = sizes.get(index.relation, 0) + 1
    chance = np.random.Generator(np.random.PCG64(turn))
    relations = list(sizes)
    free: set[RelationName] = set()
    count = 0
    for number in chance.permutation(len(relations)):
        count += sizes[relations[number]]
        if free and count > MAX_OPEN:
            break
        free.add(relations[number])
    return frozenset(free)


def narrowed(
    offers: Sequence[Offer], free: Collection[IndexDefinition], fixed: Configuration
) -> Iterator[Offer]:
    """The options that are left where some indexes are chosen and some are open."""
    for offer in offers:
        base = min(
            [offer.base, *(worth for used, worth in offer.options if used <= fixed)]
        )
        left: dict[Configuration, float] = {}
        for used, worth in offer.options:
            rest = used - fixed
            if worth < base and rest and all(index in free for index in rest):
                left.setdefault(rest, worth)
        yield replace(offer, base=base, options=tuple(left.items()))
