"""Verdicts on labelled pairs: no false one accepted, no true one refuted."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest

from analyzer.domain.equivalence import (
    CheckedSchema,
    CheckOptions,
    Compare,
    Outcome,
)
from analyzer.domain.target import Address
from analyzer.postgres.connect import Connection, session
from analyzer.verification.equivalence import EquivalenceChecker
from tests.support.equivalence_pairs import (
    SHOWN,
    LabelledPair,
    PairWithSchema,
    read_lines,
    read_pairs,
    read_scripts,
)

pytestmark = pytest.mark.integration

SCHEMA, PAIRS = read_pairs()
OPTIONS = CheckOptions(databases=400, compare=Compare.BAG)
SLOW = {"recursion"}


def sample(*, is_equivalent: bool) -> list[LabelledPair]:
    """A fixed third of the pairs; ``benchmarks/equivalence.py`` runs all."""
    return [
        pair
        for pair in PAIRS
        if pair.is_equivalent is is_equivalent
        and pair.family not in SLOW
        and zlib.crc32(pair.before.encode() + pair.after.encode()) % 3 == 0
    ]


@pytest.mark.parametrize("pair", sample(is_equivalent=False), ids=lambda p: p.number)
def test_a_false_pair_is_refuted_by_its_own_inserts(
    checker: EquivalenceChecker, pair: LabelledPair
) -> None:
    verdict = checker.check(
        CheckedSchema(ddl=SCHEMA), pair.before, pair.after, options=_options(pair)
    )
    assert not verdict.is_accepted
    if verdict.outcome is Outcome.REFUTED:
        found = verdict.counterexample
        assert found is not None
        shown = (found.before, bool(found.before_error))
        assert shown != (found.after, bool(found.after_error))
        assert len(found.inserts) <= 60


@pytest.mark.parametrize("pair", sample(is_equivalent=True), ids=lambda p: p.number)
def test_a_true_pair_is_accepted(
    checker: EquivalenceChecker, pair: LabelledPair
) -> None:
    verdict = checker.check(
        CheckedSchema(ddl=SCHEMA), pair.before, pair.after, options=_options(pair)
    )
    assert verdict.is_accepted, verdict


def _options(pair: LabelledPair) -> CheckOptions:
    is_list = pair.family == "limit and order" and " ORDER BY " in pair.before
    compare = Compare.LIST if is_list else Compare.BAG
    return CheckOptions(databases=OPTIONS.databases, compare=compare)


ADVERSARIAL = [
    pair
    for pair in (*read_lines(), *read_scripts())
    if zlib.crc32(pair.before.encode() + pair.after.encode()) % 6 == 0
]
"""A fixed sixth; ``benchmarks/equivalence.py`` runs all."""


@pytest.mark.parametrize("pair", ADVERSARIAL, ids=lambda p: p.name)
def test_a_pair_that_differs_in_one_rare_row_is_told_from_one_that_does_not(
    checker: EquivalenceChecker, pair: PairWithSchema
) -> None:
    verdict = checker.check(
        CheckedSchema(ddl=pair.schema),
        pair.before,
        pair.after,
        options=CheckOptions(compare=Compare(pair.compare)),
    )
    assert verdict.is_accepted is pair.is_equivalent, verdict


PARTS = read_pairs(Path(SHOWN[0]).with_name("parts_of_values.sql"))


@pytest.mark.parametrize("pair", PARTS[1], ids=lambda p: p.number)
def test_values_have_parts_and_lie_as_far_apart_as_a_query_says(
    checker: EquivalenceChecker, pair: LabelledPair
) -> None:
    verdict = checker.check(CheckedSchema(ddl=PARTS[0]), pair.before, pair.after)
    assert verdict.is_accepted is pair.is_equivalent, verdict


THRESHOLDS = [pair for pair in PAIRS if "HAVING" in pair.before and "100" in pair.after]


@pytest.mark.parametrize("pair", THRESHOLDS, ids=lambda p: p.number)
def test_a_threshold_of_an_aggregate_is_reached(
    checker: EquivalenceChecker, pair: LabelledPair
) -> None:
    verdict = checker.check(
        CheckedSchema(ddl=SCHEMA), pair.before, pair.after, options=_options(pair)
    )
    assert verdict.outcome is Outcome.REFUTED


@pytest.mark.parametrize("path", SHOWN, ids=lambda p: p.stem)
def test_a_false_label_is_shown_by_rows_written_by_hand(
    database: Address, path: Path
) -> None:
    schema, pairs = read_pairs(path)
    with session(database, read_only=False) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(schema.encode())
        alike = [
            f"{pair.number} {pair.family}"
            for pair in pairs
            if not pair.is_equivalent
            and (
                not pair.shown_by
                or left_by(connection, pair.before, pair.shown_by)
                == left_by(connection, pair.after, pair.shown_by)
            )
        ]
    assert not alike


def left_by(connection: Connection, query: str, rows: Sequence[str]) -> list[str]:
    """What a statement returns and leaves, as texts; the SQLSTATE where it fails."""
    with connection.transaction(force_rollback=True):
        for statement in rows:
            connection.execute(statement.encode())
        try:
            with connection.transaction():
                answer = connection.execute(query.encode())
                found = texts_of(answer)
        except psycopg.Error as error:
            return [error.sqlstate or ""]
        names = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND relnamespace = 'public'::regnamespace ORDER BY 1"
        ).fetchall()
        for (name,) in names:
            left = texts_of(connection.execute(f"TABLE {name}".encode()))
            found += sorted(f"{name} {row}" for row in left)
        if " ORDER BY " not in query.rpartition(")")[2]:
            found.sort()
        return [str(answer.rowcount), *found]


def texts_of(answer: psycopg.Cursor[Any]) -> list[str]:
    """Rows as the server writes them: not all of its values are some of Python's."""
    result = answer.pgresult
    assert result is not None
    columns = range(result.nfields)
    return [
        str([result.get_value(row, column) for column in columns])
        for row in range(result.ntuples)
    ]
