"""Whether trial databases come to where a comparison decides: its sides are equal.

That ``a > b`` may be ``a >= b`` and nothing shows is no wonder if ``a`` never was
``b``, and says much if it often was: then the mistake is harmless here, as it is in
CASE WHEN a > b THEN a ELSE b END.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from analyzer.postgres.attempt import Failure
from analyzer.statements.boundaries import equal_sides, with_alarm
from analyzer.statements.column_expressions import (
    ColumnExpression,
    column_expressions,
)
from analyzer.statements.data_hints import data_hints
from analyzer.statements.sorted_output import SortedOutput
from analyzer.verification.dense_values import are_one_condition
from analyzer.verification.mistakes import Mutant
from analyzer.verification.prepared_pair import PreparedPair
from analyzer.verification.trial import Attempt, run_in_parts
from analyzer.verification.trial_database import TrialDatabase
from analyzer.verification.trial_result import (
    AFTER,
    BEFORE,
    FIRST_MUTANT,
    by_number,
    is_result,
)

_DATABASES = 360
_OFTEN_RATIO = 0.1
"""Of the databases, on how many the sides must be equal at least once."""
_DIVISION_BY_ZERO = "22012"


def unreached(
    database: TrialDatabase,
    pair: PreparedPair,
    survivors: Sequence[Mutant],
    ends_at: float,
) -> list[Mutant]:
    """Of mistakes in comparisons that showed on no database, those that say nothing.

    Args:
        database: whose staged rows are replaced.
        pair: that the mistakes were made in.
        survivors: mistakes that no database told from their query.
        ends_at: ``time.monotonic()`` at which to stop.
    """
    lone = [mutant for mutant in survivors if mutant.lone_comparison]
    alarms = dict(_alarms(database, pair, lone)) if lone else {}
    met = _met(database, pair, alarms, ends_at)
    rare = [m for m in lone if met[m.number] < _DATABASES * _OFTEN_RATIO]
    return [m for m in rare if not _cannot_matter(database, pair, m)]


def _met(
    database: TrialDatabase,
    pair: PreparedPair,
    alarms: Mapping[int, Mutant],
    ends_at: float,
) -> Counter[int]:
    """By mistake, on how many databases the sides of its comparison are equal."""
    met: Counter[int] = Counter()
    if not alarms or time.monotonic() > ends_at:
        return met
    rows = ((n, pair.maker.make(n)) for n in range(_DATABASES))
    database.stage(rows)
    attempt = Attempt(queries=(BEFORE, AFTER, *alarms), ends_at=ends_at)
    tried = run_in_parts(database, 0, _DATABASES - 1, attempt)
    for items in by_number(tried).values():
        for number, mutant in alarms.items():
            original, alarm = items.get(mutant.original), items.get(number)
            if original is not None and alarm is not None and is_result(original):
                met[mutant.number] += alarm.sqlstate == _DIVISION_BY_ZERO
    return met


def _cannot_matter(database: TrialDatabase, pair: PreparedPair, mutant: Mutant) -> bool:
    """Whether the mistake changes no condition on one column: i * 3 is never 1000."""
    text = (pair.before, pair.after)[mutant.original].text
    equality = equal_sides(text, mutant.lone_comparison)
    queries = (pair.before.text, pair.after.text)
    strings = [s for query in queries for s in data_hints(query).strings]
    right, wrong = (
        {item for item in column_expressions(query) if len(item.columns) == 1}
        for query in (text, mutant.text)
    )
    changed = [sorted(items, key=_length) for items in (right - wrong, wrong - right)]
    if not all(changed):
        return False
    # The comparison itself, and the whole condition that it is a part of.
    return any(
        _is_harmless(database, changed[0][at], changed[1][at], (equality, strings))
        for at in (0, -1)
    )


def _length(item: ColumnExpression) -> int:
    return len(item.text)


def _is_harmless(
    database: TrialDatabase,
    right: ColumnExpression,
    wrong: ColumnExpression,
    constants: tuple[str, list[str]],
) -> bool:
    equality, strings = constants
    meant = [
        (table.name, column)
        for table in database.tables
        for column in table.stored
        if (column.name,) == right.columns == wrong.columns
    ]
    return bool(meant) and all(
        are_one_condition(
            database,
            column,
            (
                (right.relation or name, right.text),
                (wrong.relation or name, wrong.text),
            ),
            equality,
            strings,
        )
        for name, column in meant
    )


def _alarms(
    database: TrialDatabase, pair: PreparedPair, lone: Sequence[Mutant]
) -> Iterator[tuple[int, Mutant]]:
    """Queries that fail where sides are equal, made ready, with their mistakes."""
    first = FIRST_MUTANT + len(pair.mutants)
    for number, mutant in enumerate(lone, first):
        text = (pair.before, pair.after)[mutant.original].text
        alarm = with_alarm(text, mutant.lone_comparison)
        found = database.describe(alarm) if alarm else None
        if found is None or isinstance(found, Failure):
            continue
        query = SortedOutput(text=alarm)
        if database.add_query(number, query, found, pair.parameter_types) is None:
            yield number, mutant
