"""Pairs of which a query alone may give several results: rounded sums, picked rows."""

from __future__ import annotations

import pytest

from analyzer.domain.equivalence import CheckedSchema, CheckOptions, Outcome
from analyzer.statements.sorted_output import SortedOutput
from analyzer.verification.equivalence import EquivalenceChecker
from analyzer.verification.settled import Settled, settle
from analyzer.verification.trial_database import TrialDatabase

pytestmark = pytest.mark.integration

READINGS = CheckedSchema(
    ddl="CREATE TABLE device (id int PRIMARY KEY, fleet int);"
    "CREATE TABLE reading (id int PRIMARY KEY, device int NOT NULL REFERENCES device,"
    " metric text, value float8, weight real)"
)
BY_FLEET = (
    "SELECT d.fleet, sum(r.value) AS s FROM reading r JOIN device d ON d.id = r.device"
    " WHERE r.metric = $1 GROUP BY d.fleet"
)


@pytest.mark.parametrize("seed", [0, 1])
def test_sums_of_floats_that_add_up_in_another_order_are_equivalent(
    checker: EquivalenceChecker, seed: int
) -> None:
    after = (
        "SELECT d.fleet, sum(r.value) AS s FROM device d, LATERAL (SELECT value FROM"
        " reading r WHERE r.device = d.id AND r.metric = $1 OFFSET 0) r GROUP BY 1"
    )
    verdict = checker.check(
        READINGS, BY_FLEET, after, options=CheckOptions(seed=seed, databases=400)
    )
    assert verdict.is_accepted, verdict


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Equal for numbers whose sums are exact; rounded otherwise for others.
        ("sum(weight)", "sum(weight::float8)::real"),
        ("sum(value) / 3", "sum(value / 3)"),
        ("sum(value)", "sum(value::numeric)::float8"),
        ("avg(value)", "avg(value::real)"),
    ],
)
def test_sums_that_are_rounded_otherwise_are_not_accepted(
    checker: EquivalenceChecker, before: str, after: str
) -> None:
    query = "SELECT device, {} AS s FROM reading GROUP BY device"
    verdict = checker.check(READINGS, query.format(before), query.format(after))
    assert not verdict.is_accepted, verdict


def test_a_filter_on_what_is_added_up_is_refuted(checker: EquivalenceChecker) -> None:
    after = BY_FLEET + " HAVING count(r.value) > 0"
    verdict = checker.check(READINGS, BY_FLEET, after)
    assert verdict.outcome is Outcome.REFUTED


def test_rows_picked_by_chance_do_not_hide_rows_that_differ(
    checker: EquivalenceChecker,
) -> None:
    query = "SELECT metric FROM reading WHERE device {} 2 LIMIT 1"
    verdict = checker.check(READINGS, query.format("<"), query.format("<="))
    assert verdict.outcome is Outcome.REFUTED, verdict
    assert verdict.counterexample is not None
    shown = verdict.counterexample
    assert len(shown.before) + len(shown.after) < 2


def test_an_order_by_a_sum_of_floats_is_compared(checker: EquivalenceChecker) -> None:
    query = (
        "SELECT device, sum(value) AS s FROM {} AS r GROUP BY device"
        " ORDER BY s DESC, device LIMIT 3"
    )
    other = "(SELECT * FROM reading UNION ALL SELECT * FROM reading WHERE false)"
    verdict = checker.check(READINGS, query.format("reading"), query.format(other))
    assert verdict.is_accepted, verdict


def test_what_each_query_gives_is_settled_row_order_by_row_order(
    checker: EquivalenceChecker,
) -> None:
    checker.check(READINGS, "SELECT 1 AS x FROM reading LIMIT 1", "SELECT 1 AS x")
    database = checker._database(READINGS)
    reading = next(table for table in database.tables if table.name == "reading")
    device = next(table for table in database.tables if table.name == "device")
    rows = {
        device.oid: [["1", None]],
        reading.oid: [[str(n), "1", text, None, None] for n, text in enumerate("ab")],
    }
    assert _settled(database, "metric FROM reading LIMIT 1", rows) is Settled.OPEN
    assert _settled(database, "max(metric) FROM reading", rows) is Settled.DIFFER


def _settled(
    database: TrialDatabase, query: str, rows: dict[int, list[list[str | None]]]
) -> Settled:
    for number, text in enumerate((f"SELECT {query}", "SELECT 'z'")):
        columns = database.describe(text)
        assert isinstance(columns, tuple)
        assert database.add_query(number, SortedOutput(text=text), columns, ()) is None
    return settle(database, rows)


def test_a_column_of_units_is_given_units(checker: EquivalenceChecker) -> None:
    schema = CheckedSchema(ddl="CREATE TABLE e (id int, unit text, at timestamp)")
    query = "SELECT id FROM e WHERE date_trunc(unit, at) {} '2024-01-01'"
    verdict = checker.check(schema, query.format("="), query.format(">="))
    assert verdict.outcome is Outcome.REFUTED
    assert verdict.counterexample is not None
    assert not verdict.counterexample.before_error
