"""Advisors on rewrites and access: proofs, evidence and identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from analyzer.advisors.access import n_plus_one
from analyzer.advisors.contract import DOCSTRING_HEADINGS, Facts
from analyzer.advisors.rewrite import (
    non_sargable_predicate,
    not_in_subquery,
    offset_pagination,
)
from analyzer.domain.index import IndexDefinition
from analyzer.domain.recommendation import (
    Basis,
    ChangeApplication,
    NoAdvice,
    Recommendation,
    RewriteQuery,
    Semantics,
)
from analyzer.domain.workload import StatementRun
from analyzer.statements.ddl import catalog_from_ddl
from tests.support.recorded_planner import RecordedPlanner
from tests.support.workloads import run, workload

CATALOG = catalog_from_ddl(
    "CREATE TABLE t (id bigint PRIMARY KEY, ts timestamp, n integer NOT NULL);"
    "CREATE TABLE u (id bigint PRIMARY KEY, t_id bigint);",
    {"t": 1_000_000, "u": 10},
)
ADVISORS = (
    non_sargable_predicate.ADVISOR,
    not_in_subquery.ADVISOR,
    offset_pagination.ADVISOR,
    n_plus_one.ADVISOR,
)
CAST = "SELECT id FROM t WHERE ts::date = $1"


def planner(
    costs: dict[str, float], *, with_index: dict[str, float] | None = None
) -> RecordedPlanner:
    """Costs by a piece of the query's text, other costs once an index is offered."""

    def model(
        query: str,
        values: tuple[str | None, ...],
        create: Sequence[IndexDefinition],
        hidden: Sequence[str],
    ) -> tuple[float, Sequence[IndexDefinition]]:
        table = with_index if create and with_index else costs
        scale = 100.0 if values == ("bad",) and "::date = " not in query else 1.0
        return next(c for text, c in table.items() if text in query) * scale, create

    return RecordedPlanner(model)


def sargable(
    costs: RecordedPlanner, *parameters: tuple[str | None, ...]
) -> list[Recommendation | NoAdvice]:
    facts = Facts(
        workload=workload(run(CAST, *parameters)), catalog=CATALOG, what_if=costs
    )
    return list(non_sargable_predicate.advise(facts))


@pytest.mark.parametrize("advisor", ADVISORS, ids=lambda one: one.slug)
def test_the_manual_page_has_all_headings(advisor: object) -> None:
    for heading in DOCSTRING_HEADINGS:
        assert heading in advisor.doc  # type: ignore[attr-defined]


def test_costs_of_both_texts_are_the_evidence() -> None:
    (found,) = sargable(planner({"ts::date": 1000.0, "": 10.0}), ("2024-01-01",))
    assert isinstance(found, Recommendation)
    assert isinstance(found.action, RewriteQuery)
    assert found.action.original == CAST
    assert (found.before.value, found.after.value) == (1000.0, 10.0)
    assert found.basis is Basis.ESTIMATED
    assert found.impact_ratio == pytest.approx(0.99)
    assert found.semantics is Semantics.UNCHANGED_IF
    assert all(item.quantity.source == "recorded" for item in found.evidence)
    assert found.affects[0].exec_time_ratio == 1.0


def test_a_value_that_the_new_text_takes_in_stands_in_the_old_one() -> None:
    query = "SELECT id FROM t WHERE date_trunc($1, ts) = $2 AND n = $3"
    sets = [("day", f"2024-01-0{n}", "7") for n in range(1, 4)]
    facts = Facts(
        workload=workload(run(query, *sets)),
        catalog=CATALOG,
        what_if=planner({"date_trunc($1": 1000.0, "": 10.0}),
    )
    (found,) = non_sargable_predicate.advise(facts)
    assert isinstance(found, Recommendation)
    assert isinstance(found.action, RewriteQuery)
    assert found.action.original == (
        "SELECT id FROM t WHERE date_trunc('day', ts) = $2 AND n = $3"
    )
    assert "$1" not in found.action.query and "n = $3" in found.action.query


def test_an_index_the_proof_needs_is_a_condition_with_its_ddl() -> None:
    costs = planner({"": 1000.0}, with_index={"ts::date": 1000.0, "": 10.0})
    (found,) = sargable(costs, ("2024-01-01",))
    assert isinstance(found, Recommendation)
    assert any(
        "CREATE INDEX CONCURRENTLY" in text and "(ts)" in text
        for text in found.conditions
    )


def test_silent_where_the_index_alone_does_it() -> None:
    costs = planner({"": 1000.0}, with_index={"": 10.0})
    assert sargable(costs, ("2024-01-01",)) == []


def test_silent_where_the_gain_is_small() -> None:
    assert sargable(planner({"ts::date": 1000.0, "": 900.0}), ("2024-01-01",)) == []
    assert sargable(planner({"ts::date": 50.0, "": 1.0}), ("2024-01-01",)) == []


def test_silent_where_one_value_would_lose() -> None:
    costs = planner({"ts::date": 1000.0, "": 12.0})
    assert sargable(costs, ("2024-01-01",), ("2024-01-02",), ("bad",)) == []
    assert len(sargable(costs, ("2024-01-01",), ("2024-01-02",))) == 1


def test_silent_where_the_new_text_cannot_be_planned() -> None:
    refused = RecordedPlanner(lambda *_: (1000.0, []), refused=["ts >="])
    assert sargable(refused, ("2024-01-01",)) == []


def test_the_identity_does_not_depend_on_the_numbers() -> None:
    one = sargable(planner({"ts::date": 1000.0, "": 10.0}))[0]
    two = sargable(planner({"ts::date": 5000.0, "": 20.0}), ("2024-01-01",))[0]
    assert isinstance(one, Recommendation) and isinstance(two, Recommendation)
    assert one.identity == two.identity


def test_not_in_names_the_missing_constraint() -> None:
    query = "SELECT 1 FROM t WHERE id NOT IN (SELECT t_id FROM u)"
    facts = Facts(
        workload=workload(run(query)),
        catalog=CATALOG,
        what_if=planner({"NOT IN": 1000.0, "": 10.0}),
    )
    (found,) = not_in_subquery.advise(facts)
    assert isinstance(found, NoAdvice)
    assert "public.u.t_id may be NULL" in found.reason
    newer = replace(CATALOG, server_version_num=190000)
    assert list(not_in_subquery.advise(replace(facts, catalog=newer))) == []


def test_an_offset_page_tells_what_is_thrown_away() -> None:
    query = "SELECT id FROM t ORDER BY n LIMIT $1 OFFSET $2"
    costs = planner({"OFFSET": 1000.0, "": 1000.0}, with_index={"OFFSET": 900, "": 5.0})
    facts = Facts(
        workload=workload(run(query, ("10", "100"), ("10", "9000"))),
        catalog=CATALOG,
        what_if=costs,
    )
    (found,) = offset_pagination.advise(facts)
    assert isinstance(found, Recommendation)
    assert isinstance(found.action, ChangeApplication)
    assert found.evidence[0].quantity.value == 9000
    assert found.evidence[0].quantity.basis is Basis.MEASURED
    assert "$3 = n, $4 = id" in found.action.instruction
    assert "Select n as well" in found.action.instruction
    assert found.semantics is Semantics.CHANGED
    assert any("CREATE INDEX" in text for text in found.conditions)


def loop(**changes: object) -> StatementRun:
    child = run("SELECT id FROM u WHERE t_id = $1").statement.fingerprint
    known = StatementRun(
        fingerprint=child,
        parent=run("SELECT id FROM t").statement.fingerprint,
        run_count=5,
        call_count=500,
        total_ms=400.0,
        longest=120,
        distinct_parameter_ratio=1.0,
        session_count=3,
    )
    return replace(known, **changes)  # type: ignore[arg-type]


def looped(*runs: StatementRun) -> list[Recommendation | NoAdvice]:
    items = (
        run("SELECT id FROM u WHERE t_id = $1", calls=600, ms=500.0),
        run("SELECT id FROM t", calls=5, ms=500.0),
    )
    facts = Facts(workload=workload(*items), catalog=CATALOG, runs=runs)
    return list(n_plus_one.advise(facts))


def test_a_loop_is_told_with_its_parent_and_its_time() -> None:
    (found,) = looped(loop())
    assert isinstance(found, Recommendation)
    assert isinstance(found.action, ChangeApplication)
    assert found.action.query == "SELECT id FROM u WHERE t_id = ANY($1)"
    assert (found.before.value, found.after.value) == (500, 5)
    assert found.before.basis is Basis.MEASURED
    assert found.impact_ratio == pytest.approx(0.5 * 400 / 500 * 0.99)
    assert any("SELECT id FROM t" in item.claim for item in found.evidence)
    assert len(found.affects) == 2


def test_loops_of_one_statement_are_one_recommendation() -> None:
    (found,) = looped(loop(), loop(parent=None, call_count=100, total_ms=50.0))
    assert isinstance(found, Recommendation)
    assert found.before.value == 600


def test_a_loop_of_fast_calls_is_told_where_it_makes_most_calls() -> None:
    (found,) = looped(loop(total_ms=0.1))
    assert isinstance(found, Recommendation)
    assert found.impact_ratio < 0.001


@pytest.mark.parametrize(
    "changes",
    [
        {"longest": 5},
        {"call_count": 12},
        {"distinct_parameter_ratio": 0.1},
        {"total_ms": 0.1, "call_count": 25},
    ],
)
def test_what_is_no_loop_worth_a_word(changes: dict[str, object]) -> None:
    assert looped(loop(**changes)) == []
