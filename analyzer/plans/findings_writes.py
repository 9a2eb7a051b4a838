"""Findings on changes: triggers, foreign keys that are checked, indexes to be kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from analyzer.domain.explanation import Finding
from analyzer.plans.findings_view import (
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
from analyzer.plans.titles import one_line

MIN_TRIGGER_RATIO = 0.3
MIN_CHECK_US = 100.0
"""A check of a foreign key by an index takes some tens of microseconds."""
MIN_CHECKS = 50_000
MIN_CHECKS_RATIO = 0.6
MIN_WRITTEN_MS = 500.0
"""What a change of some thousand rows may well take."""
MIN_CHANGED = 10_000
MIN_PAGES_PER_ROW = 20.0
"""A changed row and its entry in an index touch three or four pages each, so that this
is six indexes or so."""
MIN_PAGES_PER_UPDATE = 10.0
"""Measured: four of the table, where the row gets another page, and three of each
index; of a row that stays on its page (HOT) two in all."""
MIN_CHANGE_RATIO = 0.6


def slow_triggers(view: PlanView) -> Iterator[Finding]:
    """Triggers and checks of foreign keys that take most of a change's time."""
    total_ms = view.plan.execution_time_ms or view.total_ms
    triggers = _triggers(view)
    if not triggers or total_ms <= 0:
        return
    quick = []
    for trigger in triggers:
        spent_ms, calls = (
            number(trigger, "Time") or 0.0,
            number(trigger, "Calls") or 0.0,
        )
        constraint = trigger.get("Constraint Name")
        if constraint and spent_ms * 1e3 < MIN_CHECK_US * calls:
            quick.append(trigger)
        elif spent_ms / total_ms >= MIN_TRIGGER_RATIO:
            yield _slow(view, trigger, spent_ms / total_ms)
    yield from _many_checks(view, quick, total_ms)


def _triggers(view: PlanView) -> list[Mapping[str, Any]]:
    found = view.plan.raw.get("Triggers")
    if not isinstance(found, list | tuple):
        return []
    return [one for one in found if isinstance(one, Mapping)]


def _slow(view: PlanView, trigger: Mapping[str, Any], ratio: float) -> Finding:
    constraint = trigger.get("Constraint Name")
    spent_ms, calls = number(trigger, "Time") or 0.0, number(trigger, "Calls") or 0.0
    name = one_line(str(constraint or trigger.get("Trigger Name", "")))
    what = f"The foreign key {name}" if constraint else f"The trigger {name}"
    claim = f"{what} is checked {calls:,.0f} times and takes {spent_ms:,.0f} ms"
    remedy = (
        "An index on the referencing columns of the foreign key lets each check "
        "find its rows, where rows are deleted or keys changed."
        if constraint
        else "See what its function does for each row."
    )
    quantity = measured(spent_ms, "ms")
    return replace(
        finding(view.items[0], "slow_trigger", claim, quantity, ratio), remedy=remedy
    )


def _many_checks(
    view: PlanView, quick: list[Mapping[str, Any]], total_ms: float
) -> Iterator[Finding]:
    """Checks of foreign keys that are quick each, and most of the time together."""
    spent_ms = sum(number(one, "Time") or 0.0 for one in quick)
    calls = sum(number(one, "Calls") or 0.0 for one in quick)
    ratio = spent_ms / total_ms
    if calls < MIN_CHECKS or spent_ms < MIN_WRITTEN_MS or ratio < MIN_CHECKS_RATIO:
        return
    names = one_line(", ".join(str(one.get("Constraint Name")) for one in quick[:3]))
    claim = (
        f"Foreign keys are checked {calls:,.0f} times, once for each row and key "
        f"({names}), which takes {spent_ms:,.0f} ms"
    )
    remedy = (
        "Each check is quick. A load of many rows is faster without the foreign keys, "
        "which are then added again: that checks all rows in one join."
    )
    found = finding(
        view.items[0], "slow_trigger", claim, measured(spent_ms, "ms"), ratio
    )
    yield replace(found, remedy=remedy)


def kept_indexes(view: PlanView) -> Iterator[Finding]:
    """Changes that touch so many pages for each row that a table has many indexes."""
    for item in view.ran():
        if item.node.node_type != "ModifyTable" or _triggers(view):
            continue  # the pages may be a trigger's
        rows = sum(rows_of(child) for child in view.inputs(item))
        pages, ratio = own_pages(item), view.own_ratio(item)
        if rows < MIN_CHANGED or ratio < MIN_CHANGE_RATIO:
            continue
        is_update = title(item).startswith("Update ")
        least = (MIN_PAGES_PER_UPDATE if is_update else MIN_PAGES_PER_ROW) * rows
        if pages < least or (item.own_time_ms or 0) < MIN_WRITTEN_MS:
            continue
        if is_update:
            yield _rewritten(item, rows, ratio)
            continue
        claim = (
            f"{title(item)} touches {pages / rows:,.0f} pages for each of {rows:,.0f} "
            "rows: each is entered into many indexes"
        )
        remedy = (
            f"Drop the indexes of {place(item)} that are never scanned (idx_scan = 0 "
            "in pg_stat_user_indexes), and those that begin like another; an UPDATE "
            "enters nothing where no indexed column changes and the page has room "
            "(fillfactor). Load many rows before the indexes are made."
        )
        found = finding(
            item, "index_upkeep", claim, measured(pages / rows, "pages"), ratio
        )
        yield replace(found, remedy=remedy)


def _rewritten(item: NodeMeasure, rows: float, ratio: float) -> Finding:
    """An UPDATE that enters each row into the indexes again."""
    pages = own_pages(item) / rows
    claim = (
        f"{title(item)} writes {rows:,.0f} rows anew and touches {pages:,.0f} pages "
        "for each: the new version of a row is entered into the indexes as well"
    )
    remedy = (
        "Leave out rows that are so already (WHERE column IS DISTINCT FROM the new "
        f"value); drop indexes of {place(item)} that are never scanned (idx_scan = 0 "
        "in pg_stat_user_indexes), first those on what changes: where no indexed "
        "column changes and the page has room (fillfactor), nothing is entered (HOT)."
    )
    quantity = measured(pages, "pages")
    return replace(finding(item, "index_upkeep", claim, quantity, ratio), remedy=remedy)
