"""All rules, in the order in which a search tries them."""

from __future__ import annotations

from analyzer.rewriting.protocol import Rule
from analyzer.rewriting.rules import (
    approximate,
    containment,
    correlated_aggregate,
    count_to_exists,
    count_zero,
    deferred_join,
    disjoint_union,
    distinct_join,
    distinct_on_key,
    foreign_key_join,
    group_by_key,
    in_order_limit,
    inlined_cte,
    keyset_page,
    lateral_subquery,
    left_join_is_null,
    limit_before_join,
    loose_scan,
    not_in,
    null_aware_not_in,
    optional_filter,
    or_across_sources,
    or_in_exists,
    row_comparison,
    sargable_range,
    scalar_on_key,
    scalar_subqueries,
    self_join,
    sorted_subquery,
    stable_call,
    top_per_group,
    update_from,
)

RULES: tuple[Rule, ...] = (
    sargable_range.RULE,
    not_in.RULE,
    null_aware_not_in.RULE,
    or_in_exists.RULE,
    or_across_sources.RULE,
    lateral_subquery.RULE,
    left_join_is_null.RULE,
    count_zero.RULE,
    count_to_exists.RULE,
    inlined_cte.RULE,
    in_order_limit.RULE,
    sorted_subquery.RULE,
    distinct_join.RULE,
    distinct_on_key.RULE,
    group_by_key.RULE,
    foreign_key_join.RULE,
    self_join.RULE,
    limit_before_join.RULE,
    row_comparison.RULE,
    correlated_aggregate.RULE,
    scalar_on_key.RULE,
    scalar_subqueries.RULE,
    optional_filter.RULE,
    stable_call.RULE,
    containment.RULE,
    disjoint_union.RULE,
    deferred_join.RULE,
    top_per_group.RULE,
    loose_scan.RULE,
    update_from.RULE,
    approximate.RULE,
    keyset_page.RULE,
)


def rule(slug: str) -> Rule | None:
    """The rule of that name, if there is one."""
    return next((item for item in RULES if item.slug == slug), None)
