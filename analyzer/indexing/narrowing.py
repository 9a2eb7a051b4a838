"""Smaller indexes, or none, in place of chosen ones that are hardly better.

A search for the least cost takes any column that saves anything at all: INCLUDE for ten
rows that are read a thousand times a day, or a whole index for a flag that one row in
two thousand has. Such columns cost space, time of writers, and HOT updates (manual,
"Heap-Only Tuples"), so each has to earn its place. With a budget this is not asked:
space within it is free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.indexing.benefit import Configuration, sort_key
from analyzer.indexing.options import OptionTable, WeightedStatement
from analyzer.indexing.programme import IndexFacts
from analyzer.indexing.solver import is_in_the_way

MIN_EARNED_RATIO = 0.01
"""Of what an index saves: what it must save more than a smaller one."""

MAX_LOST_RATIO = 0.05
"""Of what a statement costs with the index: a share of what is saved may be many times
the little that is left, and a worth is a mean, in which one value's gain is thin."""

MAX_WORTH_PER_SPACE_RATIO = 1.5
"""What a statement is worth may grow so many times as much as the size shrinks; where
keys go that find its rows, so many times at all. What grows by less than the slack is
not asked."""

MIN_SAVED_RATIO = 0.005
"""Of what a statement costs beside the others: an index that saves less of each is not
worth its writers, however large the statements are. A worth is a mean over the values a
statement is asked with: 2% of it can be a prefix that costs eleven times as much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """What statements say of indexes, and the sizes and prices of these.

    ``slack`` is what one execution may lose of an index without a reason, in the
    measure of the search: about what it takes to fetch a few rows that are not covered.
    """

    table: OptionTable
    facts: Callable[[IndexDefinition], IndexFacts]
    slack: Callable[[IndexDefinition], float] = lambda _: 0.0

    def size_bytes(self, index: IndexDefinition) -> int:
        """Expected size."""
        return self.facts(index).size_bytes

    def known(
        self, items: Sequence[WeightedStatement], wanted: Configuration
    ) -> list[float]:
        """The worths of statements as far as known: never less than the true ones."""
        return [self.table.known_best(item, wanted) for item in items]

    def true(
        self, items: Sequence[WeightedStatement], wanted: Configuration
    ) -> list[float]:
        """The worths of statements by plans, for one execution of each."""
        answers = self.table.ask([(item, wanted) for item in items])
        return [worth for worth, _ in answers]

    def can_ask(self, items: Sequence[WeightedStatement]) -> bool:
        """Whether a look at each of some statements is left."""
        return self.table.can_ask(items)


def narrowed(
    chosen: Configuration, pool: Sequence[IndexDefinition], sizing: Sizing
) -> Configuration:
    """A set with smaller members wherever a larger one earns too little.

    Args:
        chosen: the set.
        pool: indexes that may stand in for its members.
        sizing: worths and sizes; true worths decide.
    """
    by_relation: dict[RelationName, list[IndexDefinition]] = {}
    for index in pool:
        by_relation.setdefault(index.relation, []).append(index)
    current = chosen
    for index in sorted(chosen, key=lambda i: (-sizing.size_bytes(i), sort_key(i))):
        if _is_needless(index, current, sizing):
            current -= {index}
            continue
        pool_of = by_relation.get(index.relation, ())
        others = [i for i in current if i.relation == index.relation and i != index]
        smaller = (
            small
            for small in _smaller(index, pool_of, sizing)
            if not any(is_in_the_way(small, member) for member in others)
        )
        other = _stand_in(index, smaller, current, sizing)
        if other is not None:
            current = (current - {index}) | {other}
    return current


def _is_needless(
    index: IndexDefinition, current: Configuration, sizing: Sizing
) -> bool:
    """Whether the rest of the set saves nearly all that it saves with this index.

    No statement may lose more than the slack, or than its share of what it saves and
    costs, or of what it costs beside the others. One that costs no more than twice the
    slack without it may lose the slack: a few pages less of a few are no reason to keep
    an index.
    """
    items, rest = sizing.table.concerned(index), current - {index}
    if not sizing.can_ask([*items, *items]):
        return False
    before = sizing.known(items, frozenset())
    now, without = sizing.true(items, current), sizing.true(items, rest)
    slack = sizing.slack(index)
    return all(
        c - b <= min(MIN_EARNED_RATIO * (a - b), MAX_LOST_RATIO * b)
        or c - b <= min(slack, (a - b) / 2)
        or c - b <= MIN_SAVED_RATIO * c
        or (c <= 2 * slack and c - b <= slack)
        for a, b, c in zip(before, now, without, strict=True)
    )


def _stand_in(
    index: IndexDefinition,
    smaller: Iterable[IndexDefinition],
    current: Configuration,
    sizing: Sizing,
) -> IndexDefinition | None:
    """The smallest that does nearly as well beside the rest of the set.

    Only statements that the index concerns are looked at: others cannot lose by it.
    """
    items, rest = sizing.table.concerned(index), current - {index}
    if not sizing.can_ask([*items, *items]):
        return None
    price = sizing.facts(index).price
    now, without = sizing.true(items, current), sizing.true(items, rest)
    saved = max(_sum(items, without) - _sum(items, now) - price, 0.0)
    worst = _sum(items, now) + price + MIN_EARNED_RATIO * saved
    for other in smaller:
        most = worst - sizing.facts(other).price
        wanted = rest | {other}
        is_hopeful = _sum(items, sizing.known(items, wanted)) <= most
        is_form = _is_form_of(other, index) or (other.predicate and not index.predicate)
        if not (is_hopeful or is_form) or not sizing.can_ask(items):
            continue
        then = sizing.true(items, wanted)
        shrinks = sizing.size_bytes(index) / max(sizing.size_bytes(other), 1)
        grows = MAX_WORTH_PER_SPACE_RATIO
        if other.predicate != index.predicate or len(other.keys) >= len(index.keys):
            grows *= shrinks
        if _sum(items, then) <= most and all(
            b <= max(a * grows, a + sizing.slack(index))
            for a, b in zip(now, then, strict=True)
        ):
            return other
    return None


def _sum(items: Sequence[WeightedStatement], worths: Sequence[float]) -> float:
    weighted = zip(items, worths, strict=True)
    return sum(item.weight * worth for item, worth in weighted)


def _smaller(
    index: IndexDefinition, pool: Sequence[IndexDefinition], sizing: Sizing
) -> Iterator[IndexDefinition]:
    """Those that take less space, or as much with fewer columns, the smallest first.

    One of some of the columns alone is never larger, whatever its estimate says.
    """

    def extent(item: IndexDefinition) -> tuple[int, int]:
        return sizing.size_bytes(item), len(item.keys) + len(item.include)

    found = [
        other
        for other in pool
        if extent(other) < extent(index) or _has_fewer_columns(other, index)
    ]
    yield from sorted(found, key=lambda item: (extent(item), sort_key(item)))


def _has_fewer_columns(narrow: IndexDefinition, wide: IndexDefinition) -> bool:
    same = narrow.method == wide.method and narrow.predicate == wide.predicate
    return same and _columns(narrow) < _columns(wide)


def _columns(index: IndexDefinition) -> frozenset[str]:
    keys = (key.attribute or key.expression for key in index.keys)
    return frozenset((*keys, *index.include))


def _is_form_of(narrow: IndexDefinition, wide: IndexDefinition) -> bool:
    """Whether it is the other without its last keys or without INCLUDE."""
    return (
        narrow.method == wide.method
        and narrow.predicate == wide.predicate
        and wide.keys[: len(narrow.keys)] == narrow.keys
        and set(narrow.include) <= set(wide.include)
    )
