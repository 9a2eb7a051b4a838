"""When a test that found no difference says enough, little, or nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.domain.equivalence import Coverage
from analyzer.verification.strength import MAX_LARGE_ROWS, caveat, why_too_weak

QUERIES = ("SELECT a FROM t", "SELECT a FROM t WHERE true")


def coverage(
    *, rows: int = 50, results: int = 9, mutants: int, killed: int
) -> Coverage:
    return Coverage(
        databases=100,
        with_rows=rows,
        distinct_results=results,
        mutants=mutants,
        killed=killed,
        survivors=("constant made 2",) * (mutants - killed),
    )


@pytest.mark.parametrize(
    ("seen", "queries", "row_counts", "word"),
    [
        (Coverage(), QUERIES, (), "accepted by the tables"),
        (coverage(rows=2, mutants=0, killed=0), QUERIES, (), "on 2 of"),
        (coverage(results=1, mutants=0, killed=0), QUERIES, (), "only 1 different"),
        (coverage(mutants=4, killed=0), QUERIES, (), "none of 4 deliberate"),
        (coverage(mutants=4, killed=3), QUERIES, (MAX_LARGE_ROWS + 1,), "10,001 rows"),
        (
            coverage(mutants=4, killed=3),
            ("SELECT a FROM t", "SELECT a FROM t WHERE md5(b) = md5(b)"),
            (),
            "md5",
        ),
    ],
)
def test_a_test_that_says_nothing_tells_why(
    seen: Coverage, queries: tuple[str, str], row_counts: tuple[int, ...], word: str
) -> None:
    assert word in why_too_weak(seen, queries, row_counts)


@pytest.mark.parametrize(
    "survivors",
    [
        ("DISTINCT dropped in an aggregate",),
        ("DISTINCT added", "DISTINCT dropped", "ALL dropped from a set operation") * 2,
        ("order turned round", "DISTINCT added"),
    ],
)
def test_mistakes_that_may_all_be_harmless_are_told_and_decide_nothing(
    survivors: tuple[str, ...],
) -> None:
    seen = replace(coverage(mutants=len(survivors), killed=0), survivors=survivors)
    assert why_too_weak(seen, QUERIES, ()) == ""
    assert "the test is weak" in caveat(seen)


def test_one_mistake_found_is_enough_and_few_are_told() -> None:
    few, many = coverage(mutants=8, killed=1), coverage(mutants=8, killed=7)
    none_made = coverage(mutants=0, killed=0)
    for seen in (few, many, none_made):
        assert why_too_weak(seen, QUERIES, (MAX_LARGE_ROWS,)) == ""
    assert "7 of 8" in caveat(few)
    assert caveat(many) == caveat(none_made) == ""
