"""Smaller indexes in place of those that are hardly better; worths given by hand."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.indexing.narrowing import Sizing, narrowed
from analyzer.indexing.programme import IndexFacts

T = RelationName("public", "t")


def index(
    *keys: str, include: tuple[str, ...] = (), where: str = ""
) -> IndexDefinition:
    return IndexDefinition(
        relation=T,
        keys=tuple(IndexKey(attribute=name) for name in keys),
        include=include,
        predicate=where,
    )


WIDE, NARROW = index("a", "b", include=("c",)), index("a")
PARTIAL = index("b", where="NOT a")
SIZES = {WIDE: 1000, NARROW: 600, PARTIAL: 2}


class Told:
    """A statement's worth by the index it may use, as a planner would tell it."""

    def __init__(self, worths: dict[IndexDefinition, float], base: float) -> None:
        self.statements = [SimpleNamespace(weight=1.0)]
        self.worths = SimpleNamespace(kept=1000)
        self._worths, self._base = worths, base

    def concerned(self, definition):
        return self.statements

    def can_ask(self, items):
        return self.worths.kept >= len(items)

    def known_best(self, item, wanted):
        return min([self._base, *(self._worths[i] for i in wanted)])

    def ask(self, asked):
        return [(self.known_best(item, wanted), wanted) for item, wanted in asked]


def best(worths: dict[IndexDefinition, float], base: float, kept: int = 1000):
    told = Told(worths, base)
    told.worths.kept = kept
    sizing = Sizing(
        table=told,
        facts=lambda i: IndexFacts(size_bytes=SIZES[i]),
        slack=lambda _: 16.0,
    )
    (found,) = narrowed(frozenset({WIDE}), list(worths), sizing)
    return found


@pytest.mark.parametrize(
    ("why", "worths", "wanted"),
    [
        ("one page of two", {WIDE: 4, NARROW: 8}, NARROW),
        ("a tenth of what it saves", {WIDE: 4, NARROW: 1000}, WIDE),
        (
            "a hundred times dearer for less than half the size",
            {WIDE: 1, NARROW: 99},
            WIDE,
        ),
        ("the same, but five hundred times smaller", {WIDE: 1, PARTIAL: 99}, PARTIAL),
        ("the smallest that will do", {WIDE: 4, NARROW: 8, PARTIAL: 12}, PARTIAL),
        ("six times dearer for less than half the size", {WIDE: 10, NARROW: 60}, WIDE),
        ("what is worth nothing alone", {WIDE: 4, NARROW: 10_000}, WIDE),
    ],
)
def test_a_wide_index_has_to_earn_its_width(why, worths, wanted) -> None:
    assert best(worths, base=10_000) == wanted, why


def test_a_key_that_finds_rows_goes_only_where_little_is_lost() -> None:
    pair, alone = index("a", "b"), index("a")
    SIZES.update({pair: 1000, alone: 250})
    for worth, wanted in ((36.0, pair), (20.0, alone)):
        told = Told({pair: 8.0, alone: worth}, base=10_000)
        sizing = Sizing(
            table=told,
            facts=lambda i: IndexFacts(size_bytes=SIZES[i]),
            slack=lambda _: 16.0,
        )
        assert narrowed(frozenset({pair}), [pair, alone], sizing) == {wanted}


def test_an_index_that_saves_next_to_nothing_of_a_large_statement_goes() -> None:
    for worth, wanted in ((24_900.0, frozenset()), (20_000.0, frozenset({WIDE}))):
        told = Told({WIDE: worth}, base=25_000)
        sizing = Sizing(
            table=told,
            facts=lambda i: IndexFacts(size_bytes=SIZES[i]),
            slack=lambda _: 16.0,
        )
        assert narrowed(frozenset({WIDE}), [], sizing) == wanted


def test_without_questions_left_nothing_changes() -> None:
    assert best({WIDE: 4, NARROW: 4}, base=10_000, kept=0) == WIDE


def test_fewer_columns_are_smaller_whatever_their_estimate_says() -> None:
    pair, alone = index("b", "a"), index("a")
    sizes = {pair: 600, alone: 620}
    sizing = Sizing(
        table=Told({pair: 10.0, alone: 10.0}, 1000.0),
        facts=lambda i: IndexFacts(size_bytes=sizes[i]),
        slack=lambda _: 16.0,
    )
    assert narrowed(frozenset({pair}), [pair, alone], sizing) == {alone}


@pytest.mark.parametrize(
    ("wide", "narrow", "base", "kept"),
    [
        # The other index saves nearly all of it; what is left is a few pages.
        (10.0, 11.0, 1000.0, {NARROW}),
        (10.0, 25.0, 10_000.0, {NARROW}),
        # The statement costs a few pages without it.
        (2.0, 14.0, 20.0, set()),
        # It is half of what the statement saves at all, or more than a few pages.
        (20.0, 40.0, 50.0, {WIDE}),
        (10.0, 500.0, 1000.0, {WIDE}),
        # A hundredth of what it saves may be many times what is left, or little of it.
        (8.0, 94.0, 10_000.0, {WIDE}),
        (250.0, 286.0, 3_900.0, {WIDE}),
        (1000.0, 1040.0, 10_000.0, {NARROW}),
    ],
)
def test_an_index_beside_one_that_does_as_well_is_left_out(
    wide: float, narrow: float, base: float, kept: set[IndexDefinition]
) -> None:
    told = Told({WIDE: wide, NARROW: narrow}, base)
    sizing = Sizing(
        table=told,
        facts=lambda i: IndexFacts(size_bytes=SIZES[i]),
        slack=lambda _: 16.0,
    )
    assert narrowed(frozenset({WIDE, NARROW}), (), sizing) == kept


def test_no_member_is_narrowed_to_the_beginning_of_another() -> None:
    other = index("a", "z")
    told = Told({WIDE: 4.0, NARROW: 8.0, other: 900.0}, 10_000.0)
    sizing = Sizing(
        table=told,
        facts=lambda i: IndexFacts(size_bytes=SIZES.get(i, 700)),
        slack=lambda _: 16.0,
    )
    assert NARROW in narrowed(frozenset({WIDE}), (NARROW,), sizing)
    assert NARROW not in narrowed(frozenset({WIDE, other}), (NARROW,), sizing)


@pytest.mark.parametrize(("slack", "kept"), [(16.0, {WIDE}), (160.0, set())])
def test_of_what_only_covers_a_key_more_may_be_lost(
    slack: float, kept: set[IndexDefinition]
) -> None:
    told = Told({WIDE: 20.0}, 44.0)
    sizing = Sizing(
        table=told,
        facts=lambda i: IndexFacts(size_bytes=SIZES[i]),
        slack=lambda i: slack if i is WIDE else 0.0,
    )
    assert narrowed(frozenset({WIDE}), (), sizing) == kept
