from __future__ import annotations

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.indexing.guesses import Guesses

T, U = RelationName("public", "t"), RelationName("public", "u")


def index(key: str, *include: str, relation: RelationName = T) -> IndexDefinition:
    keys = (IndexKey(attribute=key),)
    return IndexDefinition(relation=relation, keys=keys, include=include)


class Statement:
    weight = 1.0

    def __init__(self, fingerprint: str) -> None:
        self.fingerprint = fingerprint


class Table:
    """Options and looks by hand, in place of those a planner told."""

    def __init__(self, options, seen=()):
        self._options = options
        self._seen = dict(seen)
        self.statements = [Statement(name) for name in options]

    def options(self, item):
        return self._options[item.fingerprint]

    def seen(self, item):
        return [*self.options(item).items(), *self._seen.get(item.fingerprint, [])]

    def base(self, item):
        return self._options[item.fingerprint][frozenset()]

    def same(self, definition):
        return definition

    def known_best(self, item, wanted):
        return min(w for used, w in self.options(item).items() if used <= wanted)


A_X, A_Y, A_XY = index("a", "x"), index("a", "y"), index("a", "x", "y")
B = index("b", relation=U)
OPTIONS = {
    "one": {frozenset(): 100.0, frozenset({A_X}): 10.0},
    "two": {frozenset(): 100.0, frozenset({A_Y}): 20.0, frozenset({B}): 70.0},
}


def guessed(options=OPTIONS, seen=(), fits=lambda item: True, relations=(T, U)):
    guesses = Guesses(
        table=Table(options, seen),
        size_bytes=lambda item: 10 * (1 + len(item.include)),
        fits=fits,
    )
    return guesses.propose(frozenset(), relations)


def test_one_wide_index_is_thought_of_for_two_statements() -> None:
    found = guessed()
    assert found["one"][frozenset({A_XY})] == 10.0
    assert found["two"][frozenset({A_XY})] == 20.0


def test_options_on_different_tables_may_add_up() -> None:
    assert guessed()["two"][frozenset({A_Y, B})] == 0.0


def test_a_look_at_a_larger_set_takes_back_what_was_promised() -> None:
    seen = {"one": [(frozenset({A_XY, B}), 40.0)], "two": [(frozenset({A_XY}), 120.0)]}
    found = guessed(seen=seen)
    assert found["one"][frozenset({A_XY})] == 40.0
    assert frozenset({A_XY}) not in found["two"]


def test_nothing_is_guessed_that_may_not_be_chosen() -> None:
    found = guessed(fits=lambda item: item != A_XY)
    assert not any(A_XY in wanted for known in found.values() for wanted in known)


def test_one_statement_alone_needs_no_wider_index() -> None:
    found = guessed(options={"one": OPTIONS["one"]})
    assert found == {"one": {}}


def test_guesses_stay_on_the_tables_asked_for() -> None:
    assert guessed(relations=(U,))["one"] == {}
    assert list(guessed(relations=(U,))["two"]) == [frozenset({A_Y, B})]
    assert frozenset({A_XY}) in guessed(relations=(T,))["two"]


def test_one_index_is_thought_of_for_many_statements() -> None:
    letters = "bcdefg"
    found = guessed(
        options={
            letter: {frozenset(): 100.0, frozenset({index("a", letter)}): 10.0}
            for letter in letters
        }
    )
    widest = frozenset({index("a", *letters)})
    assert all(found[letter][widest] == 10.0 for letter in letters)


def test_what_needs_little_beside_it_is_guessed_too() -> None:
    # Two ways need much of another table and are a little better than the third.
    large = [index("c", f"{n}", relation=U) for n in range(3)]
    ways = {frozenset({A_X, other}): 1.0 + n for n, other in enumerate(large)}
    known = {
        "one": {frozenset(): 100.0, **ways, frozenset({A_X}): 20.0},
        "two": {frozenset(): 100.0, frozenset({A_Y}): 10.0},
    }
    found = guessed(known)
    assert frozenset({A_XY}) in found["one"]
