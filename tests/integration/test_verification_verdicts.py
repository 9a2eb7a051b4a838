"""Verdicts on queries: what counts as a difference, and what cannot be decided."""

from __future__ import annotations

import pytest

from analyzer.domain.equivalence import (
    CheckedSchema,
    CheckOptions,
    Difference,
    Outcome,
)
from analyzer.errors import UnknownRelation
from analyzer.verification import equivalence
from analyzer.verification.equivalence import EquivalenceChecker

pytestmark = pytest.mark.integration

T = CheckedSchema(ddl="CREATE TABLE t (id int PRIMARY KEY, a int, s text)")


def test_names_types_and_order_are_part_of_the_result(
    checker: EquivalenceChecker,
) -> None:
    cases = {
        ("SELECT a FROM t", "SELECT a AS b FROM t"): Difference.NAMES,
        ("SELECT a FROM t", "SELECT a::bigint AS a FROM t"): Difference.TYPES,
        ("SELECT a FROM t", "SELECT a, a FROM t"): Difference.COLUMNS,
        (
            "SELECT id FROM t ORDER BY id",
            "SELECT id FROM t ORDER BY id DESC",
        ): Difference.ORDER,
    }
    for (before, after), difference in cases.items():
        found = checker.check(T, before, after).counterexample
        assert found is not None
        assert found.difference is difference


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        ("SELECT upper('ab') AS u", "SELECT 'AB' AS u", Outcome.EQUIVALENT),
        ("SELECT 1 AS x WHERE false", "SELECT 2 AS x WHERE false", Outcome.EQUIVALENT),
        (
            "WITH v AS (VALUES (1), (2)) SELECT sum(column1) AS s FROM v",
            "SELECT 3::bigint AS s",
            Outcome.EQUIVALENT,
        ),
        ("SELECT 1 / 0 AS x", "SELECT 2 AS x", Outcome.REFUTED),
        # They agree today, or in a session of ours.
        ("SELECT now() > '2020-01-01' AS x", "SELECT true AS x", Outcome.REFUSED),
        ("SELECT 'today'::date > '2020-01-01' AS x", "SELECT true AS x", None),
        ("SELECT a FROM t WHERE 'Now'::date > '2020-01-01'", "SELECT a FROM t", None),
        ("SELECT to_char(5, '9') AS x", "SELECT ' 5' AS x", Outcome.UNTESTED),
    ],
)
def test_without_a_table_both_are_run_once_unless_a_clock_decides(
    checker: EquivalenceChecker, before: str, after: str, outcome: Outcome | None
) -> None:
    found = checker.check(T, before, after)
    assert found.outcome is (outcome or Outcome.REFUSED), found


def test_a_session_that_served_many_pairs_is_exchanged(
    checker: EquivalenceChecker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(equivalence, "MAX_USES", 2)
    pids = []
    for _ in range(4):
        assert checker.check(T, "SELECT a FROM t", "SELECT a FROM t").is_accepted
        pids.append(checker._database(T).connection.info.backend_pid)
    assert len(set(pids)) > 1


def test_rows_that_tie_may_come_in_any_order(checker: EquivalenceChecker) -> None:
    before = "SELECT a FROM t ORDER BY a % 2"
    assert checker.check(T, before, "SELECT a FROM t ORDER BY mod(a, 2)").is_accepted


def test_a_finer_order_is_neither_equivalent_nor_refuted(
    checker: EquivalenceChecker,
) -> None:
    coarse, fine = (
        "SELECT a, id FROM t ORDER BY a",
        "SELECT a, id FROM t ORDER BY a, id",
    )
    for before, after in ((coarse, fine), (fine, coarse)):
        verdict = checker.check(T, before, after)
        assert verdict.outcome is Outcome.REFUSED, verdict
        assert "tie" in verdict.reason


def test_an_error_is_a_result(checker: EquivalenceChecker) -> None:
    verdict = checker.check(
        T, "SELECT 1 / a AS x FROM t", "SELECT 1 / NULLIF(a, 0) AS x FROM t"
    )
    found = verdict.counterexample
    assert found is not None
    assert found.before_error.startswith("22012")
    assert not found.after_error
    assert len(found.inserts) == 1


def test_an_error_of_a_row_that_neither_returns_is_no_promise(
    checker: EquivalenceChecker,
) -> None:
    verdict = checker.check(
        T,
        "SELECT id FROM t WHERE CASE WHEN a > 0 THEN 100 / a > 7 END",
        # The planner has the cheaper condition tried first.
        "SELECT id FROM t WHERE 100 / a > 7 AND a::bigint * 1 * 1 * 1 > 0",
    )
    assert verdict.outcome is Outcome.REFUSED
    assert "promise" in verdict.reason
    found = verdict.counterexample
    assert found is not None
    assert found.after_error.startswith("22012")
    assert not found.before_error


def test_rows_that_differ_outweigh_an_error(checker: EquivalenceChecker) -> None:
    verdict = checker.check(
        T,
        "SELECT id FROM t WHERE CASE WHEN a > 0 THEN 100 / a > 7 END",
        "SELECT id FROM t WHERE 100 / a >= 7 AND a > 0",
    )
    assert verdict.outcome is Outcome.REFUTED
    assert verdict.counterexample is not None
    assert verdict.counterexample.difference is Difference.ROWS


def test_one_row_has_no_order(checker: EquivalenceChecker) -> None:
    verdict = checker.check(
        T,
        "SELECT id FROM t ORDER BY a DESC NULLS LAST, id LIMIT 1",
        "SELECT min(id) AS id FROM t WHERE a IS NOT DISTINCT FROM"
        " (SELECT max(a) FROM t) HAVING count(*) > 0",
    )
    assert verdict.is_accepted, verdict


def test_a_first_null_is_a_first_run(checker: EquivalenceChecker) -> None:
    verdict = checker.check(
        T,
        "SELECT id, a FROM t ORDER BY a NULLS FIRST, id",
        "SELECT id, a FROM t ORDER BY a IS NOT NULL, a, id",
    )
    assert verdict.is_accepted, verdict


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "infinity"])
def test_dates_at_the_end_of_the_calendar_are_constants_like_others(
    checker: EquivalenceChecker, day: str
) -> None:
    days = CheckedSchema(ddl="CREATE TABLE e (id int, d date, f float8)")
    verdict = checker.check(
        days,
        f"SELECT id FROM e WHERE d < '{day}' AND f < 'infinity'",
        f"SELECT id FROM e WHERE d <= '{day}' AND f < 'infinity'",
        options=CheckOptions(databases=100),
    )
    assert verdict.outcome is Outcome.REFUTED


@pytest.mark.parametrize(
    ("before", "word"),
    [
        ("SELECT a FROM t WHERE random() < 0.5", "volatile"),
        ("SELECT pg_read_file('/etc/passwd') AS a FROM t", "denied"),
        ("DELETE FROM t RETURNING a", "writes"),
        ("SELECT a FROM t FOR UPDATE", "lock"),
    ],
)
def test_what_has_no_fixed_result_or_may_not_run_is_refused(
    checker: EquivalenceChecker, before: str, word: str
) -> None:
    verdict = checker.check(T, before, "SELECT a FROM t")
    assert verdict.outcome is Outcome.REFUSED
    assert word in verdict.reason


def test_a_limit_without_an_order_has_no_fixed_result(
    checker: EquivalenceChecker,
) -> None:
    verdict = checker.check(
        T, "SELECT a FROM t LIMIT 1", "SELECT a FROM t WHERE true LIMIT 1"
    )
    assert verdict.outcome is Outcome.REFUSED
    assert "stored" in verdict.reason


def test_a_query_that_never_returns_a_row_is_untested(
    checker: EquivalenceChecker,
) -> None:
    verdict = checker.check(
        T,
        "SELECT a FROM t GROUP BY a HAVING count(*) > 5 AND count(*) < 3",
        "SELECT a FROM t GROUP BY a HAVING count(*) > 50000",
        options=CheckOptions(databases=100),
    )
    assert verdict.outcome is Outcome.UNTESTED


def test_a_query_that_does_not_end_costs_its_database_only(
    checker: EquivalenceChecker,
) -> None:
    endless = (
        "WITH RECURSIVE r(n) AS (SELECT a FROM t UNION ALL SELECT n FROM r"
        " WHERE n = 2) SELECT count(n) FROM r"
    )
    verdict = checker.check(
        T,
        endless,
        endless.replace("n = 2", "2 = n"),
        options=CheckOptions(databases=100, budget_s=8),
    )
    assert verdict.outcome is not Outcome.REFUTED
    assert checker.check(T, "SELECT a FROM t", "SELECT a FROM t").is_accepted


def test_parameters_stand_for_any_value(checker: EquivalenceChecker) -> None:
    before = "SELECT id FROM t WHERE a = $1"
    assert checker.check(T, before, "SELECT id FROM t WHERE $1 = a").is_accepted
    found = checker.check(
        T, before, "SELECT id FROM t WHERE a IS NOT DISTINCT FROM $1"
    ).counterexample
    assert found is not None
    assert found.parameters == (None,)


def test_one_query_may_use_fewer_parameters_than_the_other(
    checker: EquivalenceChecker,
) -> None:
    both = "SELECT id FROM t WHERE a = $1 AND s = $2"
    for fewer in ("SELECT id FROM t WHERE a = $1", "SELECT id FROM t WHERE s = $2"):
        verdict = checker.check(T, both, fewer)
        assert verdict.outcome is Outcome.REFUTED
        found = verdict.counterexample
        assert found is not None
        assert len(found.parameters) == 2
    same = "SELECT id FROM t WHERE s = $2"
    assert checker.check(T, same, "SELECT id FROM t WHERE $2 = s").is_accepted


def test_queries_without_a_table_are_compared(checker: EquivalenceChecker) -> None:
    verdict = checker.check(T, "SELECT 1 AS a", "WITH r AS (SELECT 1 AS a) TABLE r")
    assert verdict.outcome is not Outcome.REFUTED
    assert verdict.is_accepted


def test_hostile_ddl_runs_without_rights(checker: EquivalenceChecker) -> None:
    ddl = (
        "CREATE TABLE t (id int PRIMARY KEY, a int, s text);"
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM pg_read_file('/etc/passwd'); RETURN 1; END $$;"
        "COPY t FROM '/etc/passwd'; CREATE ROLE x SUPERUSER; DO $$ BEGIN"
        " PERFORM pg_sleep(100); END $$;"
    )
    verdict = checker.check(
        CheckedSchema(ddl=ddl), "SELECT a FROM t", "SELECT t.a FROM t"
    )
    assert verdict.is_accepted
    assert len(verdict.caveats) == 3


R = CheckedSchema(ddl="CREATE TABLE r (id int PRIMARY KEY, v float8, w int, s text)")


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        # No float is the logarithm of 5 to the last digit, as far as rows show.
        ("exp(v) > 5", "exp(v) >= 5", "> made >="),
        ("exp(v) > 5", "(exp(v) < 5) IS FALSE", "5 < exp(v)"),
        ("length(s) > -5", "length(s) > -6", "5 made 6"),
    ],
)
def test_a_boundary_that_no_row_came_to_is_left_open(
    checker: EquivalenceChecker, before: str, after: str, reason: str
) -> None:
    queries = (f"SELECT id FROM r WHERE {text}" for text in (before, after))
    found = checker.check(R, *queries)
    assert found.outcome is Outcome.UNTESTED
    assert reason in found.reason


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "SELECT id, greatest(w, id) AS m FROM r",
            "SELECT id, CASE WHEN w IS NOT NULL AND w > id THEN w ELSE id END AS m"
            " FROM r",
        ),
        ("SELECT count(w) AS n FROM r", "SELECT count(*) AS n FROM r WHERE w <= w"),
        # Three times a whole number is never 1000.
        (
            "SELECT id FROM r WHERE w::bigint * 3 >= 1000",
            "SELECT id FROM r WHERE w >= 334",
        ),
        (
            "SELECT id FROM r WHERE s LIKE 'a%b' OR s LIKE 'a%c'",
            "SELECT id FROM r WHERE s LIKE 'a%' AND right(s, 1) IN ('b', 'c')"
            " AND length(s) > 1",
        ),
    ],
)
def test_a_boundary_that_is_often_reached_and_does_not_matter_is_none(
    checker: EquivalenceChecker, before: str, after: str
) -> None:
    assert checker.check(R, before, after).is_accepted


def test_a_table_that_could_not_be_made_is_told_with_the_reason(
    checker: EquivalenceChecker,
) -> None:
    schema = CheckedSchema(ddl="CREATE TABLE t (a no_such_type)")
    with pytest.raises(UnknownRelation) as told:
        checker.check(schema, "SELECT a FROM t", "SELECT 1 AS a FROM t")
    assert "CREATE TABLE t" in (told.value.detail or "")
    assert "no_such_type" in (told.value.detail or "")
