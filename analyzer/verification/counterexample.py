"""The smallest database found on which two queries differ, as INSERT statements."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from analyzer.domain.equivalence import Counterexample, Difference, Rows
from analyzer.postgres.attempt import Failure, attempt
from analyzer.rewriting.parameters import compacted
from analyzer.statements.identifiers import quote_identifier
from analyzer.verification.schema_facts import PARAMETERS_OID, Column, Table
from analyzer.verification.trial import Attempt, run_in_parts
from analyzer.verification.trial_database import TrialDatabase
from analyzer.verification.trial_needs import TrialRows
from analyzer.verification.trial_result import AFTER, BEFORE, by_number, is_result
from analyzer.verification.trial_sql import lines_of, literal, table_name

_BARE = frozenset({"smallint", "integer", "bigint"})
_MAX_CANDIDATES = 120
_FEWEST = 6
_MAX_ROWS = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A database on which the trial saw a difference.

    Attributes:
        rows: of each table; parameters are the row of table 0.
        queries: both, as they are run.
        by_order: whether only the order of rows differs.
        settings: of the session, to be told.
    """

    rows: TrialRows
    queries: tuple[str, str]
    by_order: bool
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def parameters(self) -> tuple[str | None, ...]:
        """The values of ``$1`` …."""
        return tuple(self.rows.get(PARAMETERS_OID, [[]])[0])


@dataclass(frozen=True, slots=True)
class NotShown:
    """Why a difference that a trial found cannot be shown to a user."""

    reason: str


def counterexample(
    database: TrialDatabase, suspect: Suspect, *, is_list: bool
) -> Counterexample | NotShown:
    """Show what both queries return on a database, made by INSERT statements alone.

    Args:
        database: with both queries added.
        suspect: where they differ.
        is_list: whether the order of rows counts.

    Returns:
        The reason if the INSERT statements, run by themselves, show no difference.
    """
    statements = tuple(inserts(suspect.rows, database.tables))
    connection = database.connection
    attempt(connection, "BEGIN")
    try:
        for statement in statements:
            failed = attempt(connection, statement)
            if isinstance(failed, Failure):
                return NotShown(
                    "they differ on rows that no INSERT statements make: "
                    f"{failed.message}"
                )
        results = [
            _left_by(database, number, suspect.parameters)
            if database.is_writing
            else _result(database, query, suspect.parameters)
            for number, query in zip((BEFORE, AFTER), suspect.queries, strict=True)
        ]
        runs = [_runs(database, n, suspect.parameters) for n in (BEFORE, AFTER)]
    finally:
        attempt(connection, "ROLLBACK")
    (before, before_error), (after, after_error) = results
    difference = _difference(results, is_list=is_list)
    if difference is None:
        return NotShown(
            "they differ on generated rows, but not on the same rows made by INSERT"
        )
    if difference is Difference.ORDER and not _contradict(*runs):
        return NotShown(
            "one query orders rows that tie in the other, so that each result of one"
            " is allowed in the other, and not the other way round; with the same ORDER"
            " BY in both, or rows alone compared, it can be decided"
        )
    return Counterexample(
        difference=difference,
        inserts=statements,
        settings=suspect.settings,
        parameters=suspect.parameters,
        before=before,
        after=after,
        before_error=before_error,
        after_error=after_error,
        writes=database.is_writing,
    )


def smallest(database: TrialDatabase, suspect: Suspect, *, ends_at: float) -> Suspect:
    """Take rows away while the queries differ.

    Args:
        database: with both queries added.
        suspect: where they differ.
        ends_at: ``time.monotonic()`` at which to stop.
    """
    rows = suspect.rows
    while time.monotonic() < ends_at:
        # Of a large database fewer at a time: each is tried with all its rows.
        most = min(_MAX_CANDIDATES, max(_FEWEST, _MAX_ROWS // (_size(rows)[0] or 1)))
        candidates = list(islice(_smaller(rows), most))
        good = [
            candidates[i] for i in _differing(database, suspect, candidates, ends_at)
        ]
        if not good:
            break
        rows = min(good, key=_size)
    return replace(suspect, rows=rows)


def is_promised(database: TrialDatabase, smallest: Suspect, *, ends_at: float) -> bool:
    """Whether an error that one query alone raises comes of rows the other one needs.

    PostgreSQL does not say when an expression is evaluated for a row that a condition
    or a join takes away (manual 4.2.14), so that an error which only such a row raises
    is promised by neither query. It is told by a row without which both queries return
    what the one that does not fail returns with it.

    Args:
        database: with both queries added.
        smallest: a database on which one of them fails, from which no row can go.
        ends_at: ``time.monotonic()`` at which to stop.
    """
    less = [smallest.rows, *_one_row_less(smallest.rows)][:_MAX_CANDIDATES]
    database.stage(enumerate(less), repair=False)
    attempted = Attempt(queries=(BEFORE, AFTER), ends_at=ends_at)
    tried = by_number(run_in_parts(database, 0, len(less) - 1, attempted))
    whole = tried.pop(0, {})
    failed = [item for item in whole.values() if item.sqlstate]
    right = [item.bag for item in whole.values() if not item.sqlstate]
    if not (failed and right) or not (failed[0].sqlstate or "").startswith(_OF_DATA):
        return True
    return not any(
        {item.bag for number, item in items.items() if number >= BEFORE} == set(right)
        for items in tried.values()
    )


_OF_DATA = "22"
"""SQLSTATE class of errors that a value raises, such as an overflow."""


def _size(rows: TrialRows) -> tuple[int, int]:
    values = [value for table in rows.values() for row in table for value in row]
    return sum(map(len, rows.values())), sum(value is not None for value in values)


def _smaller(rows: TrialRows) -> Iterator[TrialRows]:
    """Databases with less: no rows in a table, half of them, one row less."""
    tables = {oid: held for oid, held in rows.items() if oid != PARAMETERS_OID}
    for oid, held in tables.items():
        if len(held) > 1:
            yield {**rows, oid: []}
            middle = len(held) // 2
            yield {**rows, oid: held[:middle]}
            yield {**rows, oid: held[middle:]}
    yield from _one_row_less(rows)


def _one_row_less(rows: TrialRows) -> Iterator[TrialRows]:
    for oid, held in rows.items():
        for place in range(len(held) if oid != PARAMETERS_OID else 0):
            yield {**rows, oid: held[:place] + held[place + 1 :]}


def _differing(
    database: TrialDatabase,
    suspect: Suspect,
    candidates: Sequence[TrialRows],
    ends_at: float,
) -> list[int]:
    """Which of some databases still tell the queries apart."""
    if not candidates:
        return []
    database.stage(enumerate(candidates), repair=False)
    attempted = Attempt(queries=(BEFORE, AFTER), ends_at=ends_at)
    tried = run_in_parts(database, 0, len(candidates) - 1, attempted)
    found = []
    for number, items in by_number(tried).items():
        before, after = items.get(BEFORE), items.get(AFTER)
        if before is None or after is None:
            continue
        if not (is_result(before) and is_result(after)):
            continue
        if before.bag != after.bag or (
            suspect.by_order and before.result != after.result
        ):
            found.append(number)
    return sorted(found)


def inserts(rows: TrialRows, tables: Sequence[Table]) -> Iterator[str]:
    """INSERT statements for the rows, referenced tables first."""
    for table in tables:
        for row in rows.get(table.oid, ()):
            given: list[tuple[Column, str | None]] = [
                (column, value)
                for column, value in zip(table.stored, row, strict=True)
                if value is not None or column.has_default
            ]
            if not given:
                given = [(table.stored[0], None)] if table.stored else []
            names = ", ".join(quote_identifier(column.name) for column, _ in given)
            values = ", ".join(_value(column, value) for column, value in given)
            insist = any(column.is_always_identity for column, _ in given)
            values = f"{'OVERRIDING SYSTEM VALUE ' if insist else ''}VALUES ({values})"
            yield f"INSERT INTO {table_name(table)} ({names}) {values}"


def _value(column: Column, value: str | None) -> str:
    if value is None:
        return "NULL"
    if column.base_type in _BARE:
        return value
    if column.base_type == "boolean":
        return "true" if value in ("t", "true") else "false"
    return literal(value)


def _result(
    database: TrialDatabase, query: str, parameters: Sequence[str | None]
) -> tuple[Rows, str]:
    connection = database.connection
    attempt(connection, "SAVEPOINT pgproof_shown")
    # One query may use fewer parameters than the other.
    found = attempt(connection, *compacted(query, parameters))
    attempt(connection, "ROLLBACK TO SAVEPOINT pgproof_shown")
    if isinstance(found, Failure):
        return (), str(found)
    return tuple(found), ""


def _left_by(
    database: TrialDatabase, number: int, parameters: Sequence[str | None]
) -> tuple[Rows, str]:
    """What a write reports, returns and leaves in the tables, a text for each."""
    connection = database.connection
    attempt(connection, "SAVEPOINT pgproof_left")
    found = attempt(connection, lines_of(number, len(parameters)), parameters)
    attempt(connection, "ROLLBACK TO SAVEPOINT pgproof_left")
    if isinstance(found, Failure):
        return (), str(found)
    return tuple((str(line).partition(" ")[2],) for (line,) in found), ""


def _runs(
    database: TrialDatabase, number: int, parameters: Sequence[str | None]
) -> dict[str, int]:
    """For each row that comes once, the number of its run of tied rows."""
    connection = database.connection
    attempt(connection, "SAVEPOINT pgproof_runs")
    found = attempt(connection, lines_of(number, len(parameters)), parameters)
    attempt(connection, "ROLLBACK TO SAVEPOINT pgproof_runs")
    if isinstance(found, Failure):
        return {}
    split = [str(line).partition(" ") for (line,) in found]
    count = Counter(row for _run, _space, row in split)
    return {row: int(run) for run, _space, row in split if count[row] == 1}


def _contradict(before: dict[str, int], after: dict[str, int]) -> bool:
    """Whether some row must come before another in one, and behind it in the other.

    A query that merely also orders rows which tie in the other contradicts nothing.
    """
    rows = [row for row in before if row in after]
    return any(
        before[one] < before[other] and after[one] > after[other]
        for one in rows
        for other in rows
    )


def _difference(
    results: Sequence[tuple[Rows, str]], *, is_list: bool
) -> Difference | None:
    (before, before_error), (after, after_error) = results
    if bool(before_error) != bool(after_error):
        return Difference.ERROR
    if sorted(map(repr, before)) != sorted(map(repr, after)):
        return Difference.ROWS
    return Difference.ORDER if is_list and before != after else None
