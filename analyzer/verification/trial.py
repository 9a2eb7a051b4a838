"""Two queries on many generated databases: the first on which they differ, if any."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from analyzer.postgres.attempt import Failure
from analyzer.verification.trial_database import TrialDatabase, Tried
from analyzer.verification.trial_rows import TrialRowMaker, TrialRows

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
        differing: number of the first database on which they differ.
        unstable: number of a database on which one query alone gives two results.
        killed: mutants that a database told from what they are mutants of.
        out_of_time: whether the budget ended it.
    """

    compared: int = 0
    with_rows: int = 0
    refused: int = 0
    results: set[str] = field(default_factory=set)
    differing: int | None = None
    unstable: int | None = None
    killed: set[int] = field(default_factory=set)
    out_of_time: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialOrder:
    """What to try.

    Attributes:
        databases: how many.
        mutants: numbers of added queries, each with the query it is a mutant of.
        ends_at: ``time.monotonic()`` at which to stop.
        is_fragile: whether a query may depend on the order in which rows lie.
        parameter_count: number of ``$n``.
    """

    databases: int
    mutants: dict[int, int]
    ends_at: float
    is_fragile: bool
    parameter_count: int


def try_pair(
    database: TrialDatabase, maker: TrialRowMaker, order: TrialOrder
) -> TrialResult:
    """Try queries 0 and 1, and mutants until each is killed."""
    result = TrialResult()
    for first, last in _chunks(order.databases):
        if time.monotonic() > order.ends_at:
            result.out_of_time = True
            break
        database.stage((n, maker.make(n)) for n in range(first, last + 1))
        alive = []
        if first < _MUTANT_DATABASES:
            alive = [m for m in order.mutants if m not in result.killed]
        queries = [BEFORE, AFTER, *alive]
        tried = run_in_parts(
            database, first, last, queries, order.parameter_count, order.ends_at
        )
        _count(result, tried, order)
        if result.differing is not None:
            break
        if order.is_fragile and last < _FRAGILE_DATABASES:
            _look_for_instability(database, first, last, tried, result, order)
            if result.unstable is not None:
                break
    return result


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


def run_in_parts(
    database: TrialDatabase,
    first: int,
    last: int,
    queries: Sequence[int],
    parameter_count: int,
    ends_at: float,
) -> list[Tried]:
    """Run a range; where that takes too long, its parts, and leave out what never ends."""
    left_ms = max(50, int((ends_at - time.monotonic()) * 1000))
    whole = last - first + 1
    database.set({"statement_timeout": str(min(left_ms, 50 + 40 * whole))})
    tried = database.run(first, last, queries, parameter_count=parameter_count)
    if not isinstance(tried, Failure):
        return tried
    if whole == 1 or time.monotonic() > ends_at:
        return []
    middle = (first + last) // 2
    return [
        *run_in_parts(database, first, middle, queries, parameter_count, ends_at),
        *run_in_parts(database, middle + 1, last, queries, parameter_count, ends_at),
    ]


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


def _count(result: TrialResult, tried: Sequence[Tried], order: TrialOrder) -> None:
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
        result.compared += 1
        result.results.add(before.result)
        result.with_rows += bool(before.row_count)
        if before.result != after.result and result.differing is None:
            result.differing = number
        for mutant, original in order.mutants.items():
            item, whole = items.get(mutant), items[original]
            if item is not None and is_result(item) and item.result != whole.result:
                result.killed.add(mutant)


def _look_for_instability(
    database: TrialDatabase,
    first: int,
    last: int,
    tried: Sequence[Tried],
    result: TrialResult,
    order: TrialOrder,
) -> None:
    """Run both queries again with the rows stored the other way round."""
    again = database.run(
        first,
        last,
        [BEFORE, AFTER],
        parameter_count=order.parameter_count,
        is_reversed=True,
    )
    if isinstance(again, Failure):
        return
    once, twice = by_number(tried), by_number(again)
    for number, items in twice.items():
        for query in (BEFORE, AFTER):
            item, other = items.get(query), once.get(number, {}).get(query)
            if item is None or other is None or not is_result(item):
                continue
            if item.result != other.result:
                result.unstable = number
                return


def is_unstable(database: TrialDatabase, number: int, parameter_count: int) -> bool:
    """Whether one of the queries alone gives two results on one staged database.

    It is run with its rows stored both ways and with other plans.
    """
    seen: dict[int, set[str]] = {BEFORE: set(), AFTER: set()}
    settings = sorted({name for plan in OTHER_PLANS for name in plan})
    for plan in ({}, *OTHER_PLANS):
        database.set({**dict.fromkeys(settings, "on"), **plan})
        for is_reversed in (False, True):
            tried = database.run(
                number,
                number,
                [BEFORE, AFTER],
                parameter_count=parameter_count,
                is_reversed=is_reversed,
            )
            for item in [] if isinstance(tried, Failure) else tried:
                if item.query in seen and is_result(item):
                    seen[item.query].add(item.result)
    database.set(dict.fromkeys(settings, "on"))
    return any(len(results) > 1 for results in seen.values())


def rows_of(database: TrialDatabase, number: int) -> TrialRows:
    """The rows of a staged database, as the server has them."""
    return database.staged_rows(number)
