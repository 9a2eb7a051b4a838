"""Choosing one set of indexes: the solver, merging, and what excludes what."""

from __future__ import annotations

from itertools import combinations
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.indexing.definition import is_prefix_of, key_path
from analyzer.indexing.explore import halves, merge
from analyzer.indexing.neighbourhoods import improve, narrowed, part, refine
from analyzer.indexing.options import Frontier, OptionTable
from analyzer.indexing.programme import IndexFacts, Offer, SetLimits
from analyzer.indexing.solver import (
    Solution,
    is_in_the_way,
    offers_of,
    relax,
    solve,
    worths_of,
)

T = RelationName("public", "t")


def index(*keys: str, include: tuple[str, ...] = ()) -> IndexDefinition:
    return IndexDefinition(
        relation=T,
        keys=tuple(IndexKey(attribute=name) for name in keys),
        include=include,
    )


class Table:
    """Options by hand, in place of those a planner told."""

    def __init__(self, options: dict[str, dict[frozenset[IndexDefinition], float]]):
        self._options = options
        self.statements = [Statement(name) for name in options]

    def options(self, item):
        return self._options[item.fingerprint]

    def base(self, item):
        return self._options[item.fingerprint][frozenset()]

    def known_best(self, item, wanted):
        return min(w for used, w in self.options(item).items() if used <= wanted)

    def frontier(self, item):
        return Frontier(self.options(item), self.base(item))


class Statement:
    weight = 1.0

    def __init__(self, fingerprint: str) -> None:
        self.fingerprint = fingerprint


A, B, AB, C = index("a"), index("b"), index("a", "b"), index("c")
FACTS = {
    A: IndexFacts(size_bytes=10),
    B: IndexFacts(size_bytes=10),
    AB: IndexFacts(size_bytes=15),
    C: IndexFacts(size_bytes=60),
}
TABLE = Table(
    {
        "one": {frozenset(): 100.0, frozenset({A}): 50.0, frozenset({AB}): 20.0},
        "two": {frozenset(): 100.0, frozenset({B}): 40.0, frozenset({A, B}): 10.0},
        "three": {frozenset(): 200.0, frozenset({C}): 20.0},
    }
)
OFFERS = offers_of(TABLE, FACTS)


def brute_force(limits: SetLimits) -> float:
    least = float("inf")
    for count in range(len(FACTS) + 1):
        for chosen in combinations(FACTS, count):
            size = sum(FACTS[item].size_bytes for item in chosen)
            if limits.budget_bytes is not None and size > limits.budget_bytes:
                continue
            if limits.max_indexes is not None and count > limits.max_indexes:
                continue
            if any(is_in_the_way(x, y) for x, y in combinations(chosen, 2)):
                continue
            worth = sum(
                TABLE.known_best(item, frozenset(chosen)) for item in TABLE.statements
            )
            least = min(least, worth + sum(FACTS[item].price for item in chosen))
    return least


@given(
    st.one_of(st.none(), st.integers(0, 100)), st.one_of(st.none(), st.integers(0, 4))
)
def test_the_solver_finds_the_best_set(budget, most) -> None:
    limits = SetLimits(budget_bytes=budget, max_indexes=most)
    found = solve(OFFERS, FACTS, limits)
    assert abs(found.worth - brute_force(limits)) < 1e-6
    assert found.bound <= found.worth + 1e-6


def test_writers_are_heard() -> None:
    dear = {**FACTS, C: IndexFacts(size_bytes=60, price=190.0)}
    assert C not in solve(OFFERS, dear, SetLimits()).chosen
    written = {**FACTS, C: IndexFacts(size_bytes=60, write_overhead_ratio=0.5)}
    assert C not in solve(OFFERS, written, SetLimits(write_overhead_ratio=0.4)).chosen
    assert C in solve(OFFERS, written, SetLimits(write_overhead_ratio=0.6)).chosen


def test_a_start_that_is_known_is_never_lost() -> None:
    start = frozenset({AB, B, C})
    found = solve(OFFERS, FACTS, SetLimits(budget_bytes=85), start=start)
    assert found.worth <= sum(TABLE.known_best(i, start) for i in TABLE.statements)


_KEYS = st.lists(
    st.builds(IndexKey, attribute=st.sampled_from("abc"), descending=st.booleans()),
    min_size=1,
    max_size=3,
)


@given(_KEYS, _KEYS)
def test_paths_tell_which_keys_lead(one, other) -> None:
    left = IndexDefinition(relation=T, keys=tuple(one))
    right = IndexDefinition(relation=T, keys=tuple(other))
    path, longer = key_path(left), key_path(right)
    assert is_prefix_of(left, right) == (path == longer[: len(path)])


def test_merging_keeps_all_columns() -> None:
    merged = merge(index("a", include=("x",)), index("a", "b", include=("y",)))
    assert merged == index("a", "b", include=("x", "y"))
    assert merge(index("a"), index("a", "b")) is None  # the longer one is both
    assert merge(index("b"), index("a", "b")) is None


def test_halves_part_the_candidates() -> None:
    for bit in range(8):
        one, other = halves([A, B, AB, C], bit)
        assert one | other == {A, B, AB, C}
        assert not one & other


U = RelationName("public", "u")
D = IndexDefinition(relation=U, keys=(IndexKey(attribute="d"),))


def test_a_part_is_chosen_beside_what_stays() -> None:
    facts = {**FACTS, D: IndexFacts(size_bytes=30)}
    offers = [*OFFERS, Offer(weight=1.0, base=90.0, options=[(frozenset({D}), 0.0)])]
    limits = SetLimits(budget_bytes=75)
    chosen = frozenset({D, A})
    start = Solution(
        chosen=chosen, worth=sum(worths_of(offers, chosen)), bound=float("-inf")
    )
    assert start.worth == 350.0
    found = improve(offers, facts, limits, start, {T})
    # C saves more than D and A, but D is on a table that stays.
    assert found.chosen in ({D, AB, B}, {D, A, B})  # worth the same
    assert found.worth == sum(worths_of(offers, found.chosen)) == 260.0
    assert improve(offers, facts, limits, start, {U}) == start
    assert C in improve(offers, facts, limits, start, {T, U}).chosen


@given(st.one_of(st.none(), st.integers(0, 100)))
def test_a_relaxed_programme_bounds_every_set(budget) -> None:
    limits = SetLimits(budget_bytes=budget)
    relaxed = relax(OFFERS, FACTS, limits)
    best = brute_force(limits)
    assert relaxed.bound <= best + 1e-6
    assert best <= relaxed.worth + 1e-6
    assert sum(FACTS[item].size_bytes for item in relaxed.chosen) <= (budget or 1e9)
    assert not any(is_in_the_way(x, y) for x, y in combinations(relaxed.chosen, 2))
    refined = refine(OFFERS, FACTS, limits, relaxed)
    assert best - 1e-6 <= refined.worth <= relaxed.worth + 1e-6


def test_what_stays_counts_in_the_options_that_are_left() -> None:
    two = next(o for o in OFFERS if any({A, B} == used for used, _ in o.options))
    (left,) = narrowed([two], {A}, frozenset({B}))
    assert left.base == 40.0
    assert left.options == ((frozenset({A}), 10.0),)


def test_parts_come_to_all_tables_in_turn() -> None:
    names = [RelationName("public", f"t{number}") for number in range(9)]
    indexes = [
        IndexDefinition(relation=name, keys=(IndexKey(attribute=f"c{n}"),))
        for name in names
        for n in range(100)
    ]
    seen = [part(indexes, turn) for turn in range(30)]
    assert frozenset().union(*seen) == set(names)
    assert {len(one) for one in seen} == {4}
    assert part(indexes, 3) == part(indexes[::-1], 3)


class Worths:
    """Answers as many questions as it is let."""

    def __init__(self, remaining: int, sets: int) -> None:
        self.remaining = remaining
        self._sets = sets

    def sets(self, subject) -> int:
        return self._sets

    def of(self, questions):
        return [(1.0, frozenset())] * len(questions)


def test_no_more_is_asked_than_is_left() -> None:
    table = OptionTable([], Worths(remaining=7, sets=3))
    item = SimpleNamespace(prepared=SimpleNamespace(subject=None))
    asked = [(item, frozenset({A}))] * 5
    assert len(table.some(asked, 100)) == 2
    assert len(table.some(asked, 1)) == 1
