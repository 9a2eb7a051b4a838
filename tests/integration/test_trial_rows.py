"""Rows of trial databases fulfil the constraints of their tables, and are many."""

from __future__ import annotations

import pytest

from analyzer.domain.equivalence import CheckedSchema, CheckOptions, Outcome
from analyzer.verification.equivalence import EquivalenceChecker

pytestmark = pytest.mark.integration

CHECKED = CheckedSchema(
    ddl="CREATE TABLE ord (id int PRIMARY KEY, cust int,"
    " state text NOT NULL CHECK (state IN ('new', 'paid', 'sent')),"
    " placed timestamp NOT NULL, shipped timestamp, CHECK (shipped > placed),"
    " net int CHECK (net > 0), gross int CHECK (gross < 1000), CHECK (net <= gross),"
    " CHECK ((net IS NULL) = (gross IS NULL)));"
    "CREATE TABLE line (ord_id int REFERENCES ord,"
    " qty int CHECK (qty BETWEEN 1 AND 9));"
    "CREATE TABLE reading (kind int NOT NULL, v int) PARTITION BY LIST (kind);"
    "CREATE TABLE reading_1 PARTITION OF reading FOR VALUES IN (7, 8)"
)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT id FROM ord",
        "SELECT id FROM ord WHERE shipped IS NOT NULL",
        "SELECT id FROM ord WHERE gross IS NOT NULL",
        "SELECT id FROM ord JOIN line ON ord_id = id WHERE state = 'sent'",
        "SELECT v FROM reading WHERE kind = 8",
    ],
)
def test_tables_with_checks_have_rows(checker: EquivalenceChecker, query: str) -> None:
    coverage = checker.check(
        CHECKED, query, query, options=CheckOptions(databases=100)
    ).coverage
    assert coverage.databases == 100
    assert coverage.with_rows > 30


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Two rows, each after its day and with all it must have.
        (
            "SELECT cust FROM ord WHERE shipped > '2024-05-01' AND state = 'sent'",
            "SELECT DISTINCT cust FROM ord WHERE shipped > '2024-05-01'"
            " AND state = 'sent'",
        ),
        # A constant that the text does not have.
        (
            "SELECT id FROM ord WHERE cust = 7 * 111",
            "SELECT id FROM ord WHERE cust > 7 * 110 AND cust < 7 * 111",
        ),
        # All nine values that a check allows.
        (
            "SELECT ord_id FROM line GROUP BY ord_id HAVING count(DISTINCT qty) = 9",
            "SELECT ord_id FROM line GROUP BY ord_id HAVING count(DISTINCT qty) > 9",
        ),
    ],
)
def test_rows_that_checks_allow_tell_queries_apart(
    checker: EquivalenceChecker, before: str, after: str
) -> None:
    assert checker.check(CHECKED, before, after).outcome is Outcome.REFUTED


PLAIN = CheckedSchema(ddl="CREATE TABLE p (id int PRIMARY KEY, g int, v int, t text)")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # More rows than other databases have.
        (
            "SELECT id FROM p ORDER BY id LIMIT 2000",
            "SELECT id FROM p ORDER BY id LIMIT 2001",
        ),
        # A chain without a foreign key, as long as the recursion is deep.
        (
            "WITH RECURSIVE r AS (SELECT id, 0 AS n FROM p WHERE g IS NULL UNION ALL"
            " SELECT p.id, n + 1 FROM p JOIN r ON p.g = r.id AND n < 40)"
            " SELECT id FROM r",
            "WITH RECURSIVE r AS (SELECT id, 0 AS n FROM p WHERE g IS NULL UNION ALL"
            " SELECT p.id, n + 1 FROM p JOIN r ON p.g = r.id AND n <= 40)"
            " SELECT id FROM r",
        ),
        # A sum that is met exactly by as many rows as are counted.
        (
            "SELECT g FROM p GROUP BY g HAVING count(*) = 10 AND sum(v) > 300",
            "SELECT g FROM p GROUP BY g HAVING count(*) = 10 AND sum(v) > 301",
        ),
        # One value in eight thousand, far from the constants.
        (
            "SELECT id FROM p WHERE v % 97 = 5",
            "SELECT id FROM p WHERE v % 97 = 5 AND v % 89 <> 3",
        ),
        (
            "SELECT id FROM p WHERE reverse(t) = t",
            "SELECT id FROM p WHERE t = '' OR left(t, 1) = right(t, 1)",
        ),
    ],
)
def test_rows_come_to_what_the_queries_turn_on(
    checker: EquivalenceChecker, before: str, after: str
) -> None:
    assert checker.check(PLAIN, before, after).outcome is Outcome.REFUTED


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        (
            "SELECT g FROM p ORDER BY g LIMIT 60000",
            "SELECT g FROM p ORDER BY g LIMIT 60001",
            "60,000 rows",
        ),
        (
            "SELECT p.id FROM p JOIN p q ON hashtext(p.t) = hashtext(q.t)",
            "SELECT p.id FROM p JOIN p q ON p.t = q.t",
            "hashtext",
        ),
    ],
)
def test_what_no_database_reaches_is_untested(
    checker: EquivalenceChecker, before: str, after: str, word: str
) -> None:
    verdict = checker.check(PLAIN, before, after)
    assert verdict.outcome is Outcome.UNTESTED
    assert word in verdict.reason
