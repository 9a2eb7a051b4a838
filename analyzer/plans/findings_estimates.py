"""Findings on row estimates: where an error starts, and which choice it spoiled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from analyzer.domain.explanation import Finding
from analyzer.plans.conditions import ConditionKind, conditions, constant_calls
from analyzer.plans.findings_access import MIN_FETCH_RATIO, is_scattered
from analyzer.plans.findings_loops import MIN_LOOP_RATIO, MIN_OUTER_ROWS
from analyzer.plans.findings_rows import is_small
from analyzer.plans.findings_view import (
    MIN_RATIO,
    PlanView,
    finding,
    measured,
    over_loops,
    rows_of,
    title,
)
from analyzer.plans.measure import NodeMeasure
from analyzer.plans.node_facts import hash_facts, number
from analyzer.plans.remedies import not_searchable, statistics_for

MIN_ERROR = 10.0
MIN_SMALL_ERROR = 4.0
"""Told only where what it led to is slow whatever was expected."""
MIN_ROWS = 1_000
MIN_LOOKUPS_MS = 3.0
"""So long another join would take as well, or nearly."""
_INHERITED_RATIO = 0.3
"""An error is a child's if the child's is at least this part of it."""
_FEW_ROWS_RATIO = 0.05
_MANY_ROWS = 50_000
"""Fewer are read and hashed in no time."""
_LARGER_TIMES = 5.0
_GUESSED_LOSS = 0.5
"""How much a scan of the other side counts: that an index is there is not known."""

PLANNED = "Planned Partitions"
"""Of a hashed aggregate that was expected not to fit into memory."""

_NEGATED = ConditionKind.NEGATED
_JOINS = frozenset({"Nested Loop", "Hash Join", "Merge Join"})
_NO_ESTIMATE = frozenset(
    {"BitmapAnd", "BitmapOr", "Bitmap Index Scan", "ModifyTable", "Limit", "LockRows"}
)
_STOPPED_EARLY = frozenset({"Limit", "Merge Join"})
_CUTS_SHORT = frozenset({"Semi", "Anti", "Right Semi", "Right Anti"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Consequence:
    """What an error led to: the share of time it cost, and a clause that says it.

    ``is_slow`` says that another rule finds it slow without looking at estimates.
    """

    ratio: float
    clause: str
    is_slow: bool = False


def estimate_errors(view: PlanView) -> Iterator[Finding]:
    """Errors of at least ten times, where they start, if they spoiled a choice.

    Smaller ones, from four times on, are told as the cause of what is slow anyway.

    An error that changed nothing is not told: each node above it is looked at for a
    choice that depends on the number of rows.
    """
    for item in view.ran():
        if not _starts_here(view, item):
            continue
        is_large = (item.estimate_error or 1.0) >= MIN_ERROR
        found = [one for one in _consequences(view, item) if is_large or one.is_slow]
        if not found:
            continue
        worst = max(found, key=lambda one: one.ratio)
        if worst.ratio >= MIN_RATIO:
            # Each is of other nodes: an error that is handed on spoils several joins.
            lost_ratio = min(sum(one.ratio for one in found), 1.0)
            yield _finding(view, item, replace(worst, ratio=lost_ratio))


def _finding(view: PlanView, item: NodeMeasure, worst: _Consequence) -> Finding:
    node = item.node
    error = item.estimate_error or 1.0
    rule, (why, remedy) = "estimate_error", statistics_for(view, item)
    if view.has_unknown_values(item):
        rule, why = "generic_plan", "the plan is generic, made without the values"
        remedy = (
            "Let it be planned with its values: plan_cache_mode = force_custom_plan "
            "for this statement (or no server-side prepare in the driver)."
        )
    claim = (
        f"{title(item)} gives {node.actual_rows or 0:,.10g} rows where "
        f"{node.plan_rows:,.0f} were expected; {worst.clause}"
        + (f" (likely since {why})" if why else "")
    )
    found = finding(item, rule, claim, measured(error, "times"), worst.ratio)
    return replace(found, remedy=remedy)


def _starts_here(view: PlanView, item: NodeMeasure) -> bool:
    error = item.estimate_error
    if error is None or error < MIN_SMALL_ERROR or item.node.node_type in _NO_ESTIMATE:
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
    yield from _of_access(view, item)
    if item.node.node_type == "Aggregate":
        yield from _of_hash(view, item, item)
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
        ratio = view.total_ratio(other)
        if ratio * view.total_ms < MIN_LOOKUPS_MS and view.total_ms:
            return
        yield _Consequence(
            ratio=ratio,
            clause=f"so {title(other)} is run {loops:,.0f} times in a nested loop",
            is_slow=loops >= MIN_OUTER_ROWS and ratio >= MIN_LOOP_RATIO,
        )
    elif kind == "Hash Join" and not is_outer and item.underestimated:
        hashed, ratio = view.inputs(join)[1], view.own_ratio(join)
        if rows_of(hashed) >= max(_MANY_ROWS, _LARGER_TIMES * rows_of(other)):
            yield _Consequence(
                ratio=ratio + view.own_ratio(hashed),
                clause=f"so the larger side, of {rows_of(hashed):,.0f} rows, is hashed",
            )
    elif kind in ("Hash Join", "Merge Join") and not item.underestimated:
        read = view.most_rows_below(other)
        if read >= _MANY_ROWS and rows_of(item) <= _FEW_ROWS_RATIO * read:
            yield _Consequence(
                ratio=view.total_ratio(other) * _GUESSED_LOSS,
                clause=f"so {read:,.0f} rows of the other side are read for them",
            )


def _of_access(view: PlanView, item: NodeMeasure) -> Iterator[_Consequence]:
    """How the table itself is read: by an index for too many rows, or not by one."""
    node = item.node
    removed = over_loops(node, node.rows_removed_by_filter)
    read = rows_of(item) + removed
    parts = conditions(node.filter)
    is_whole = node.node_type == "Seq Scan" and not not_searchable(node, node.filter)
    is_whole = is_whole and any(part.kind is not _NEGATED for part in parts)
    is_whole = is_whole and not constant_calls(node.filter)
    if is_whole and not item.underestimated and not is_small(item):
        # So many rows are better read without an index, whether there is one or not.
        expected = node.plan_rows * (node.loops or 1.0)
        if read >= MIN_ROWS and expected >= _FEW_ROWS_RATIO * read and removed:
            yield _Consequence(
                ratio=view.own_ratio(item),
                clause=f"so all {read:,.0f} rows are read, and no index can pay",
            )
    if node.node_type == "Index Scan" and item.underestimated and is_scattered(item):
        yield _Consequence(
            ratio=view.own_ratio(item),
            clause=f"so an index fetches {read:,.0f} rows one by one",
            is_slow=view.own_ratio(item) >= MIN_FETCH_RATIO,
        )


def _of_hash(
    view: PlanView, above: NodeMeasure, item: NodeMeasure
) -> Iterator[_Consequence]:
    facts = hash_facts(above.node)
    if facts is None or not item.underestimated:
        return
    is_groups = above.node.node_type == "Aggregate"
    if is_groups and number(above.node.details, PLANNED):
        return  # it was expected to be done in parts
    if facts.batches > (1 if is_groups else max(facts.planned_batches, 1)):
        parent = None if is_groups else view.parent(above)
        ratio = view.own_ratio(above) + (view.own_ratio(parent) if parent else 0.0)
        yield _Consequence(
            ratio=ratio, clause=f"so a hash table grew to {facts.batches} batches"
        )
