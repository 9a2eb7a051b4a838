"""Findings on time that no node works for: planning, locks, disks, sending the rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from analyzer.domain.explanation import Finding
from analyzer.plans.findings_view import (
    MIN_RATIO,
    PlanView,
    finding,
    measured,
    own_pages,
    rows_of,
    title,
)
from analyzer.plans.measure import NodeMeasure
from analyzer.plans.node_facts import number, read_ms

MIN_PLANNING_MS = 10.0
"""A session's first plan of a few tables takes some milliseconds: catalogs are read."""
MIN_PLANNING_TIMES = 2.0
MIN_WAIT_MS = 100.0
MIN_WAIT_RATIO = 0.5
_USUAL_US = 100.0
"""More than locking or changing a row takes, or touching a block, if nothing waits."""
MIN_READ_MS = 20.0
MIN_READ_RATIO = 0.5
MIN_READ_BLKS = 500
MIN_READ_US = 200.0
"""A block that the system has in its cache takes a few microseconds."""
MIN_SENT_RATIO = 0.5
_KIB = 1024

_CHANGES = frozenset({"ModifyTable", "LockRows"})


def slow_planning(view: PlanView) -> Iterator[Finding]:
    """Statements that take longer to plan than to run."""
    planning_ms = view.plan.planning_time_ms or 0.0
    run_ms = view.plan.execution_time_ms or view.total_ms
    if planning_ms < max(MIN_PLANNING_MS, MIN_PLANNING_TIMES * run_ms):
        return
    root = view.items[0]
    tables = sum(1 for item in view.items if item.node.relation)
    pruned = sum(
        number(item.node.details, "Subplans Removed") or 0.0 for item in view.items
    )
    claim = (
        f"Planning takes {planning_ms:,.0f} ms and running {run_ms:,.1f} ms; the plan "
        f"has {tables + pruned:,.0f} tables or partitions"
    )
    if pruned:
        claim += f", of which {pruned:,.0f} are left out only when it runs"
    remedy = (
        "A prepared statement is planned once for many runs; a condition on the "
        "partition key, fewer partitions or fewer joined tables leave less to plan."
    )
    quantity = measured(planning_ms, "ms")
    ratio = planning_ms / (planning_ms + run_ms)
    found = finding(root, "slow_planning", claim, quantity, ratio)
    yield replace(found, remedy=remedy)


def lock_waits(view: PlanView) -> Iterator[Finding]:
    """Rows whose change took far longer than the work on them: others held them."""
    if view.total_ms <= 0:
        return
    for item in view.ran():
        if item.node.node_type not in _CHANGES or item.own_time_ms is None:
            continue
        rows = sum(rows_of(child) for child in view.inputs(item))
        usual_ms = (rows + own_pages(item)) * _USUAL_US / 1e3
        waited_ms = item.own_time_ms - usual_ms - _triggers_ms(view) - _read_ms(item)
        ratio = waited_ms / view.total_ms
        if waited_ms < MIN_WAIT_MS or ratio < MIN_WAIT_RATIO:
            continue
        claim = (
            f"{title(item)} takes {item.own_time_ms:,.0f} ms for {rows:,.0f} rows and "
            f"{own_pages(item):,.0f} pages: it waited, most likely for a lock that "
            "another transaction held"
        )
        remedy = (
            "Look for the blocker: log_lock_waits = on, or pg_blocking_pids() while "
            "it waits; keep transactions that change these rows short."
        )
        found = finding(item, "lock_wait", claim, measured(waited_ms, "ms"), ratio)
        yield replace(found, remedy=remedy)


def _triggers_ms(view: PlanView) -> float:
    triggers = view.plan.raw.get("Triggers")
    if not isinstance(triggers, list | tuple):
        return 0.0
    return sum(
        number(one, "Time") or 0.0 for one in triggers if isinstance(one, Mapping)
    )


def _read_ms(item: NodeMeasure) -> float:
    """Time of reading and writing files for a node itself, over all its processes."""
    spent = read_ms(item.node) or 0.0
    return max(spent - sum(read_ms(child) or 0.0 for child in item.node.children), 0.0)


def cold_reads(view: PlanView) -> Iterator[Finding]:
    """A node whose time goes to blocks that were not in memory."""
    if view.total_ms <= 0:
        return
    item = max(view.ran(), key=lambda one: _reading_ms(view, one), default=None)
    if item is None or item.own_buffers is None:
        return
    spent_ms, blks = _reading_ms(view, item), item.own_buffers.shared_read_blks
    ratio = min(spent_ms / view.total_ms, view.own_ratio(item))
    if spent_ms < MIN_READ_MS or ratio < MIN_READ_RATIO:
        return
    claim = (
        f"{title(item)} reads {blks:,} pages that were not in memory, which takes "
        f"{spent_ms:,.0f} ms"
    )
    remedy = (
        "Run it again to see what it takes from memory. If it is always so, "
        "shared_buffers or memory are small for what is used, or fewer pages should "
        "be read: a narrower index, CLUSTER, partitions."
    )
    found = finding(item, "cold_reads", claim, measured(spent_ms, "ms"), ratio)
    yield replace(found, remedy=remedy)


def _reading_ms(view: PlanView, item: NodeMeasure) -> float:
    """Wall time of reading: as measured by track_io_timing, else what pages take."""
    own = item.own_buffers
    if own is None:
        return 0.0
    timed = read_ms(item.node)
    if timed is not None:
        return _read_ms(item) / view.processes(item)
    if item.node.node_type in _CHANGES:
        return 0.0  # most of its time goes to what it writes
    own_us = (item.own_time_ms or 0.0) * 1e3 * view.processes(item)
    is_slow = own_us >= MIN_READ_US * own.shared_read_blks
    if own.shared_read_blks < MIN_READ_BLKS or not is_slow:
        return 0.0
    return item.own_time_ms or 0.0


def large_results(view: PlanView) -> Iterator[Finding]:
    """Results that take longer to be written out (SERIALIZE) than to be found."""
    told = view.plan.raw.get("Serialization")
    total_ms = view.plan.execution_time_ms or view.total_ms
    if isinstance(told, Mapping):
        spent_ms = number(told, "Time") or 0.0
        size = (number(told, "Output Volume") or 0.0) * _KIB
    else:
        text = str(told or "")
        times = re.search(r"time=(\d{1,15}(?:\.\d{1,6})?)", text)
        sizes = re.search(r"output=(\d{1,15})kB", text)
        spent_ms = float(times[1]) if times else 0.0
        size = float(sizes[1]) * _KIB if sizes else 0.0
    ratio = spent_ms / total_ms if total_ms > 0 else 0.0
    if spent_ms < MIN_READ_MS or ratio < max(MIN_SENT_RATIO, MIN_RATIO):
        return
    claim = (
        f"Writing out the rows takes {spent_ms:,.0f} of {total_ms:,.0f} ms: "
        f"{size / _KIB:,.0f} kB, compressed values among them are unpacked"
    )
    remedy = "Select only the columns, and fetch only the rows, that are needed."
    root = view.items[0]
    found = finding(root, "large_result", claim, measured(size, "bytes"), ratio)
    yield replace(found, remedy=remedy)
