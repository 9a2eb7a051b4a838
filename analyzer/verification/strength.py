"""What a test says that found no difference: enough, little, or nothing.

If the databases of a test do not tell a query from deliberate mistakes either, they say
nothing of the other query. Mistakes may be harmless (DISTINCT over a key), so a low
share is told, and only none of several decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.domain.equivalence import Coverage
from analyzer.statements.digests import digests
from analyzer.verification.mistakes import Mutant, only_mistake

MIN_WITH_ROWS = 3
MIN_RESULTS = 2
MAX_LARGE_ROWS = 10_000
"""No trial database has more rows than this and a few."""
_OF_DUPLICATES = ("DISTINCT", "ALL dropped", "ALL added")
"""How mistakes begin in words that a key, or what comes after, makes harmless."""
_MIN_MUTANTS = 4
"""Fewer may all be harmless: last_value(d) over d is d, whichever way it is sorted."""
_WEAK_RATIO = 0.3


def why_too_weak(
    coverage: Coverage,
    queries: tuple[str, str],
    row_counts: tuple[int, ...],
    always_null: tuple[str, ...] = (),
) -> str:
    """Why a test says nothing; empty if it does.

    Args:
        coverage: of the test.
        queries: that it did not tell apart.
        row_counts: numbers of rows that either query turns on.
        always_null: columns they name that had no value in any database.
    """
    if always_null:
        return (
            f"no value is known for {always_null[0]}, so that it was NULL in each"
            " database; it can be decided for queries without that column"
        )
    return next(_reasons(coverage, queries, row_counts), "")


def why_not_reached(
    databases: int, queries: tuple[str, str], unreached: Sequence[Mutant]
) -> str:
    """Which difference of the queries no database came to; empty if none is known.

    Args:
        databases: that were tried.
        queries: that they did not tell apart.
        unreached: mistakes in comparisons that they say nothing about.
    """
    mistake = only_mistake(*queries)
    if mistake:
        return (
            f"no difference on {databases} databases, though the queries differ"
            f" ({mistake}): it seems that no row came to where that decides; a proof,"
            " or rows of yours, may"
        )
    if not unreached:
        return ""
    return (
        f"no difference on {databases} databases, but only one of the queries compares"
        f" {unreached[0].lone_comparison}, and none showed what equal sides come to;"
        " more databases, or rows where both sides are equal, may decide it"
    )


def _reasons(
    coverage: Coverage, queries: tuple[str, str], row_counts: tuple[int, ...]
) -> Iterator[str]:
    if coverage.databases == 0:
        yield (
            "no generated database was accepted by the tables; a schema with fewer"
            " constraints, or rows that fulfil them, would let it be tested"
        )
    if coverage.with_rows < MIN_WITH_ROWS:
        yield (
            f"the first query returned a row on {coverage.with_rows} of"
            f" {coverage.databases} databases only; its conditions may contradict each"
            " other, or need values or numbers of rows that were not drawn: more"
            " databases, or looser conditions in both, may decide it"
        )
    if coverage.distinct_results < MIN_RESULTS:
        yield (
            f"the first query gave only {coverage.distinct_results} different results"
            f" on {coverage.databases} databases; more databases, or queries that also"
            " return what they compute it from, may decide it"
        )
    large = [count for count in row_counts if count > MAX_LARGE_ROWS]
    if large:
        yield f"no generated database has as many as {large[0]:,} rows;"
    names = sorted({name for query in queries for name in digests(query)})
    if names:
        yield (
            f"no two values are known that {names[0]} takes for one; it can be decided"
            " for queries that compare the values themselves"
        )
    telling = [s for s in coverage.survivors if not s.startswith(_OF_DUPLICATES)]
    if not coverage.killed and len(telling) >= _MIN_MUTANTS:
        yield (
            f"no difference on {coverage.databases} databases, but none of"
            f" {coverage.mutants} deliberate mistakes showed on them either; more"
            " databases, or looser conditions in both, may decide it"
        )


def caveat(coverage: Coverage) -> str:
    """What to say beside a test that found few mistakes; empty if it found enough."""
    score = coverage.mutation_score_ratio
    if score is None or score >= _WEAK_RATIO:
        return ""
    return (
        f"the test is weak: {coverage.mutants - coverage.killed} of {coverage.mutants}"
        " deliberate mistakes showed on no database; they may be harmless"
    )
