"""Verdicts on labelled pairs: no false one accepted, no true one refuted."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.domain.equivalence import (
    CheckedSchema,
    CheckOptions,
    Compare,
    ConditionKind,
    Derivation,
    DerivationStep,
    Difference,
    Level,
    Outcome,
    RuleCondition,
)
from analyzer.domain.index import RelationName
from analyzer.verification import equivalence
from analyzer.verification.equivalence import EquivalenceChecker
from tests.support.equivalence_pairs import (
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


@pytest.fixture(scope="module")
def checker(server_dir: Path) -> Iterator[EquivalenceChecker]:
    with EquivalenceChecker(server_dir / "verification") as opened:
        yield opened


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


THRESHOLDS = [pair for pair in PAIRS if "HAVING" in pair.before and "100" in pair.after]


@pytest.mark.parametrize("pair", THRESHOLDS, ids=lambda p: p.number)
def test_a_threshold_of_an_aggregate_is_reached(
    checker: EquivalenceChecker, pair: LabelledPair
) -> None:
    verdict = checker.check(
        CheckedSchema(ddl=SCHEMA), pair.before, pair.after, options=_options(pair)
    )
    assert verdict.outcome is Outcome.REFUTED


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


W = CheckedSchema(
    ddl="CREATE TABLE t (id int PRIMARY KEY, a int, s text);"
    "CREATE TABLE u (b int, t_id int REFERENCES t ON DELETE CASCADE);"
    "CREATE TABLE w (id serial, x int);"
    "CREATE TABLE v (id int, a int);"
    "CREATE TABLE d (id int, s text DEFAULT 'none');"
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN NEW.a := 7; RETURN NEW; END $$;"
    "CREATE TRIGGER g BEFORE UPDATE ON v FOR EACH ROW EXECUTE FUNCTION f()"
)


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        (
            "DELETE FROM u WHERE b IN (SELECT id FROM t)",
            "DELETE FROM u USING t WHERE t.id = u.b",
            Outcome.EQUIVALENT,
        ),
        (
            "DELETE FROM u WHERE b NOT IN (SELECT a FROM t) RETURNING b",
            "DELETE FROM u WHERE NOT EXISTS (SELECT 1 FROM t WHERE a = b) RETURNING b",
            Outcome.REFUTED,
        ),
        (
            "UPDATE t SET a = (SELECT max(b) FROM u WHERE t_id = id)",
            "UPDATE t SET a = m FROM (SELECT t_id, max(b) AS m FROM u GROUP BY t_id) x"
            " WHERE t_id = id",
            Outcome.REFUTED,
        ),
        (
            "DELETE FROM t WHERE a = 5",
            "DELETE FROM t WHERE a = 5 AND NOT EXISTS (SELECT FROM u WHERE t_id = id)",
            Outcome.REFUTED,
        ),
        (
            "UPDATE t SET a = 3 WHERE id = $1",
            "UPDATE t SET a = 3 WHERE id = $1 AND a IS DISTINCT FROM 3",
            Outcome.REFUTED,
        ),
        (
            "INSERT INTO u (b) SELECT DISTINCT id FROM t",
            "INSERT INTO u (b) SELECT id FROM t",
            Outcome.EQUIVALENT,
        ),
        (
            "UPDATE t SET a = b FROM u",
            "UPDATE t SET a = u.b FROM u",
            Outcome.REFUSED,
        ),
        (
            "INSERT INTO w (x) SELECT a FROM t",
            "INSERT INTO w (x) SELECT t.a FROM t",
            Outcome.REFUSED,
        ),
        (
            "MERGE INTO t USING (SELECT DISTINCT b FROM u) x ON b = id"
            " WHEN MATCHED THEN DELETE",
            "DELETE FROM t WHERE id IN (SELECT b FROM u)",
            Outcome.EQUIVALENT,
        ),
        (
            "MERGE INTO t USING u ON b = id WHEN MATCHED THEN DELETE",
            "DELETE FROM t WHERE id IN (SELECT b FROM u WHERE t_id = 1)",
            Outcome.REFUTED,
        ),
        (
            "UPDATE v SET a = 1 WHERE id = 1",
            "UPDATE v SET a = 1 WHERE id IN (1)",
            Outcome.REFUSED,
        ),
        (
            "INSERT INTO d (id) SELECT id FROM t",
            "INSERT INTO d (id, s) SELECT id, 'none' FROM t",
            Outcome.EQUIVALENT,
        ),
        (
            "WITH g AS (DELETE FROM t RETURNING id) DELETE FROM u",
            "DELETE FROM u",
            Outcome.REFUSED,
        ),
    ],
)
def test_writes_are_compared_by_what_they_leave(
    checker: EquivalenceChecker, before: str, after: str, outcome: Outcome
) -> None:
    verdict = checker.check(W, before, after, options=CheckOptions(databases=400))
    assert verdict.outcome is outcome, verdict
    if verdict.counterexample:
        assert verdict.counterexample.before != verdict.counterexample.after


def test_inserts_tell_a_null_from_a_default(checker: EquivalenceChecker) -> None:
    found = checker.check(
        W,
        "SELECT id FROM d WHERE s <> 'x'",
        "SELECT id FROM d WHERE s IS DISTINCT FROM 'x'",
    ).counterexample
    assert found is not None
    assert found.inserts[0].endswith("NULL)")


def test_a_foreign_key_promises_nothing_where_rows_are_hidden(
    checker: EquivalenceChecker,
) -> None:
    schema = (
        "CREATE TABLE p (id int PRIMARY KEY);"
        "CREATE TABLE c (id int, p_id int NOT NULL REFERENCES p);"
    )
    pair = ("SELECT c.id FROM c JOIN p ON p.id = p_id", "SELECT id FROM c")
    assert checker.check(CheckedSchema(ddl=schema), *pair).is_accepted
    hidden = schema + "ALTER TABLE p ENABLE ROW LEVEL SECURITY"
    verdict = checker.check(CheckedSchema(ddl=hidden), *pair)
    assert verdict.outcome is Outcome.REFUTED
    assert any("row-level security" in caveat for caveat in verdict.caveats)


def test_a_limit_without_an_order_has_no_fixed_result(
    checker: EquivalenceChecker,
) -> None:
    verdict = checker.check(T, "SELECT a FROM t LIMIT 1", "SELECT t.a FROM t LIMIT 1")
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


def test_an_equal_plan_is_a_proof_and_the_strongest(
    checker: EquivalenceChecker,
) -> None:
    verdict = checker.check(
        T,
        "SELECT a FROM t WHERE a BETWEEN 1 AND 2",
        "SELECT y.a FROM t AS y WHERE y.a >= 1 AND y.a <= 2",
        options=CheckOptions(databases=60),
    )
    assert verdict.level is Level.PLANNER_EQUAL
    assert Level.Z3_PROVED in [level for level, _ in verdict.proofs]
    assert verdict.coverage.databases == 60


def test_plans_that_look_alike_prove_nothing(checker: EquivalenceChecker) -> None:
    for before, after in (
        (
            "SELECT id FROM t ORDER BY id LIMIT 2",
            "SELECT id FROM t ORDER BY id LIMIT 3",
        ),
        (
            "SELECT DISTINCT ON (a) a, s FROM t ORDER BY a, s, id",
            "SELECT DISTINCT ON (a, s) a, s FROM t ORDER BY a, s, id",
        ),
    ):
        assert checker.check(T, before, after).outcome is Outcome.REFUTED


def test_a_derivation_counts_only_while_its_conditions_hold(
    checker: EquivalenceChecker,
) -> None:
    table = RelationName("public", "t")

    def level(kind: ConditionKind, *columns: str) -> Level:
        condition = RuleCondition(kind=kind, relation=table, columns=columns)
        step = DerivationStep(rule="distinct_on_key", conditions=(condition,))
        verdict = checker.check(
            T,
            "SELECT DISTINCT id, a FROM t",
            "SELECT id, a FROM t",
            derivation=Derivation(steps=(step,)),
            options=CheckOptions(databases=60),
        )
        return verdict.level

    assert level(ConditionKind.UNIQUE, "id", "a") is Level.RULE_PROVED
    assert level(ConditionKind.NOT_NULL, "id") is Level.RULE_PROVED
    assert level(ConditionKind.NOT_NULL, "a") is Level.TESTED
    assert level(ConditionKind.UNIQUE, "a") is Level.TESTED
    assert level(ConditionKind.NOT_NULL) is Level.TESTED
    assert level(ConditionKind.NOT_NULL, "nowhere") is Level.TESTED
