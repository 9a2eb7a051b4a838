"""A page by OFFSET gets one remedy, which names the other."""

from __future__ import annotations

from analyzer.advisors.page_remedies import with_one_page_remedy
from analyzer.domain.recommendation import (
    Action,
    AffectedStatement,
    Basis,
    ChangeApplication,
    Quantity,
    Recommendation,
    RewriteQuery,
)
from analyzer.domain.statement import Fingerprint

PAGE = "SELECT * FROM t ORDER BY a, id LIMIT 20 OFFSET $1"
BY_KEY = "SELECT * FROM t WHERE (a, id) > ($2, $3) ORDER BY a, id LIMIT 20"
DEFERRED = (
    "SELECT t.* FROM (SELECT id FROM t ORDER BY a, id LIMIT 20 OFFSET $1) AS page "
    "JOIN t ON t.id = page.id ORDER BY t.a, t.id"
)

COST = Quantity(value=1, unit="planner cost", basis=Basis.ESTIMATED, source="test")


def recommend(advisor: str, action: Action, fingerprint: str = "7") -> Recommendation:
    touched = AffectedStatement(
        fingerprint=Fingerprint(fingerprint), exec_time_ratio=0.5
    )
    return Recommendation(
        advisor=advisor,
        title=f"{advisor} says so",
        action=action,
        before=COST,
        after=COST,
        evidence=(),
        affects=(touched,),
        impact_ratio=0.5,
    )


def by_key(fingerprint: str = "7") -> Recommendation:
    action = ChangeApplication(instruction="Page by key.", query=BY_KEY)
    return recommend("offset_pagination", action, fingerprint)


def rewritten(query: str, original: str = PAGE) -> Recommendation:
    return recommend("query_rewrite", RewriteQuery(original=original, query=query))


def test_a_deferred_join_is_named_by_the_page_by_key() -> None:
    (kept,) = with_one_page_remedy([rewritten(DEFERRED), by_key()])
    assert kept.advisor == "offset_pagination"
    assert kept.caveats[-1].endswith("by their number: query_rewrite says so")


def test_it_stays_where_nothing_pages_by_key() -> None:
    found = (rewritten(DEFERRED), by_key(fingerprint="8"))
    assert with_one_page_remedy(found) == found


def test_another_rewrite_of_the_page_stays() -> None:
    other = "SELECT * FROM t WHERE b = 1 ORDER BY a, id LIMIT 20 OFFSET $1"
    found = (by_key(), rewritten(other))
    assert with_one_page_remedy(found) == found


def test_a_rewrite_that_pages_a_subquery_as_before_stays() -> None:
    found = (by_key(), rewritten(DEFERRED, original=DEFERRED))
    assert with_one_page_remedy(found) == found


def test_another_change_of_the_application_is_no_rival() -> None:
    other = ChangeApplication(instruction="Ask once.", query=BY_KEY)
    found = (rewritten(DEFERRED), recommend("n_plus_one", other))
    assert with_one_page_remedy(found) == found
