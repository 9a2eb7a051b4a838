"""What makes a plan slow, in words, the costliest first; silent where it is good.

A rule speaks of a node only if it takes a tenth of the time at least. Plans that were
not run have rules of their own, in :mod:`analyzer.plans.findings_expected`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from analyzer.domain.explanation import Finding
from analyzer.domain.plan import Plan
from analyzer.plans.findings_access import (
    bloat,
    combined_bitmaps,
    index_pages,
    index_rechecks,
    scattered_fetches,
)
from analyzer.plans.findings_duplicates import multiplied_rows, needless_distinct
from analyzer.plans.findings_estimates import estimate_errors
from analyzer.plans.findings_expected import expected
from analyzer.plans.findings_forbidden import forbidden_plans
from analyzer.plans.findings_foreign import foreign_rows
from analyzer.plans.findings_joins import (
    groups_left_out,
    late_join_filters,
    recursive_scans,
    repeating_recursions,
    unindexed_joins,
    unwanted_groups,
)
from analyzer.plans.findings_limits import (
    joins_below_limits,
    large_offsets,
    sorts_for_limits,
)
from analyzer.plans.findings_loops import (
    cross_joins,
    large_outer_sides,
    pairwise_joins,
    repeated_subplans,
)
from analyzer.plans.findings_memory import (
    lossy_bitmaps,
    spilled_hashes,
    spilled_sorts,
)
from analyzer.plans.findings_pages import full_page_images, hint_bits
from analyzer.plans.findings_repeated import (
    groups_made_twice,
    moving_frames,
    probed_partitions,
)
from analyzer.plans.findings_rows import removed_rows
from analyzer.plans.findings_server import (
    costly_jit,
    heap_fetches,
    unpruned_partitions,
)
from analyzer.plans.findings_settings import with_settings
from analyzer.plans.findings_sorts import sorts_by_language, sorts_of_found_rows
from analyzer.plans.findings_view import MIN_RATIO, PlanView, rows_of
from analyzer.plans.findings_waits import (
    cold_reads,
    large_results,
    lock_waits,
    slow_planning,
)
from analyzer.plans.findings_windows import first_of_groups
from analyzer.plans.findings_work import functions_per_row, temporary_files
from analyzer.plans.findings_workers import (
    missing_workers,
    needless_workers,
    too_few_workers,
)
from analyzer.plans.findings_writes import kept_indexes, slow_triggers

_RULES: tuple[Callable[[PlanView], Iterator[Finding]], ...] = (
    costly_jit,
    large_offsets,
    estimate_errors,
    joins_below_limits,
    sorts_for_limits,
    sorts_of_found_rows,
    sorts_by_language,
    first_of_groups,
    moving_frames,
    groups_made_twice,
    probed_partitions,
    spilled_sorts,
    spilled_hashes,
    temporary_files,
    slow_triggers,
    repeated_subplans,
    pairwise_joins,
    cross_joins,
    late_join_filters,
    unwanted_groups,
    groups_left_out,
    multiplied_rows,
    large_outer_sides,
    unpruned_partitions,
    bloat,
    functions_per_row,
    removed_rows,
    recursive_scans,
    repeating_recursions,
    foreign_rows,
    unindexed_joins,
    index_rechecks,
    index_pages,
    combined_bitmaps,
    heap_fetches,
    scattered_fetches,
    lossy_bitmaps,
    missing_workers,
    needless_workers,
    too_few_workers,
    needless_distinct,
    forbidden_plans,
    lock_waits,
    kept_indexes,
    large_results,
    full_page_images,
    hint_bits,
    cold_reads,
)
"""Where two cost the same, causes come before what they cause."""

MAX_FINDINGS = 300
_OF_PARTS = frozenset({"rows_removed", "not_sargable", "type_mismatch"})
_LEAST_TOLD = (
    *("forbidden_plan", "full_page_images", "hint_bits", "cold_reads"),
    "too_few_workers",
)
"""Work that is done in vain need not be shared out, nor its pages be in memory."""
_CHOSEN = frozenset({"nested_loop", "hash_spills"})
"""What the planner would not have chosen with better estimates."""
_OF_THE_NODE = _CHOSEN | {
    *("rows_removed", "not_sargable", "scattered_heap_fetches", "temporary_file")
}
_EFFECTS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "estimate_error": (_OF_THE_NODE, _CHOSEN),
    "generic_plan": (_OF_THE_NODE, _CHOSEN),
    "function_per_row": (_OF_THE_NODE | {"index_does_not_fit"}, frozenset()),
    "toasted_values": (_OF_THE_NODE | {"index_does_not_fit"}, frozenset()),
    "repeated_subplan": (frozenset({"temporary_file"}), frozenset()),
    "filter_late": (frozenset({"temporary_file"}), frozenset()),
    "recursion_repeats": (frozenset({"temporary_file"}), frozenset()),
    "join_multiplies": (
        frozenset({"nested_loop"}),
        frozenset({"first_of_groups"}),
    ),
    "first_of_groups": (frozenset({"temporary_file"}), frozenset({"filter_late"})),
}
"""What a cause leads to at its own node, and at those above it."""
_READ_FOR: Mapping[str, frozenset[str]] = {
    "first_of_groups": frozenset({"scattered_heap_fetches"}),
}
"""What is found of nodes that only read what a cause above them takes."""
_FOUND_LATE = frozenset(
    {"sort_for_limit", "order_by_wrong_index", "index_does_not_fit", "rows_removed"}
)
"""Why a subquery that only wants its first rows takes long."""
_MISLED = frozenset({"estimate_error", "generic_plan"})
_MAY_BE_EFFECTS = frozenset({"repeated_subplan", "hash_spills"}).union(
    *(rules for both in _EFFECTS.values() for rules in both), *_READ_FOR.values()
)
"""All others need not be held against each cause."""


def findings(plan: Plan) -> tuple[Finding, ...]:
    """Everything found, in the order of the time that is spent on it.

    Args:
        plan: of EXPLAIN ANALYZE; one that was not run has no findings.
    """
    return _of_run(PlanView(plan))


def _of_run(view: PlanView) -> tuple[Finding, ...]:
    if not view.was_run:
        return ()
    planned = tuple(slow_planning(view))
    if planned or not view.is_worth_it:
        return planned
    found = _costliest(_without_jit([item for rule in _RULES for item in rule(view)]))
    effects = [item for item in found if item.rule in _MAY_BE_EFFECTS]
    found = [_with_effects(view, item, effects) for item in found]
    found = [item for item in found if not _is_told_already(view, item, found)]
    found = [with_settings(item, view.plan.settings) for item in found]
    return tuple(sorted(found, key=lambda item: -round(item.lost_ratio, 2)))


def findings_or_expected(plan: Plan) -> tuple[Finding, ...]:
    """The findings of a plan; where it was not run, what its shape and costs tell."""
    view = PlanView(plan)
    if view.was_run:
        return _of_run(view)
    return tuple(with_settings(item, plan.settings) for item in expected(view))


def _costliest(found: list[Finding]) -> list[Finding]:
    """As many as anybody reads: each is held against each, and a file has any."""
    if len(found) <= MAX_FINDINGS:
        return found
    order = sorted(range(len(found)), key=lambda at: -found[at].lost_ratio)
    return [found[at] for at in sorted(order[:MAX_FINDINGS])]


def _without_jit(found: Sequence[Finding]) -> list[Finding]:
    """Shares of what remains beside compiling, whose time passes in some node."""
    jit_ratio = sum(item.lost_ratio for item in found if item.rule == "costly_jit")
    if not jit_ratio:
        return list(found)
    left = [
        replace(item, lost_ratio=item.lost_ratio * (1 - jit_ratio))
        if item.rule != "costly_jit"
        else item
        for item in found
    ]
    return [item for item in left if item.lost_ratio >= MIN_RATIO]


def _is_told_already(view: PlanView, item: Finding, found: Sequence[Finding]) -> bool:
    """Whether another finding on the same rows says why."""
    if item.rule in _LEAST_TOLD:
        rest = _LEAST_TOLD[_LEAST_TOLD.index(item.rule) :]
        if any(other.rule not in rest for other in found):
            return True
    if item.rule not in _MAY_BE_EFFECTS | _OF_PARTS:
        return False
    for other in found:
        above = item.path[: len(other.path)] == other.path
        if item.rule in _OF_PARTS and other.rule == "unpruned_partitions" and above:
            return True
        if _is_effect(view, item, other):
            return True
    return False


def _with_effects(view: PlanView, cause: Finding, found: Sequence[Finding]) -> Finding:
    """A cause with the time that its effects take, which are not told besides."""
    ratios = [item.lost_ratio for item in found if _is_effect(view, item, cause)]
    return replace(cause, lost_ratio=max(cause.lost_ratio, *ratios, 0.0))


def _is_effect(view: PlanView, item: Finding, cause: Finding) -> bool:
    """Whether a finding is of the node of a cause, or of one that was chosen for it."""
    of_the_node, above = _EFFECTS.get(cause.rule, (frozenset(), frozenset()))
    if item.path == cause.path:
        return item.rule in of_the_node
    if item.rule in above and item.path == cause.path[: len(item.path)]:
        return True
    if item.rule == "repeated_subplan" and cause.rule in _FOUND_LATE:
        is_first_rows = view.at(item.path).node.node_type == "Limit"
        return is_first_rows and item.path == cause.path[: len(item.path)]
    if item.rule in _READ_FOR.get(cause.rule, ()):
        return cause.path == item.path[: len(cause.path)]
    is_hash = view.at(item.path).node.node_type == "Hash"
    return is_hash and cause.rule in _MISLED and _is_larger_side(view, item, cause)


def _is_larger_side(view: PlanView, spilled: Finding, cause: Finding) -> bool:
    """Whether the side was hashed since of the other more rows were expected.

    The planner hashes the side that it expects to be smaller, and looks rows up by an
    index where it expects few.
    """
    join = spilled.path[:-1]
    is_below = cause.path[: len(join)] == join != cause.path
    is_beside = cause.path[: len(spilled.path)] != spilled.path
    other = view.at(cause.path)
    if not (is_below and is_beside) or other.underestimated:
        return False
    return rows_of(view.at(spilled.path)) > rows_of(other)
