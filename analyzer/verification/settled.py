"""Whether a database on which two queries differ tells them apart.

It does not if one query alone gives two results there, when nothing but the order in
which rows are stored or the plan changes. Where sums of floats are rounded otherwise
(the order in which numbers are added up decides their last digits), the two agree as
far as queries on floats can; where rows are picked out of several, nothing is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from math import isfinite
from random import Random

from analyzer.postgres.attempt import Failure
from analyzer.verification.schema_facts import Table
from analyzer.verification.trial_database import TrialDatabase, Tried
from analyzer.verification.trial_needs import Row, TrialRows
from analyzer.verification.trial_result import AFTER, BEFORE, by_number, is_result

_PLANS: tuple[dict[str, str], ...] = (
    {},
    {"enable_hashagg": "off", "enable_hashjoin": "off", "enable_indexscan": "off"},
    {"enable_nestloop": "off", "enable_sort": "off", "enable_mergejoin": "off"},
)
_USUAL = dict.fromkeys((name for plan in _PLANS for name in plan), "on")
_ORDERS = 12
_MAX_ROWS = 300
"""Of a database with more only two orders are tried."""
_DIGITS = "extra_float_digits"
_USUAL_DIGITS, FEWER_DIGITS = "1", "-1"
"""Of floats: all that tell them apart; one less than they are sure to keep."""
_FLOATS = frozenset({"real", "double precision"})
_STEPS = 4
_LARGEST = 4096.0


class Settled(Enum):
    """What a database on which two queries differ comes to."""

    DIFFER = "each has one result there, and they are not the same"
    ROUNDED = "sums of floats are rounded otherwise, as in each query alone"
    OPEN = "one of them has no fixed result there"


def settle(
    database: TrialDatabase,
    rows: TrialRows,
    *,
    by_order: bool = False,
    adds_up: bool = False,
) -> Settled:
    """Look closer at a database on which two queries differ.

    It stages databases of its own in place of those that are staged.

    Args:
        database: with both queries added.
        rows: of the database that is looked at, as they were staged.
        by_order: whether nothing but the order of rows differs.
        adds_up: whether both queries have aggregates whose digits may depend on order.
    """
    orders = _orders(rows)
    found = _results(database, orders, by_order=by_order)
    if not adds_up:
        is_told = _are_fixed(found) and not _agree(found)
        return Settled.DIFFER if is_told else Settled.OPEN
    is_rounded = _agree(
        _results(database, orders, by_order=by_order, digits=FEWER_DIGITS)
    )
    if _are_fixed(found):
        # The server itself may add up parts: in another order, or in parallel.
        return Settled.OPEN if is_rounded or _agree(found) else Settled.DIFFER
    if not (_are_open(found) and found[BEFORE] & found[AFTER]):
        return Settled.OPEN
    if not is_rounded:
        exact = _with_exact_floats(rows, database.tables)
        database.stage([(0, exact)])
        orders = _orders(database.staged_rows(0))
        is_rounded = _agree(_results(database, orders, by_order=by_order))
    return Settled.ROUNDED if is_rounded else Settled.OPEN


def rounded_alike(database: TrialDatabase, databases: Sequence[TrialRows]) -> list[int]:
    """Of some databases, those on which two queries agree but for their last digits."""
    database.stage(enumerate(databases), repair=False)
    tried = _tried(database, len(databases), digits=FEWER_DIGITS)
    return [
        number
        for number, items in by_number(tried).items()
        if BEFORE in items and AFTER in items
        if is_result(items[BEFORE]) and is_result(items[AFTER])
        if items[BEFORE].bag == items[AFTER].bag
    ]


def _are_open(found: Mapping[int, set[str]]) -> bool:
    return all(len(results) > 1 for results in found.values())


def _are_fixed(found: Mapping[int, set[str]]) -> bool:
    return all(len(results) == 1 for results in found.values())


def _agree(found: Mapping[int, set[str]]) -> bool:
    return _are_fixed(found) and found[BEFORE] == found[AFTER]


def _results(
    database: TrialDatabase,
    orders: Sequence[TrialRows],
    *,
    by_order: bool,
    digits: str = _USUAL_DIGITS,
) -> dict[int, set[str]]:
    """What each query gives on any of some databases by any plan."""
    database.stage(enumerate(orders), repair=False)
    found: dict[int, set[str]] = {BEFORE: set(), AFTER: set()}
    for plan in _PLANS:
        for item in _tried(database, len(orders), plan, digits=digits):
            if item.query in found and is_result(item):
                found[item.query].add(item.result if by_order else item.bag)
    return found


def _tried(
    database: TrialDatabase, count: int, plan: Mapping[str, str] = {}, *, digits: str
) -> list[Tried]:
    """Run both queries on the staged databases, planned anew."""
    try:
        database.plan_anew({**_USUAL, **plan, _DIGITS: digits})
        tried = database.run(0, count - 1, [BEFORE, AFTER])
    finally:
        database.plan_anew({**_USUAL, _DIGITS: _USUAL_DIGITS})
    return [] if isinstance(tried, Failure) else tried


def _orders(rows: TrialRows) -> list[TrialRows]:
    """The same rows in several orders: as they are, the other way round, and mixed."""
    turned: TrialRows = {oid: held[::-1] for oid, held in rows.items()}
    found = [rows, turned]
    if sum(map(len, rows.values())) <= _MAX_ROWS:
        for number in range(_ORDERS - len(found)):
            random = Random(number)
            found.append(
                {oid: random.sample(held, len(held)) for oid, held in rows.items()}
            )
    return [one for place, one in enumerate(found) if one not in found[:place]]


def _with_exact_floats(rows: TrialRows, tables: Sequence[Table]) -> TrialRows:
    """The rows with each float moved to a near one, so that any sum is exact."""
    exact = dict(rows)
    for table in tables:
        spots = [
            spot
            for spot, column in enumerate(table.stored)
            if column.base_type in _FLOATS
        ]
        if spots:
            exact[table.oid] = [_exact(row, spots) for row in rows.get(table.oid, ())]
    return exact


def _exact(row: Row, spots: Sequence[int]) -> Row:
    return [
        _exact_float(value) if spot in spots and value is not None else value
        for spot, value in enumerate(row)
    ]


def _exact_float(text: str) -> str:
    """A multiple of a quarter near a number; infinity and NaN stay what they are.

    >>> _exact_float("0.1"), _exact_float("9007199254740993"), _exact_float("NaN")
    ('0.0', '4096.0', 'NaN')
    """
    number = float(text)
    if not isfinite(number):
        return text
    return str(max(-_LARGEST, min(_LARGEST, round(number * _STEPS) / _STEPS)))
