"""Findings on row estimates: where an error starts, and which choice it spoiled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from analyzer.domain.explanation import Finding
from analyzer.plans.findings_view import (
    MIN_RATIO,
    PlanView,
    finding,
    measured,
    place,
    rows_of,
    title,
)
from analyzer.plans.measure import NodeMeasure
from analyzer.plans.node_facts import hash_facts

MIN_ERROR = 10.0
MIN_ROWS = 1_000
_INHERITED_RATIO = 0.3
"""An error is a child's if the child's is at least this part of it."""
_FEW_ROWS_RATIO = 0.05
_GUESSED_LOSS = 0.5
"""How much a scan of the other side counts: that an index is there is not known."""

_JOINS = frozenset({"Nested Loop", "Hash Join", "Merge Join"})
_NO_ESTIMATE = frozenset(
    {"BitmapAnd", "BitmapOr", "Bitmap Index Scan", "ModifyTable", "Limit", "LockRows"}
)
_STOPPED_EARLY = frozenset({"Limit", "Merge Join"})
_CUTS_SHORT = frozenset({"Semi", "Anti", "Right Semi", "Right Anti"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Consequence:
    """What an error led to: the share of time it cost, and a clause that says it."""

    ratio: float
    clause: str


def estimate_errors(view: PlanView) -> Iterator[Finding]:
    """Errors of at least ten times, where they start, if they spoiled a choice.

    An error that changed nothing is not told: each node above it is looked at for a
    choice that depends on the number of rows.
    """
    for item in view.ran():
        if not _starts_here(view, item):
            continue
        found = list(_consequences(view, item))
        if not found:
            continue
        worst = max(found, key=lambda one: one.ratio)
        if worst.ratio >= MIN_RATIO:
            yield _finding(item, worst)


def _finding(item: NodeMeasure, worst: _Consequence) -> Finding:
    node = item.node
    error = item.estimate_error or 1.0
    claim = (
        f"{title(item)} gives {node.actual_rows or 0:,.10g} rows where "
        f"{node.plan_rows:,.0f} were expected; {worst.clause}"
    )
    found = finding(
        item, "estimate_error", claim, measured(error, "times"), worst.ratio
    )
    return replace(found, remedy=_remedy(item))


def _remedy(item: NodeMeasure) -> str:
    node = item.node
    if not node.relation:
        return "The columns of its condition or grouping may need extended statistics."
    if node.filter.count(" AND ") or (node.filter and node.index_cond):
        return (
            f"ANALYZE {place(item)}; if its columns depend on one another, CREATE "
            "STATISTICS on them."
        )
    return f"ANALYZE {place(item)}; if that does not help, raise its statistics target."


def _starts_here(view: PlanView, item: NodeMeasure) -> bool:
    error = item.estimate_error
    if error is None or error < MIN_ERROR or item.node.node_type in _NO_ESTIMATE:
        return False
    loops = item.node.loops or 1.0
    if max(rows_of(item), item.node.plan_rows * loops) < MIN_ROWS:
        return False
    if not item.underestimated and _is_cut_short(view, item):
        return False
    return not any(
        (child.estimate_error or 1.0) >= max(error * _INHERITED_RATIO, 2.0)
        and child.underestimated == item.underestimated
        for child in view.inputs(item)
        if child.node.node_type not in _NO_ESTIMATE
    )


def _is_cut_short(view: PlanView, item: NodeMeasure) -> bool:
    """Whether a node above stops reading before the end, so that few rows say little.

    A hash or sort in between reads all that is below it.
    """
    for above, child in view.ancestors(item):
        kind = above.node.node_type
        if kind in _STOPPED_EARLY or above.node.join_type in _CUTS_SHORT:
            return True
        if kind in ("Sort", "Hash", "Aggregate", "Materialize") and child.path:
            return False
    return False


def _consequences(view: PlanView, item: NodeMeasure) -> Iterator[_Consequence]:
    for above, child in view.ancestors(item):
        sides = view.inputs(above) if above.node.node_type in _JOINS else ()
        if len(sides) == 2 and child.path in (sides[0].path, sides[1].path):
            is_outer = child.path == sides[0].path
            other = sides[1] if is_outer else sides[0]
            yield from _of_join(view, above, other, (item, is_outer))
        yield from _of_hash(view, above, item)


def _of_join(
    view: PlanView,
    join: NodeMeasure,
    other: NodeMeasure,
    started: tuple[NodeMeasure, bool],
) -> Iterator[_Consequence]:
    item, is_outer = started
    kind = join.node.node_type
    if kind == "Nested Loop" and is_outer and item.underestimated:
        loops = (other.node.loops or 0.0) / view.processes(other)
        yield _Consequence(
            ratio=view.total_ratio(other),
            clause=f"so {title(other)} is run {loops:,.0f} times in a nested loop",
        )
    elif kind in ("Hash Join", "Merge Join") and not item.underestimated:
        read = view.most_rows_below(other)
        if read >= MIN_ROWS and rows_of(item) <= _FEW_ROWS_RATIO * read:
            yield _Consequence(
                ratio=view.total_ratio(other) * _GUESSED_LOSS,
                clause=f"so {read:,.0f} rows of the other side are read for them",
            )


def _of_hash(
    view: PlanView, above: NodeMeasure, item: NodeMeasure
) -> Iterator[_Consequence]:
    facts = hash_facts(above.node)
    if facts is None or not item.underestimated:
        return
    if facts.batches > max(facts.planned_batches, 1):
        parent = view.parent(above)
        ratio = view.own_ratio(above) + (view.own_ratio(parent) if parent else 0.0)
        yield _Consequence(
            ratio=ratio, clause=f"so a hash table grew to {facts.batches} batches"
        )
