"""The best set of indexes for known options, and what a relaxed programme says of it.

The programme is in :mod:`.programme`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.indexing.benefit import NOTHING, Configuration
from analyzer.indexing.definition import is_prefix_of
from analyzer.indexing.guesses import Guessed
from analyzer.indexing.options import OptionTable
from analyzer.indexing.programme import (
    IndexFacts,
    Offer,
    SetLimits,
    answer,
    as_lp,
    programme,
)

_TINY = 1e-6
MIN_SHARE = 0.05
"""An index of which the relaxed programme takes less is no start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """The set chosen, its worth by the known options, and the solver's bound.

    ``support`` are the indexes that a relaxed programme takes any part of.
    """

    chosen: Configuration
    worth: float
    bound: float
    support: Configuration = NOTHING


def offers_of(
    table: OptionTable,
    facts: Mapping[IndexDefinition, IndexFacts],
    guessed: Guessed | None = None,
) -> list[Offer]:
    """The options of the indexes in ``facts``, and those that no plan has shown yet."""
    guesses = guessed or {}
    return [
        Offer(
            weight=item.weight,
            base=table.base(item),
            options=[
                option
                for option in table.frontier(item).with_guesses(
                    guesses.get(item.fingerprint, {})
                )
                if facts.keys() >= option[0]
            ],
        )
        for item in table.statements
    ]


def worths_of(offers: Sequence[Offer], chosen: Configuration) -> list[float]:
    """What each statement is worth under a set by the options, weighted."""
    return [
        offer.weight
        * next((worth for used, worth in offer.options if used <= chosen), offer.base)
        for offer in offers
    ]


def solve(
    offers: Sequence[Offer],
    facts: Mapping[IndexDefinition, IndexFacts],
    limits: SetLimits,
    *,
    start: Configuration = NOTHING,
    fixed: Configuration = NOTHING,
) -> Solution:
    """Choose among the indexes of ``facts``, by options of these.

    Args:
        offers: the options of the statements.
        facts: of each index that may be chosen.
        limits: what the set may be.
        start: a set within the limits that is known already; the answer is no worse.
        fixed: part of ``start`` that must be chosen.
    """
    problem = programme(offers, facts, limits)
    indexes = problem.indexes
    values = [1.0 if index in start else 0.0 for index in indexes]
    for offer in offers:
        values += _taken(offer.options, start)
    lower = np.zeros(len(values))
    lower[: len(indexes)] = [1.0 if index in fixed else 0.0 for index in indexes]
    known = np.array(values)
    if not values:
        return Solution(chosen=NOTHING, worth=problem.constant, bound=problem.constant)
    lp = as_lp(problem, lower)
    found, bound = answer(lp, known)
    if found is None:
        found, bound = answer(lp, None)
    found = known if found is None else found
    chosen = frozenset(i for n, i in enumerate(indexes) if found[n] > 0.5)
    worth = problem.constant + float(np.dot(problem.costs, found))
    return Solution(chosen=chosen, worth=worth, bound=problem.constant + bound)


def relax(
    offers: Sequence[Offer],
    facts: Mapping[IndexDefinition, IndexFacts],
    limits: SetLimits,
) -> Solution:
    """A set from the shares that indexes have if parts of them could be built.

    That is a linear programme: its bound holds for whole indexes too, and it takes a
    small part of the time. The set is a start for better ones; its worth is by options.
    """
    problem = programme(offers, facts, limits)
    if not problem.costs:
        return Solution(chosen=NOTHING, worth=problem.constant, bound=problem.constant)
    lp = as_lp(problem, np.zeros(len(problem.costs)))
    lp.integrality_ = []
    shares, bound = answer(lp, None)
    if shares is None:
        shares = np.zeros(len(problem.costs))
    chosen: set[IndexDefinition] = set()
    for position in np.argsort(-shares[: len(problem.indexes)], kind="stable"):
        index = problem.indexes[position]
        if shares[position] < MIN_SHARE:
            break
        if _is_allowed({*chosen, index}, facts, limits) and not any(
            is_in_the_way(index, other)
            for other in chosen
            if other.relation == index.relation
        ):
            chosen.add(index)
    found = frozenset(chosen)
    worth = sum(worths_of(offers, found)) + sum(facts[index].price for index in found)
    return Solution(
        chosen=found,
        worth=worth,
        bound=problem.constant + bound,
        support=frozenset(
            i for n, i in enumerate(problem.indexes) if shares[n] > _TINY
        ),
    )


def _is_allowed(
    wanted: Collection[IndexDefinition],
    facts: Mapping[IndexDefinition, IndexFacts],
    limits: SetLimits,
) -> bool:
    written: dict[RelationName, float] = {}
    for index in wanted:
        ratio = facts[index].write_overhead_ratio
        written[index.relation] = written.get(index.relation, 0.0) + ratio
    size = sum(facts[index].size_bytes for index in wanted)
    return (
        (limits.budget_bytes is None or size <= limits.budget_bytes)
        and (limits.max_indexes is None or len(wanted) <= limits.max_indexes)
        and (
            limits.write_overhead_ratio is None
            or max(written.values()) <= limits.write_overhead_ratio
        )
    )


def _taken(
    offered: Sequence[tuple[Configuration, float]], start: Configuration
) -> list[float]:
    """Which option a statement takes under a set: the first that it can have."""
    taken = next((n for n, (used, _) in enumerate(offered) if used <= start), -1)
    return [1.0 if number == taken else 0.0 for number in range(len(offered))]


def is_in_the_way(one: IndexDefinition, other: IndexDefinition) -> bool:
    """Whether the keys of one lead those of the other: both are one too many."""
    return is_prefix_of(one, other) or is_prefix_of(other, one)
