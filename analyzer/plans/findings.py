"""What makes a plan slow, in words, the costliest first; silent where it is good.

Only plans that were run (EXPLAIN ANALYZE) have findings: estimates alone prove
nothing. A rule speaks of a node only if it takes a tenth of the time at least.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from analyzer.domain.explanation import Finding
from analyzer.domain.plan import Plan
from analyzer.plans.findings_estimates import estimate_errors
from analyzer.plans.findings_memory import (
    lossy_bitmaps,
    spilled_hashes,
    spilled_sorts,
)
from analyzer.plans.findings_rows import (
    pairwise_joins,
    removed_rows,
    repeated_subplans,
)
from analyzer.plans.findings_server import (
    costly_jit,
    heap_fetches,
    missing_workers,
    unpruned_partitions,
)
from analyzer.plans.findings_view import PlanView

_RULES: tuple[Callable[[PlanView], Iterator[Finding]], ...] = (
    estimate_errors,
    spilled_sorts,
    spilled_hashes,
    pairwise_joins,
    repeated_subplans,
    unpruned_partitions,
    removed_rows,
    heap_fetches,
    lossy_bitmaps,
    costly_jit,
    missing_workers,
)
"""Where two cost the same, causes come before what they cause."""


def findings(plan: Plan) -> tuple[Finding, ...]:
    """Everything found, in the order of the time that is spent on it.

    Args:
        plan: of EXPLAIN ANALYZE; one that was not run has no findings.
    """
    view = PlanView(plan)
    if not view.is_worth_it:
        return ()
    found = [item for rule in _RULES for item in rule(view)]
    found = [item for item in found if not _is_told_already(item, found)]
    return tuple(sorted(found, key=lambda item: -round(item.lost_ratio, 2)))


def _is_told_already(item: Finding, found: Sequence[Finding]) -> bool:
    """Whether a filter in a partition is told of by the node above the partitions."""
    return item.rule == "rows_removed" and any(
        other.rule == "unpruned_partitions"
        and item.path[: len(other.path)] == other.path
        for other in found
    )
