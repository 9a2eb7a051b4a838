"""Two queries on many generated databases: the first on which they differ, if any."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from analyzer.postgres.attempt import Failure
from analyzer.verification.settled import Settled, rounded_alike, settle
from analyzer.verification.trial_database import TrialDatabase, Tried
from analyzer.verification.trial_needs import TrialRows
from analyzer.verification.trial_result import (
    AFTER,
    BEFORE,
    FIRST_MUTANT,
    TrialResult,
    by_number,
    is_result,
)
from analyzer.verification.trial_rows import TrialRowMaker

_CHUNKS = (40, 120, 200, 320)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialOrder:
    """What to try.

    Attributes:
        databases: how many.
        ends_at: ``time.monotonic()`` at which to stop.
        is_fragile: whether a query may depend on the order in which rows lie.
        adds_up: whether both have aggregates whose last digits may depend on it.
        mutants: numbers of added queries, each with the query it is a mutant of.
        decisive: of the mutants, those that are tried until the end.
    """

    databases: int
    ends_at: float
    is_fragile: bool
    adds_up: bool = False
    mutants: Mapping[int, int] = field(default_factory=dict)
    decisive: frozenset[int] = frozenset()


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
        if not result.too_slow:
            alive = [m for m in order.mutants if m not in result.killed]
        if first >= _MUTANT_DATABASES:
            alive = [m for m in alive if m in order.decisive]
        queries = [BEFORE, AFTER, *alive]
        attempt = Attempt(queries=tuple(queries), ends_at=order.ends_at)
        tried = run_in_parts(database, first, last, attempt, result)
        told = _count(result, tried, order)
        result.telling = [*(made[n] for n in told), *result.telling][:_MAX_TELLING]
        names = (*result.numbers, *result.suspects)
        result.rows = {n: made[n] for n in names if n in made} | result.rows
        unstable: list[int] = []
        if order.is_fragile and last < _FRAGILE_DATABASES:
            unstable = _unstable(database, (first, last), tried)
        _settle(database, unstable, result, order)
        if result.differing is not None or result.open >= _MAX_OPEN:
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
    result.rows[number] = rows
    _settle(database, [], result, order)


def _settle(
    database: TrialDatabase,
    unstable: Sequence[int],
    result: TrialResult,
    order: TrialOrder,
) -> None:
    """Look closer at staged databases on which the queries differ, or one from itself.

    It ends at the first that tells the two apart.
    """
    suspects, result.suspects = result.suspects, []
    staged = {n: database.staged_rows(n) for n in (*suspects, *unstable)}
    waiting = list(staged)
    while waiting and result.open < _MAX_OPEN and time.monotonic() < order.ends_at:
        number = waiting.pop(0)
        settled = settle(database, staged[number], adds_up=order.adds_up)
        if settled is Settled.DIFFER and number in suspects:
            result.differing, result.rows[number] = number, staged[number]
            return
        if settled is Settled.ROUNDED:
            result.rounded += 1
            waiting = _worth_a_look(database, waiting, staged, result)
        else:
            result.open += 1
            result.is_open_alike &= number not in suspects


def _worth_a_look(
    database: TrialDatabase,
    waiting: Sequence[int],
    staged: Mapping[int, TrialRows],
    result: TrialResult,
) -> list[int]:
    """Of databases that may differ in the last digits alone, only the first few."""
    rounded = {
        waiting[n] for n in rounded_alike(database, [staged[n] for n in waiting])
    }
    others = [number for number in waiting if number not in rounded]
    few = [number for number in waiting if number in rounded]
    return [*others, *few[: max(0, _MAX_ROUNDED - result.rounded)]]


_MAX_TELLING = 60
_MAX_OPEN = 6
"""Databases on which a query has no fixed result, until that is taken for its way."""
_MAX_UNSTABLE = 2
_MAX_ROUNDED = 6
"""Databases on which sums are rounded otherwise that are looked at more closely."""
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
        result.compare(before, after)
        if _killed(result, items, order) or is_new:
            told.append(number)
    return told


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


def _unstable(
    database: TrialDatabase, numbers: tuple[int, int], tried: Sequence[Tried]
) -> list[int]:
    """Some staged databases on which a query gives two results.

    They are run again with their rows stored the other way round.
    """
    again = database.run(*numbers, [BEFORE, AFTER], is_reversed=True)
    if isinstance(again, Failure):
        return []
    once = by_number(tried)
    found: dict[int, None] = {}
    for item in again:
        other = once.get(item.number, {}).get(item.query)
        if item.query < BEFORE or other is None:
            continue
        if is_result(item) and is_result(other) and item.result != other.result:
            found[item.number] = None
    return list(found)[:_MAX_UNSTABLE]
