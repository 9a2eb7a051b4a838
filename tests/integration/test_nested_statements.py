"""Statements that ran inside of functions are advised like others."""

# ruff: noqa: E501 - a definition a line reads best
from __future__ import annotations

from collections.abc import Iterator

import pytest

from analyzer.domain.recommendation import CreateIndex
from analyzer.domain.scan import ScanResult
from analyzer.domain.target import Address
from analyzer.pipeline.collect import ScanRequest
from analyzer.pipeline.scan import run_scan
from analyzer.postgres.connect import Connection, session
from analyzer.postgres.variables import without_variables

pytestmark = pytest.mark.integration

DDL = """
CREATE TABLE entry (id int PRIMARY KEY, account_id int NOT NULL, amount numeric NOT NULL, at timestamptz NOT NULL);
CREATE TABLE pair (n int, p_id int);
INSERT INTO entry SELECT n, n % 20000, n, '2026-01-01'::timestamptz + n * interval '1 min' FROM generate_series(1, 200000) AS n;
CREATE FUNCTION balance(p_account int) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE r record; total numeric := 0;
BEGIN
  FOR r IN SELECT e.id FROM entry e WHERE e.account_id = p_account ORDER BY e.at LIMIT 3 LOOP
    total := total + (SELECT amount FROM entry WHERE id = r.id);
  END LOOP;
  RETURN total;
END $$;
ANALYZE;
"""


@pytest.fixture
def owner(database: Address) -> Iterator[Connection]:
    with session(database, read_only=False) as connection:
        connection.execute(DDL.encode())
        yield connection


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT amount FROM entry WHERE id = p_id", "SELECT amount FROM entry WHERE id = $1"),
        ("SELECT 'é', amount FROM entry WHERE id = R.id AND at < balance.until AND at > r.SINCE AND amount = r.ID AND at > now() - $1::interval", "SELECT 'é', amount FROM entry WHERE id = $2 AND at < $3 AND at > $4 AND amount = $2 AND at > now() - $1::interval"),
        ("SELECT id FROM entry ORDER BY at LIMIT n OFFSET n", "SELECT id FROM entry ORDER BY at LIMIT $1 OFFSET $1"),
        # Where the inner table has such a column, that is meant.
        ("SELECT 1 FROM entry WHERE id = p_id AND EXISTS (SELECT FROM pair WHERE p_id = 3)", "SELECT 1 FROM entry WHERE id = $1 AND EXISTS (SELECT FROM pair WHERE p_id = 3)"),
        ("UPDATE entry SET amount = p_amount WHERE id = p_id", "UPDATE entry SET amount = $2 WHERE id = $1"),
        # What pg_stat_statements writes and no server reads.
        ("SELECT 1 FROM entry WHERE at > now() - interval $1 AND id = p_id", "SELECT 1 FROM entry WHERE at > (now() - $1::interval) AND id = $2"),
    ],
)  # fmt: skip
def test_variables_become_parameters(
    owner: Connection, text: str, expected: str
) -> None:
    found = without_variables(owner, text)
    assert _plain(found) == _plain(expected)


def _plain(text: str) -> str:
    return text.replace("(", "").replace(")", "").lower()


@pytest.mark.parametrize(
    "text",
    [
        "SELECT amount FROM entry WHERE id = $1",
        "SELECT amount FROM no_such_table WHERE id = p_id",
        "SELECT r.* FROM entry WHERE id = p_id",
        "SELECT (r).x.y FROM entry WHERE at = no_such_function(p_id)",
        "SELECT FROM WHERE",
    ],
)
def test_what_is_no_variable_stays(owner: Connection, text: str) -> None:
    assert without_variables(owner, text) == text
    assert owner.execute("SELECT 1").fetchone() == (1,)


def _scanned(owner: Connection, database: Address, track: str) -> ScanResult:
    owner.execute(f"SET pg_stat_statements.track = {track}".encode())
    owner.execute("SELECT pg_stat_statements_reset()")
    for account in range(40):
        owner.execute(f"SELECT balance({account})".encode())
    return run_scan(ScanRequest(address=database, min_counter_age_s=0.0))


def test_a_scan_advises_on_them(owner: Connection, database: Address) -> None:
    found = _scanned(owner, database, "'all'")
    (index,) = (
        r.action.definition
        for r in found.recommendations
        if isinstance(r.action, CreateIndex)
    )
    assert (index.relation.name, index.keys[0].attribute) == ("entry", "account_id")
    reasons = " ".join(answer.reason for answer in found.no_advice)
    assert "What balance() runs is listed as statements of its own." in reasons


def test_a_scan_says_that_they_are_not_counted(
    owner: Connection, database: Address
) -> None:
    found = _scanned(owner, database, "'top'")
    assert not found.recommendations
    reasons = " ".join(answer.reason for answer in found.no_advice)
    assert "counted only with pg_stat_statements.track = all" in reasons


@pytest.mark.parametrize("track", ["top", "'all'"])
@pytest.mark.parametrize(
    "text",
    [
        "CREATE TEMP TABLE made_{} AS SELECT id FROM entry WHERE account_id = 7",
        "COPY (SELECT id FROM entry WHERE account_id = 7) TO '/dev/null' WITH (ENCODING 'LATIN{}')",
        # The query alone, to be counted beside what it is compared with.
        "SELECT id FROM entry WHERE account_id = {}",
    ],
)  # fmt: skip
def test_what_utility_statements_run_counts_once(
    owner: Connection, database: Address, track: str, text: str
) -> None:
    owner.execute(f"SET pg_stat_statements.track = {track}".encode())
    owner.execute("SELECT pg_stat_statements_reset()")
    for number in range(1, 5):
        owner.execute(text.format(number).encode())
    found = run_scan(ScanRequest(address=database, min_counter_age_s=0.0))
    items = [i for i in found.workload.items if "FROM entry" in i.planned_query]
    assert [item.counters.calls for item in items] == [4]
    assert items[0].statement.normalized_query == (
        "SELECT id FROM entry WHERE account_id = $1"
    )
