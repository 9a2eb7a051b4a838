"""Stand-ins and bounds by seen sets, held against the same said plainly."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.indexing.seen_sets import SeenSets
from analyzer.indexing.stand_ins import STAND_INS_EACH, Group, Use, stand_ins

T = RelationName("public", "t")
WIDE = 70
"""More columns than a word of a machine has bits."""


def index(held: frozenset[int]) -> IndexDefinition:
    names = tuple(f"c{number}" for number in sorted(held))
    return IndexDefinition(relation=T, keys=(IndexKey(attribute="a"),), include=names)


_COLUMNS = st.frozensets(st.sampled_from([0, 1, 2, 3, 64, WIDE]), max_size=4)
_USES = st.lists(
    st.tuples(
        st.sampled_from(["one", "two", "three"]),
        _COLUMNS,
        st.integers(0, 50),
        st.integers(0, 1000),
    ),
    max_size=25,
)


def group_of(uses, others) -> Group:
    group = Group(columns=[f"c{number}" for number in range(WIDE + 1)])
    for held in (*(columns for _, columns, _, _ in uses), *others):
        found = index(held)
        group.held[found] = group.mask(found.include)
    group.uses = [
        Use(
            item=None,
            name=name,
            index=index(columns),
            held=group.held[index(columns)],
            rest=frozenset({number}),
            rest_bytes=rest_bytes,
            worth=float(worth),
            gain=100.0 - worth,
        )
        for number, (name, columns, worth, rest_bytes) in enumerate(uses)
    ]
    return group


def plainly(group: Group, wanted: IndexDefinition) -> set[int]:
    found = set()
    by_space = lambda use: -use.gain / (use.rest_bytes + 1) ** 0.5  # noqa: E731
    for rank in (lambda use: use.worth, by_space):
        counts: Counter[str] = Counter()
        for use in sorted(group.uses, key=rank):
            if set(use.index.include) <= set(wanted.include) and use.index != wanted:
                counts[use.name] += 1
                if counts[use.name] <= STAND_INS_EACH:
                    found.add(next(iter(use.rest)))
    return found


@given(_USES, st.lists(_COLUMNS, min_size=1, max_size=4))
def test_a_stand_in_holds_all_columns_of_the_best_uses(uses, others) -> None:
    group = group_of(uses, others)
    for wanted in group.held:
        found = [next(iter(use.rest)) for use, _ in stand_ins(group, [wanted])]
        assert len(found) == len(set(found))
        assert set(found) == plainly(group, wanted)


_SETS = st.frozensets(st.integers(0, 20), max_size=5)


@given(
    st.lists(st.tuples(_SETS, st.floats(0, 100)), max_size=12),
    st.lists(_SETS.filter(bool), max_size=6),
)
def test_the_worst_seen_set_that_holds_all_bounds_a_set(seen, wanted) -> None:
    masks = [(sum(1 << n for n in held), worth) for held, worth in seen]
    expected = [
        max((worth for held, worth in seen if one <= held), default=0.0)
        for one in wanted
    ]
    assert list(SeenSets(masks).leasts([sorted(one) for one in wanted])) == expected
