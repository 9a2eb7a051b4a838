"""Smaller indexes in place of chosen ones that are hardly better.

A search for the least cost takes any column that saves anything at all: INCLUDE for ten
rows that are read a thousand times a day, or a whole index for a flag that one row in
two thousand has. Such columns cost space, time of writers, and HOT updates (manual,
"Heap-Only Tuples"), so each has to earn its place. With a budget this is not asked:
space within it is free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from analyzer.domain.index import IndexDefinition
from analyzer.indexing.benefit import Configuration, sort_key
from analyzer.indexing.options import OptionTable
from analyzer.indexing.solver import IndexFacts

MIN_EARNED_RATIO = 0.01
"""Of what an index saves: what it must save more than a smaller one."""

MAX_COST_PER_SPACE_RATIO = 4.0
"""What a statement is worth may grow so many times as much as the size shrinks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """What statements say of indexes, and the sizes and prices of these."""

    table: OptionTable
    facts: Callable[[IndexDefinition], IndexFacts]

    def size_bytes(self, index: IndexDefinition) -> int:
        """Expected size."""
        return self.facts(index).size_bytes

    def known_total(self, wanted: Configuration) -> float:
        """The worth of the workload as far as known: never less than the true one."""
        known = self.table.known_best
        return self._total(wanted, [known(i, wanted) for i in self.table.statements])

    def worths(self, wanted: Configuration) -> tuple[list[float], float]:
        """The true worth of each statement, by plans, and of all with what writers pay.

        Worths of statements are for one execution, in the measure of the search.
        """
        asked = [(item, wanted) for item in self.table.statements]
        found = [worth for worth, _ in self.table.ask(asked)]
        return found, self._total(wanted, found)

    def _total(self, wanted: Configuration, worths: Sequence[float]) -> float:
        weighted = zip(self.table.statements, worths, strict=True)
        prices = sum(self.facts(index).price for index in wanted)
        return prices + sum(item.weight * worth for item, worth in weighted)

    @property
    def can_ask(self) -> bool:
        """Whether a look at a whole set and one more are left."""
        return self.table.worths.kept >= 2 * len(self.table.statements)


def narrowed(
    chosen: Configuration, pool: Sequence[IndexDefinition], sizing: Sizing
) -> Configuration:
    """A set with smaller members wherever a larger one earns too little.

    Args:
        chosen: the set.
        pool: indexes that may stand in for its members.
        sizing: worths and sizes; true worths decide.
    """
    current = chosen
    for index in sorted(chosen, key=lambda i: (-sizing.size_bytes(i), sort_key(i))):
        if not sizing.can_ask:
            break
        rest = current - {index}
        now, total = sizing.worths(current)
        saved = max(sizing.worths(rest)[1] - total, 0.0)
        worst = total + MIN_EARNED_RATIO * saved
        for other in _smaller(index, pool, sizing):
            wanted = rest | {other}
            is_form = _is_form_of(other, index)
            if not sizing.can_ask:
                break
            if not (is_form or sizing.known_total(wanted) <= worst):
                continue
            then, total = sizing.worths(wanted)
            shrinks = sizing.size_bytes(index) / max(sizing.size_bytes(other), 1)
            most = MAX_COST_PER_SPACE_RATIO * shrinks
            grows = any(b > a * most for a, b in zip(now, then, strict=True))
            if total <= worst and not grows:
                current = wanted
                break
    return current


def _smaller(
    index: IndexDefinition, pool: Sequence[IndexDefinition], sizing: Sizing
) -> Iterator[IndexDefinition]:
    """Indexes of the same table that take less space, the smallest first."""
    most = sizing.size_bytes(index)
    found = [
        other
        for other in pool
        if other.relation == index.relation and sizing.size_bytes(other) < most
    ]
    yield from sorted(found, key=lambda i: (sizing.size_bytes(i), sort_key(i)))


def _is_form_of(narrow: IndexDefinition, wide: IndexDefinition) -> bool:
    """Whether it is the other without its last keys or without INCLUDE."""
    return (
        narrow.method == wide.method
        and narrow.predicate == wide.predicate
        and wide.keys[: len(narrow.keys)] == narrow.keys
        and set(narrow.include) <= set(wide.include)
    )
