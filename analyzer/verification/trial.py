"""Two queries on many generated databases: the first on which they differ, if any."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from analyzer.postgres.attempt import Failure
from analyzer.verification.trial_database import TrialDatabase, Tried
from analyzer.verification.trial_needs import TrialRows
from analyzer.verification.trial_rows import TrialRowMaker

BEFORE, AFTER = 0, 1
FIRST_MUTANT = 2
_CHUNKS = (40, 120, 200)
_NOT_A_RESULT = ("53", "54", "57", "XX")
"""SQLSTATE classes that say something of the machine, not of the query."""

OTHER_PLANS: tuple[dict[str, str], ...] = (
    {"enable_hashagg": "off", "enable_hashjoin": "off", "enable_indexscan": "off"},
    {"enable_nestloop": "off", "enable_sort": "off", "enable_mergejoin": "off"},
)


@dataclass(slots=True, kw_only=True)
class TrialResult:
    """What came out so far.

    Attributes:
        compared: databases on which both queries were run.
        with_rows: of these, those where the first query returned a row.
        refused: databases that the tables did not accept.
        results: different results of the first query.
        differing: number of the first database on which their rows differ.
        ordered_otherwise: number of the first on which rows or their order differ.
        failing: numbers of some on which one query fails and the other does not.
        unstable: number of a database on which one query alone gives two results.
        killed: mutants that a database told from what they are mutants of.
        out_of_time: whether the budget ended it.
        too_slow: whether a database had to be tried alone, since a query did not end.
    """

    compared: int = 0
    with_rows: int = 0
    refused: int = 0
    results: set[str] = field(default_factory=set)
    differing: int | None = None
    ordered_otherwise: int | None = None
    failing: list[int] = field(default_factory=list)
    unstable: int | None = None
    killed: set[int] = field(default_factory=set)
    out_of_time: bool = False
    too_slow: bool = False
    telling: list[TrialRows] = field(default_factory=list)
    """Databases that killed a mutant first or gave a new result, the latest first."""
    rows: dict[int, TrialRows] = field(default_factory=dict)
    """Of the databases that are named above, as they were staged."""

    @property
    def numbers(self) -> list[int]:
        """The databases that tell the two apart, the most telling first."""
        if self.differing is not None:
            return [self.differing]
        ordered = [] if self.ordered_otherwise is None else [self.ordered_otherwise]
        return [*ordered, *self.failing]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialOrder:
    """What to try.

    Attributes:
        databases: how many.
        mutants: numbers of added queries, each with the query it is a mutant of.
        ends_at: ``time.monotonic()`` at which to stop.
        is_fragile: whether a query may depend on the order in which rows lie.
    """

    databases: int
    mutants: dict[int, int]
    ends_at: float
    is_fragile: bool


def try_pair(
    database: TrialDatabase, maker: TrialRowMaker, order: TrialOrder
) -> TrialResult:
    """Try queries 0 and 1, and mutants until each is killed."""
    result = TrialResult()
    for first, last in _chunks(order.databases):
        if time.monotonic() > order.ends_at:
            result.out_of_time = True
            break
        made = _made(maker, range(first, last + 1), result.telling)
        database.stage(made.items())
        alive = []
        if first < _MUTANT_DATABASES and not result.too_slow:
            alive = [m for m in order.mutants if m not in result.killed]
        queries = [BEFORE, AFTER, *alive]
        attempt = Attempt(queries=tuple(queries), ends_at=order.ends_at)
        tried = run_in_parts(database, first, last, attempt, result)
        told = _count(result, tried, order)
        result.telling = [*(made[n] for n in told), *result.telling][:_MAX_TELLING]
        result.rows = {n: made[n] for n in result.numbers if n in made} | result.rows
        if result.differing is not None:
            break
        if order.is_fragile and last < _FRAGILE_DATABASES:
            _look_for_instability(database, (first, last), tried, result)
            if result.unstable is not None:
                break
    return result


def _made(
    maker: TrialRowMaker, numbers: Iterable[int], telling: Sequence[TrialRows]
) -> dict[int, TrialRows]:
    """New databases; every other one a neighbour of one that told something."""
    return {
        n: maker.neighbour(n, telling) if telling and n % 2 else maker.make(n)
        for n in numbers
    }


def try_rows(
    database: TrialDatabase, rows: TrialRows, order: TrialOrder, result: TrialResult
) -> None:
    """Try one database more, with rows that somebody thought out, perhaps many."""
    number = order.databases
    database.stage([(number, rows)])
    attempt = Attempt(
        queries=(BEFORE, AFTER), ends_at=order.ends_at, least_ms=_LARGE_MS
    )
    _count(result, run_in_parts(database, number, number, attempt), order)
    if number in result.numbers:
        result.rows[number] = rows


_MAX_TELLING = 60
_MAX_FAILING = 8
_FRAGILE_DATABASES = 600
_MUTANT_DATABASES = 360
"""Mutants are harder on the test than the query is: they get fewer databases."""


def _chunks(total: int) -> Iterator[tuple[int, int]]:
    first, turn = 0, 0
    while first < total:
        size = _CHUNKS[min(turn, len(_CHUNKS) - 1)]
        last = min(first + size, total) - 1
        yield first, last
        first, turn = last + 1, turn + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Which queries are run, and until when; ``least_ms`` they are given in all."""

    queries: tuple[int, ...]
    ends_at: float
    least_ms: int = 700


def run_in_parts(
    database: TrialDatabase,
    first: int,
    last: int,
    attempt: Attempt,
    result: TrialResult | None = None,
) -> list[Tried]:
    """Run a range of databases; where that takes too long, run each alone.

    A single database on which a query does not end is left out; from then on mutants
    are left out too, since a mistake in a recursion often does not end.
    """
    left_ms = max(50, int((attempt.ends_at - time.monotonic()) * 1000))
    whole = last - first + 1
    usual_ms = attempt.least_ms + whole * (4 + 2 * len(attempt.queries))
    limit_ms = min(left_ms, usual_ms)
    queries = attempt.queries
    tried = database.run(first, last, queries, limit_ms=limit_ms)
    if isinstance(tried, Failure) and result is not None and len(queries) > 2:
        endless = _endless(database, (first, min(first + _TRIED_ALONE, last)), queries)
        # Its original ends there, so that it is told from it.
        result.killed |= endless
        rest = [query for query in queries if query not in endless]
        tried = database.run(first, last, rest, limit_ms=limit_ms)
    if not isinstance(tried, Failure):
        return tried
    if result is not None:
        result.too_slow = True
    found: list[Tried] = []
    for number in range(first, last + 1):
        if whole == 1 or time.monotonic() > attempt.ends_at:
            break
        alone = database.run(number, number, (BEFORE, AFTER), limit_ms=_ALONE_MS)
        found += [] if isinstance(alone, Failure) else alone
    return found


def _endless(
    database: TrialDatabase, numbers: tuple[int, int], queries: Sequence[int]
) -> set[int]:
    """The mutants that do not end on a few databases; none if a query does not."""
    found = set()
    for query in queries:
        if isinstance(database.run(*numbers, [query], limit_ms=_ALONE_MS), Failure):
            if query < FIRST_MUTANT:
                return set()
            found.add(query)
    return found


_TRIED_ALONE = 7
_LARGE_MS = 5_000
_ALONE_MS = 150
"""For a few rows any query ends in less, or does not end in reasonable time."""


def by_number(tried: Sequence[Tried]) -> dict[int, dict[int, Tried]]:
    """What was tried, by database and query."""
    found: dict[int, dict[int, Tried]] = defaultdict(dict)
    for item in tried:
        found[item.number][item.query] = item
    return found


def is_result(item: Tried | None) -> bool:
    """Whether it says something of the query, and not of the machine's limits."""
    if item is None:
        return False
    return not (item.sqlstate or "").startswith(_NOT_A_RESULT)


def _count(result: TrialResult, tried: Sequence[Tried], order: TrialOrder) -> list[int]:
    """Add up what was tried; the numbers of databases that told something new."""
    told: list[int] = []
    for number, items in by_number(tried).items():
        before, after = items.get(BEFORE), items.get(AFTER)
        if -1 in items:
            result.refused += 1
        if (
            before is None
            or after is None
            or not (is_result(before) and is_result(after))
        ):
            continue
        is_new = before.result not in result.results and bool(before.row_count)
        _compare(result, before, after)
        if _killed(result, items, order) or is_new:
            told.append(number)
    return told


def _compare(result: TrialResult, before: Tried, after: Tried) -> None:
    result.compared += 1
    result.results.add(before.result)
    result.with_rows += bool(before.row_count)
    if bool(before.sqlstate) != bool(after.sqlstate):
        if len(result.failing) < _MAX_FAILING:
            result.failing.append(before.number)
        return
    if before.bag != after.bag and result.differing is None:
        result.differing = before.number
    if before.result != after.result and result.ordered_otherwise is None:
        result.ordered_otherwise = before.number


def _killed(result: TrialResult, items: dict[int, Tried], order: TrialOrder) -> bool:
    """Note the mutants that a database told from their originals; whether any."""
    killed = {
        mutant
        for mutant, original in order.mutants.items()
        if mutant in items
        and is_result(items[mutant])
        and items[mutant].result != items[original].result
    }
    is_any = bool(killed - result.killed)
    result.killed |= killed
    return is_any


def _look_for_instability(
    database: TrialDatabase,
    numbers: tuple[int, int],
    tried: Sequence[Tried],
    result: TrialResult,
) -> None:
    """Run both queries again with the rows stored the other way round."""
    again = database.run(*numbers, [BEFORE, AFTER], is_reversed=True)
    if isinstance(again, Failure):
        return
    once = by_number(tried)
    for item in again:
        other = once.get(item.number, {}).get(item.query)
        if item.query < BEFORE or other is None:
            continue
        if is_result(item) and is_result(other) and item.result != other.result:
            result.unstable = item.number
            return


def is_unstable(database: TrialDatabase, number: int) -> bool:
    """Whether one of the queries alone gives two results on one staged database.

    It is run with its rows stored both ways and with other plans.
    """
    seen: dict[int, set[str]] = {BEFORE: set(), AFTER: set()}
    settings = sorted({name for plan in OTHER_PLANS for name in plan})
    for plan in ({}, *OTHER_PLANS):
        database.set({**dict.fromkeys(settings, "on"), **plan})
        for is_reversed in (False, True):
            tried = database.run(
                number, number, [BEFORE, AFTER], is_reversed=is_reversed
            )
            for item in [] if isinstance(tried, Failure) else tried:
                if item.query in seen and is_result(item):
                    seen[item.query].add(item.result)
    database.set(dict.fromkeys(settings, "on"))
    return any(len(results) > 1 for results in seen.values())
