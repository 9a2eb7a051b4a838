"""Rewrites are held against the indexes recommended for the same statement."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.advisors.beside_indexes import weighed
from analyzer.advisors.contract import Facts
from analyzer.advisors.index_change import create_index
from analyzer.domain.index import IndexDefinition
from analyzer.domain.recommendation import (
    Action,
    AffectedStatement,
    Basis,
    Quantity,
    Recommendation,
    RewriteQuery,
)
from analyzer.domain.workload import WorkloadItem
from tests.support.catalogs import catalog, definition, table
from tests.support.recorded_planner import Answer, RecordedPlanner
from tests.support.workloads import run, workload

SHOP = catalog(table("t", ("id", "a", "b")))
OLD = "SELECT * FROM t WHERE abs(a) = $1"
NEW = "SELECT * FROM t WHERE a = $1"
BY_A = definition("t", "a")


def recommend(
    advisor: str, action: Action, item: WorkloadItem, before: float, after: float
) -> Recommendation:
    def cost(value: float) -> Quantity:
        return Quantity(
            value=value, unit="planner cost", basis=Basis.ESTIMATED, source="test"
        )

    touched = AffectedStatement(
        fingerprint=item.statement.fingerprint, exec_time_ratio=0.5
    )
    return Recommendation(
        advisor=advisor,
        title=f"{advisor} says so",
        action=action,
        before=cost(before),
        after=cost(after),
        evidence=(),
        affects=(touched,),
        impact_ratio=0.5,
    )


def weigh(
    *,
    index: float,
    alone: float,
    both: float,
    rewritten: str = NEW,
    needs_index: IndexDefinition | None = None,
) -> tuple[Recommendation, ...]:
    """Weigh a rewrite of cost ``alone`` and an index that brings ``index``."""

    def answer(
        query: str,
        values: tuple[str | None, ...],
        create: Sequence[IndexDefinition],
        hidden: Sequence[str],
    ) -> Answer:
        assert create, "both texts are asked about with the index"
        return (index if query == OLD else both), list(create)

    item = run(OLD, ("1",))
    found = (
        recommend("missing_index", create_index(BY_A, 1, SHOP), item, 10_000, index),
        recommend(
            "query_rewrite",
            RewriteQuery(original=OLD, query=rewritten, needs_index=needs_index),
            item,
            10_000,
            alone,
        ),
    )
    facts = Facts(
        workload=workload(item), catalog=SHOP, what_if=RecordedPlanner(answer)
    )
    return weighed(found, facts)


def test_a_text_that_the_index_beats_is_not_recommended() -> None:
    (only,) = weigh(index=10.0, alone=4000.0, both=10.0)
    assert only.advisor == "missing_index"
    (why,) = only.reasons
    assert "4,000" in why and "10" in why


def test_a_text_that_pays_beside_the_index_stays_and_says_so() -> None:
    index, rewrite = weigh(index=900.0, alone=4000.0, both=20.0)
    assert not index.caveats and not index.reasons
    costs = [claim.quantity.value for claim in rewrite.evidence if claim.quantity]
    assert costs == [900.0, 20.0]


def test_a_text_that_does_what_the_index_does_is_its_alternative() -> None:
    rewrite, index = weigh(index=10.0, alone=50.0, both=10.0)
    assert [rewrite.advisor, index.advisor] == ["query_rewrite", "missing_index"]
    assert "missing_index says so" in rewrite.caveats[0]
    assert "query_rewrite says so" in index.caveats[0]


def test_a_text_that_needs_an_index_too_does_not_come_first() -> None:
    index, rewrite = weigh(index=10.0, alone=50.0, both=10.0, needs_index=BY_A)
    assert [index.advisor, rewrite.advisor] == ["missing_index", "query_rewrite"]
    assert "missing_index says so" in rewrite.caveats[0]


def test_a_text_that_needs_no_index_is_the_alternative_of_a_worse_one() -> None:
    rewrite, index = weigh(index=230.0, alone=50.0, both=50.0)
    assert "missing_index says so" in rewrite.caveats[0]
    assert "query_rewrite says so" in index.caveats[0]


def test_both_together_are_worth_it_where_neither_is_enough() -> None:
    index, rewrite = weigh(index=900.0, alone=950.0, both=20.0)
    assert not index.caveats
    assert len(rewrite.evidence) == 2


def test_a_text_with_values_of_its_own_is_left_alone() -> None:
    paged = "SELECT * FROM t WHERE a > $2 LIMIT $1"
    index, rewrite = weigh(index=10.0, alone=4000.0, both=10.0, rewritten=paged)
    assert not rewrite.evidence and not index.reasons
