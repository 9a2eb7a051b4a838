"""Findings on ways to plan that a setting rules out, where nothing else is amiss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzer.domain.explanation import Finding
from analyzer.plans.findings_view import PlanView, finding, measured, rows_of, title
from analyzer.plans.measure import NodeMeasure

MIN_FORBIDDEN_RATIO = 0.5
MIN_FORBIDDEN_ROWS = 50_000

_GROUPS = frozenset({"Aggregate", "Group", "Unique"})
_SORTS = frozenset({"Sort", "Incremental Sort"})


def forbidden_plans(view: PlanView) -> Iterator[Finding]:
    """Rows sorted to be grouped or merged, or looked up one by one, for want of choice.

    EXPLAIN (SETTINGS) tells what was switched off; without it nothing is known.
    """
    for item in view.ran():
        setting, steps = _forbidden(view, item)
        if view.plan.settings.get(setting) != "off":
            continue
        rows = max(map(rows_of, steps))
        ratio = min(sum(map(view.own_ratio, steps)), 1.0)
        if rows < MIN_FORBIDDEN_ROWS or ratio < MIN_FORBIDDEN_RATIO:
            continue
        does = "sorts" if len(steps) > 1 else "looks up"
        claim = (
            f"{title(item)} {does} {rows:,.0f} rows, since {setting} = off rules out "
            f"{_INSTEAD[setting]}"
        )
        found = finding(item, "forbidden_plan", claim, measured(rows, "rows"), ratio)
        remedy = f"RESET {setting}, and see which plan is chosen then."
        yield replace(found, remedy=remedy)


_INSTEAD = {
    "enable_hashagg": "a hashed aggregate",
    "enable_hashjoin": "a hash join",
    "enable_seqscan": "reading the table in its own order",
}


def _forbidden(view: PlanView, item: NodeMeasure) -> tuple[str, list[NodeMeasure]]:
    """The setting that a node may be there for, and the nodes that do its work."""
    kind = item.node.node_type
    sorts = [one for one in view.inputs(item) if one.node.node_type in _SORTS]
    if kind in _GROUPS and sorts:
        return "enable_hashagg", [item, *sorts]
    if kind == "Merge Join" and sorts:
        return "enable_hashjoin", [item, *sorts]
    if kind == "Index Scan" and not item.node.filter and item.node.loops == 1:
        return "enable_seqscan", [item]
    return "", [item]
