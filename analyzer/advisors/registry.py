"""The tuple of all advisors, in the order in which their pages are listed."""

from __future__ import annotations

from analyzer.advisors.access import n_plus_one
from analyzer.advisors.contract import Advisor
from analyzer.advisors.index import (
    duplicate_index,
    foreign_key_index,
    missing_index,
    redundant_index,
    unused_index,
)
from analyzer.advisors.maintenance import stale_statistics
from analyzer.advisors.rewrite import (
    materialized_view,
    non_sargable_predicate,
    not_in_subquery,
    offset_pagination,
    query_rewrite,
)

ADVISORS: tuple[Advisor, ...] = (
    missing_index.ADVISOR,
    foreign_key_index.ADVISOR,
    unused_index.ADVISOR,
    duplicate_index.ADVISOR,
    redundant_index.ADVISOR,
    non_sargable_predicate.ADVISOR,
    not_in_subquery.ADVISOR,
    offset_pagination.ADVISOR,
    query_rewrite.ADVISOR,
    materialized_view.ADVISOR,
    n_plus_one.ADVISOR,
    stale_statistics.ADVISOR,
)


def advisor(slug: str) -> Advisor | None:
    """The advisor of that name, if there is one."""
    return next((item for item in ADVISORS if item.slug == slug), None)
