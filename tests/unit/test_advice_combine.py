from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzer.advisors.combine import combine
from analyzer.advisors.contract import Advisor, Facts, Need
from analyzer.advisors.index_change import create_index, drop_index
from analyzer.domain.recommendation import (
    Action,
    AffectedStatement,
    Basis,
    NoAdvice,
    Quantity,
    Recommendation,
)
from analyzer.domain.snapshot import StatementCounters
from analyzer.domain.statement import Fingerprint
from analyzer.errors import PlanningFailed
from analyzer.pipeline.advise import AdviseOptions, advise
from tests.support.catalogs import catalog, definition, index, table
from tests.support.recorded_planner import RecordedPlanner, by_keys
from tests.support.workloads import run, workload

SHOP = catalog(table("t", ("id", "a", "b")))


def recommend(
    advisor: str,
    action: Action,
    *statements: str,
    impact: float = 0.1,
    basis: Basis = Basis.ESTIMATED,
) -> Recommendation:
    quantity = Quantity(value=1.0, unit="planner cost", basis=basis, source="test")
    return Recommendation(
        advisor=advisor,
        title=f"{advisor} says so",
        action=action,
        before=quantity,
        after=quantity,
        evidence=(),
        affects=tuple(
            AffectedStatement(fingerprint=Fingerprint(name), exec_time_ratio=0.1)
            for name in statements
        ),
        impact_ratio=impact,
    )


def create(*keys: str) -> Action:
    return create_index(definition("t", *keys), 8192, SHOP)


def test_ranks_by_impact_then_by_time_touched() -> None:
    small = recommend("missing_index", create("a"), "one", impact=0.1)
    large = recommend("missing_index", create("b"), "two", impact=0.5)
    unknown = recommend("unused_index", drop_index(index("i", definition("t", "b"))))
    assert combine([unknown, small, large]) == (large, small, unknown)


def test_an_index_that_covers_another_absorbs_it() -> None:
    wide = recommend("missing_index", create("a", "b"), "query", impact=0.3)
    narrow = recommend("foreign_key_index", create("a"), "delete", impact=0.2)
    for order in ([wide, narrow], [narrow, wide]):
        (only,) = combine(order)
        assert only.advisor == "missing_index"
        assert {item.fingerprint for item in only.affects} == {"query", "delete"}
        assert only.impact_ratio == 0.5
        assert "foreign_key_index says so" in only.evidence[-1].claim


def test_an_index_without_nulls_serves_a_foreign_key() -> None:
    partial = replace(definition("t", "a"), predicate="a IS NOT NULL")
    queries = recommend("missing_index", create_index(partial, 8192, SHOP), "query")
    key = recommend("foreign_key_index", create("a"), "delete")
    for order in ([queries, key], [key, queries]):
        assert [only.advisor for only in combine(order)] == ["missing_index"]
    # Others may look for NULLs, and another predicate leaves rows out.
    assert len(combine([queries, recommend("other", create("a"))])) == 2
    other = replace(definition("t", "a"), predicate="b IS NOT NULL")
    queries = recommend("missing_index", create_index(other, 8192, SHOP), "query")
    assert len(combine([queries, key])) == 2


def test_the_same_statement_is_not_counted_twice() -> None:
    one = recommend("missing_index", create("a"), "query", impact=0.3)
    two = recommend("foreign_key_index", create("a"), "query", impact=0.2)
    (only,) = combine([one, two])
    assert only.impact_ratio == 0.3
    assert len(only.affects) == 1


def test_the_stronger_basis_wins() -> None:
    guess = recommend("missing_index", create("a"), impact=0.9)
    proof = recommend("covering_index", create("a"), basis=Basis.MEASURED)
    (only,) = combine([guess, proof])
    assert only.advisor == "covering_index"


def test_the_safest_reason_to_drop_wins() -> None:
    action = drop_index(index("i", definition("t", "a")))
    names = ("unused_index", "redundant_index", "duplicate_index")
    (only,) = combine([recommend(name, action) for name in names])
    assert only.advisor == "duplicate_index"
    assert len(only.evidence) == 2


def test_different_indexes_stay_apart() -> None:
    kept = combine([recommend("a", create("a")), recommend("b", create("b"))])
    assert len(kept) == 2


def test_combining_twice_changes_nothing() -> None:
    found = [
        recommend("missing_index", create("a", "b"), "one"),
        recommend("foreign_key_index", create("a"), "two"),
        recommend("unused_index", drop_index(index("i", definition("t", "b")))),
    ]
    once = combine(found)
    assert combine(once) == once


# --- pipeline.advise


def advisor(slug: str, *given: Recommendation | NoAdvice) -> Advisor:
    def function(facts: Facts) -> Iterator[Recommendation | NoAdvice]:
        yield from given

    return Advisor(slug=slug, needs=(), doc="", advise=function)


def failing(facts: Facts) -> Iterator[Recommendation | NoAdvice]:
    raise PlanningFailed("the shadow fell over", hint="Start it again.")
    yield


FACTS = Facts(workload=workload(run("SELECT 1")))


def test_an_advisor_that_fails_is_told_and_the_others_go_on() -> None:
    rec = recommend("fine", create("a"))
    result = advise(
        FACTS,
        AdviseOptions(
            advisors=(
                Advisor(slug="broken", needs=(), doc="", advise=failing),
                advisor("fine", rec),
            )
        ),
    )
    assert result.recommendations == (rec,)
    (told,) = result.did_not_run
    assert (told.advisor, told.why) == ("broken", "the shadow fell over")
    assert told.hint == "Start it again."


def test_an_advisor_without_its_facts_is_told() -> None:
    needy = Advisor(slug="needy", needs=(Need.WHAT_IF,), doc="", advise=failing)
    result = advise(FACTS, AdviseOptions(advisors=(needy,)))
    assert [item.advisor for item in result.did_not_run] == ["needy"]
    assert result.did_not_run[0].hint


def test_a_negative_answer_only_where_there_is_no_positive_one() -> None:
    no = [
        NoAdvice(fingerprint=Fingerprint(name), reason=reason)
        for name, reason in (("one", "a"), ("two", "b"), ("two", "c"))
    ]
    rec = recommend("rewrite", create("a"), "one")
    result = advise(FACTS, AdviseOptions(advisors=(advisor("x", *no, rec),)))
    assert [(item.fingerprint, item.reason) for item in result.no_advice] == [
        ("two", "b")
    ]


def test_all_advisors_run_on_facts_of_any_completeness() -> None:
    bare = advise(FACTS)
    assert not bare.recommendations
    assert {item.advisor for item in bare.did_not_run} >= {"missing_index"}
    planner = RecordedPlanner(by_keys({("a",): 1.0}, base=1000.0))
    full = Facts(
        workload=workload(run("SELECT * FROM t WHERE a = $1", ("1",))),
        catalog=SHOP,
        what_if=planner,
    )
    result = advise(full, AdviseOptions(min_counter_age_s=1.0))
    assert [rec.advisor for rec in result.recommendations][:1] == ["missing_index"]
    stages: list[float] = []
    advise(full, AdviseOptions(progress=lambda stage, ratio: stages.append(ratio)))
    assert stages == sorted(stages)
    assert len(stages) > 5


def test_a_submitted_query_that_never_ran_still_gets_advice() -> None:
    never = replace(
        run("SELECT * FROM t WHERE a = $1", ("1",)),
        counters=StatementCounters(),
        sources=("submitted",),
    )
    timeless = replace(FACTS.workload, items=(never,))
    planner = RecordedPlanner(by_keys({("a",): 1.0}, base=1000.0))
    full = Facts(workload=timeless, catalog=SHOP, what_if=planner)
    (rec,) = advise(full).recommendations
    assert rec.affects[0].exec_time_ratio == 0.0
    assert rec.impact_ratio > 0.9
    right = RecordedPlanner(by_keys({}, base=1000.0))
    (no,) = advise(Facts(workload=timeless, catalog=SHOP, what_if=right)).no_advice
    assert "The planner is right" in no.reason
