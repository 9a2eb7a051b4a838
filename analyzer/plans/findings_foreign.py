"""Findings on foreign tables: rows that are fetched from another server in vain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzer.domain.explanation import Finding
from analyzer.plans.findings_joins import HASHED, source
from analyzer.plans.findings_view import (
    PlanView,
    finding,
    measured,
    place,
    rows_of,
    title,
)
from analyzer.plans.measure import NodeMeasure

MIN_FOREIGN_RATIO = 0.5
MIN_FETCHED = 10_000
MIN_FETCHED_PER_ROW = 20.0
MIN_REQUESTS = 50
"""Each run of a foreign scan asks the other server once at least."""

_GROUPS = frozenset({"Aggregate", "Group", "Unique", "Limit"})


def foreign_rows(view: PlanView) -> Iterator[Finding]:
    """Foreign scans that fetch far more rows than are kept, or ask row by row."""
    for scan in view.ran():
        ratio = view.total_ratio(scan)
        if scan.node.node_type != "Foreign Scan" or ratio < MIN_FOREIGN_RATIO:
            continue
        loops = (scan.node.loops or 0.0) / view.processes(scan)
        if loops >= MIN_REQUESTS:
            yield _row_by_row(scan, loops, ratio)
            continue
        reducer = _reducer(view, scan)
        if reducer is not None and rows_of(scan) >= MIN_FETCHED:
            yield _in_vain(scan, reducer, ratio)


def _reducer(view: PlanView, scan: NodeMeasure) -> NodeMeasure | None:
    """The join or aggregate next above that makes few rows of those fetched."""
    for above, _ in view.ancestors(scan):
        kind = above.node.node_type
        sides = [source(view, side) for side in view.inputs(above)]
        if kind in HASHED and any(side.path == scan.path for side in sides):
            is_less = rows_of(above) * MIN_FETCHED_PER_ROW <= rows_of(scan)
            return above if is_less else None
        if kind in _GROUPS:
            is_less = rows_of(above) * MIN_FETCHED_PER_ROW <= rows_of(scan)
            return above if is_less and rows_of(above) > 1 else None
    return None


def _row_by_row(scan: NodeMeasure, loops: float, ratio: float) -> Finding:
    claim = (
        f"{title(scan)} asks the other server {loops:,.0f} times, once for each row of "
        "the other side"
    )
    remedy = (
        "Fetch what is needed of it once (a subquery AS MATERIALIZED, or a hash join), "
        "or join on that server: join it with a table of the same server there."
    )
    found = finding(scan, "foreign_rows", claim, measured(loops, "requests"), ratio)
    return replace(found, remedy=remedy)


def _in_vain(scan: NodeMeasure, reducer: NodeMeasure, ratio: float) -> Finding:
    claim = (
        f"{title(scan)} fetches {rows_of(scan):,.0f} rows from another server, of "
        f"which {title(reducer)} makes {rows_of(reducer):,.0f} here"
    )
    remedy = (
        f"Let the other server do it: ANALYZE {place(scan)} and use_remote_estimate "
        "let the planner send joins and aggregates of tables of one server; or send it "
        "the keys (= ANY (array of a subquery)), or keep a materialized view here."
    )
    quantity = measured(rows_of(scan) - rows_of(reducer), "rows")
    return replace(finding(scan, "foreign_rows", claim, quantity, ratio), remedy=remedy)
