"""Findings on parallel workers: fewer than planned, and fewer than could be planned.

How many workers the planner takes for a table is in allpaths.c,
compute_parallel_worker(): one from ``min_parallel_table_scan_size`` on, and one more
for each threefold, up to ``max_parallel_workers_per_gather``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace

from analyzer.domain.explanation import Finding
from analyzer.plans.findings_view import (
    GATHERS,
    MIN_RATIO,
    PlanView,
    finding,
    measured,
    own_pages,
    place,
    rows_of,
    title,
)
from analyzer.plans.measure import NodeMeasure
from analyzer.plans.node_facts import number

MIN_PARALLEL_MS = 100.0
"""Workers need some milliseconds to start."""
MIN_SERIAL_MS = 2_000.0
MAX_GIVEN_RATIO = 0.1
"""Each row that workers find is handed on to the leader, which costs more than it."""

MIN_OVERHEAD_RATIO = 0.6
MIN_OVERHEAD_MS = 10.0

_LOWERED = {"parallel_setup_cost": 1000.0, "parallel_tuple_cost": 0.1}
"""What is charged for starting workers and for each row they hand on, by default."""
_FORCED = ("debug_parallel_query", "force_parallel_mode")
_LIMIT = "max_parallel_workers_per_gather"
_LEAST = "min_parallel_table_scan_size"
_DEFAULT_LIMIT = 2
_DEFAULT_LEAST_BLKS = 1024
_BLKS = {"": 1.0, "kb": 1 / 8, "mb": 128.0, "gb": 131_072.0}
_SHARED_WORK = frozenset({"Aggregate", "Hash Join", "Sort", "Hash"})


def missing_workers(view: PlanView) -> Iterator[Finding]:
    """Parallel plans that got fewer processes than they were made for."""
    for item in view.ran():
        if item.node.node_type not in GATHERS:
            continue
        planned = number(item.node.details, "Workers Planned") or 0.0
        launched = number(item.node.details, "Workers Launched")
        if launched is None or launched >= planned:
            continue
        lost = view.total_ratio(item) * (1 - (launched + 1) / (planned + 1))
        if lost < MIN_RATIO:
            continue
        claim = (
            f"{title(item)} got {launched:.0f} of the {planned:.0f} workers it was "
            "planned for"
        )
        found = finding(
            item, "missing_workers", claim, measured(launched, "workers"), lost
        )
        remedy = "Raise max_parallel_workers, or let fewer statements ask for workers."
        yield replace(found, remedy=remedy)


def needless_workers(view: PlanView) -> Iterator[Finding]:
    """Parallel plans whose time goes to starting workers, or to handing on their rows.

    The planner charges for both; it does this where these charges were lowered.
    """
    settings = view.plan.settings
    names = [name for name in _LOWERED if _is_lowered(settings.get(name, ""), name)]
    names += [name for name in _FORCED if settings.get(name, "off") != "off"]
    if not names:
        return
    for item in view.ran():
        launched = number(item.node.details, "Workers Launched")
        ratio = view.own_ratio(item)
        if item.node.node_type not in GATHERS or not launched:
            continue
        spent_ms = item.own_time_ms or 0.0
        if ratio < MIN_OVERHEAD_RATIO or spent_ms < MIN_OVERHEAD_MS:
            continue
        claim = (
            f"{title(item)} takes {spent_ms:,.0f} ms by itself, to "
            f"start {launched:.0f} workers and take {rows_of(item):,.0f} rows from "
            "them: that costs more than they save"
        )
        told = ", ".join(f"{name} = {settings[name]}" for name in names)
        quantity = measured(launched, "workers")
        found = finding(item, "needless_workers", claim, quantity, ratio)
        yield replace(
            found, remedy=f"{told} here: RESET, so that both are charged for."
        )


def _is_lowered(text: str, name: str) -> bool:
    known = re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", text)
    return bool(known) and float(text) < _LOWERED[name] / 2


def too_few_workers(view: PlanView) -> Iterator[Finding]:
    """Plans with fewer workers than the size of their table is worth."""
    gathers = [item for item in view.ran() if item.node.node_type in GATHERS]
    if not gathers:
        yield from _without_workers(view)
    for gather in gathers:
        planned = number(gather.node.details, "Workers Planned")
        scan = _largest_scan(view, gather)
        if planned is None or scan is None or view.total_ms < MIN_PARALLEL_MS:
            continue
        possible = min(_by_size(view, scan), max(_limit(view) or 0, _DEFAULT_LIMIT))
        lost = view.total_ratio(gather) * (1 - (planned + 1) / (possible + 1))
        if planned >= possible or lost < MIN_RATIO:
            continue
        claim = (
            f"{title(gather)} was planned with {planned:.0f} workers, where "
            f"{place(scan)} is large enough for {possible}"
        )
        quantity = measured(planned, "workers")
        found = finding(gather, "too_few_workers", claim, quantity, lost)
        yield replace(found, remedy=_remedy(view, scan, (int(planned), possible)))


def _without_workers(view: PlanView) -> Iterator[Finding]:
    """A long scan by one process, where the plan itself says that none were allowed."""
    root = view.items[0]
    if _limit(view) != 0 or view.total_ms < MIN_SERIAL_MS:
        return
    scans = [item for item in view.ran() if _is_whole_scan(item)]
    scan = max(scans, key=view.own_ratio, default=None)
    if scan is None or root.node.node_type == "ModifyTable":
        return
    possible = min(_by_size(view, scan), _DEFAULT_LIMIT)
    is_all_given = rows_of(root) > MAX_GIVEN_RATIO * rows_of(scan)
    if possible < _DEFAULT_LIMIT or is_all_given:
        return
    shared = view.own_ratio(scan) + sum(
        view.own_ratio(above)
        for above, _ in view.ancestors(scan)
        if above.node.node_type in _SHARED_WORK
    )
    lost = min(shared, 1.0) * (1 - 1 / (possible + 1))
    if lost < MIN_RATIO:
        return
    claim = (
        f"{title(scan)} is read by one process, where the table is large enough for "
        f"{possible} workers besides"
    )
    found = finding(scan, "too_few_workers", claim, measured(0, "workers"), lost)
    yield replace(found, remedy=_remedy(view, scan, (0, possible)))


def _remedy(view: PlanView, scan: NodeMeasure, workers: tuple[int, int]) -> str:
    planned, possible = workers
    limit = _limit(view)
    by_setting = f"SET {_LIMIT} = {possible}"
    if limit is not None and limit <= planned:
        return f"{by_setting}: it was {limit} here."
    by_table = f"ALTER TABLE {place(scan)} RESET (parallel_workers)"
    if limit is not None:
        return f"{by_table}, if the table limits its workers."
    return f"{by_setting}, or {by_table}, whichever limits them."


def _largest_scan(view: PlanView, gather: NodeMeasure) -> NodeMeasure | None:
    """The scan that decides on the number of workers below a Gather."""
    found = []
    for item in view.ran():
        if not item.node.details.get("Parallel Aware") or not _is_whole_scan(item):
            continue
        between = []
        for above, _ in view.ancestors(item):
            if above.path == gather.path:
                break
            between.append(above.node.node_type)
        else:
            continue
        if not {"Append", "Merge Append", *GATHERS} & set(between):
            found.append(item)
    return max(found, key=own_pages, default=None)


def _is_whole_scan(item: NodeMeasure) -> bool:
    return item.node.node_type == "Seq Scan" and item.own_buffers is not None


def _by_size(view: PlanView, scan: NodeMeasure) -> int:
    """Workers that a table of so many pages is worth."""
    text = view.plan.settings.get(_LEAST, "")
    known = re.fullmatch(r"(\d{1,9})\s*([kMG]?B?)", text, re.IGNORECASE)
    least = _DEFAULT_LEAST_BLKS * 1.0
    if known:
        least = float(known[1]) * _BLKS.get(known[2].lower(), 1.0)
    times = own_pages(scan) / max(least, 1.0)
    return 1 + int(math.log(times, 3) + 1e-9) if times >= 1 else 0


def _limit(view: PlanView) -> int | None:
    """What the plan says of the limit; none if it is the default or not told."""
    text = view.plan.settings.get(_LIMIT, "")
    return int(text) if re.fullmatch(r"\d{1,4}", text) else None
