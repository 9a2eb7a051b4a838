"""Which options of a statement are worth a place in a programme."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.indexing.options import Frontier

T = RelationName("public", "t")
INDEXES = [
    IndexDefinition(relation=T, keys=(IndexKey(attribute=name),)) for name in "abcd"
]
SETS = st.frozensets(st.sampled_from(INDEXES))
OPTIONS = st.dictionaries(SETS, st.integers(0, 9).map(float), max_size=10)


def best(options, chosen):
    """What a statement takes under a set, 8 if no option is to be had."""
    return min([8.0, *(w for used, w in options if used <= chosen)])


@given(OPTIONS, OPTIONS, SETS)
def test_what_is_left_out_changes_no_choice(known, guessed, chosen) -> None:
    known.pop(frozenset(), None)
    guessed.pop(frozenset(), None)
    frontier = Frontier(known, 8.0)
    assert best(frontier.options, chosen) == best(known.items(), chosen)
    both = frontier.with_guesses(guessed)
    everything = [*known.items(), *guessed.items()]
    assert best(both, chosen) == best(everything, chosen)
    worths = [worth for _, worth in both]
    assert worths == sorted(worths)
    assert all(worth < 8.0 for worth in worths)


@given(OPTIONS)
def test_no_option_holds_a_smaller_one_that_is_as_good(known) -> None:
    kept = Frontier(known, 8.0).options
    assert not any(
        other < used and better <= worth
        for used, worth in kept
        for other, better in kept
    )
