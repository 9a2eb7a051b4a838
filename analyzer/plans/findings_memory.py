"""Findings on memory: sorts and hash tables that spill, bitmaps that became lossy."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace

from analyzer.domain.explanation import Finding
from analyzer.plans.findings_view import (
    MIN_RATIO,
    PlanView,
    finding,
    measured,
    over_loops,
    place,
    title,
)
from analyzer.plans.measure import NodeMeasure
from analyzer.plans.node_facts import bitmap_facts, hash_facts, number, sort_facts

MIN_LOSSY_RATIO = 0.1
SPILLED_BLOCK_MS = 0.02
"""So long rows of a block take to be written or read, by way of the system's cache:
measured 10 to 20 microseconds on 15 and 18 (the same join with work_mem for all)."""
MIN_WIDE_BYTES = 300
"""A row of a report's columns has a hundred."""

_MIB = 1 << 20
_MAX_WORK_MEM_MB = 2**21 - 1
_MARGIN = 1.1
_SORT_TUPLE_BYTES = 24
"""SortTuple of tuplesort.c: one for each row, in an array that grows by doubling."""
_TUPLE_OVERHEAD_BYTES = 24
"""Chunk header, and what a row has in memory more than on tape, aligned."""
_HASH_ROW_BYTES = 48
"""HashJoinTuple, MinimalTuple's header and a bucket's pointer (hashjoin.h)."""
_BITMAP_PAGE_BYTES = 64
"""PagetableEntry and two pointers, as tbm_calculate_entries() counts a page."""
_HASH_MEM_MULTIPLIER = 2.0
"""Default of hash_mem_multiplier from PostgreSQL 15 on."""


def spilled_sorts(view: PlanView) -> Iterator[Finding]:
    """Sorts that went to disk, with the ``work_mem`` in which they would have fit.

    What a row takes is taken from the file: in memory each has a SortTuple and a
    chunk's header besides (tuplesort.c).
    """
    for item in view.ran():
        facts = sort_facts(item.node)
        ratio = view.own_ratio(item)
        if facts is None or not facts.on_disk or ratio < MIN_RATIO:
            continue
        rows = max(item.node.actual_rows or 0.0, 1.0)
        row_bytes = facts.space_bytes / rows
        needed = rows * (row_bytes + _TUPLE_OVERHEAD_BYTES + _SORT_TUPLE_BYTES)
        claim = f"{title(item)} does not fit into work_mem and goes to disk"
        found = finding(
            item, "sort_spills", claim, measured(facts.space_bytes, "bytes"), ratio
        )
        remedy = work_mem_for(needed)
        if item.node.plan_width_bytes >= MIN_WIDE_BYTES:
            remedy += (
                f" Its rows are {item.node.plan_width_bytes:,} bytes wide: sorting the "
                "keys alone, and joining the rest to them, takes far less."
            )
        yield replace(found, remedy=remedy)


def spilled_hashes(view: PlanView) -> Iterator[Finding]:
    """Hash tables of joins and aggregates that were done in several batches."""
    for item in view.ran():
        facts = hash_facts(item.node)
        if facts is None or facts.batches <= 1:
            continue
        above = view.parent(item)
        ratio = view.own_ratio(item)
        if item.node.node_type == "Hash" and above is not None:
            ratio += view.own_ratio(above)
        if ratio < MIN_RATIO:
            continue
        claim = f"{_what(item, above)} does not fit into memory and goes to disk"
        quantity = measured(facts.batches, "batches")
        found = finding(
            item, "hash_spills", claim, quantity, _lost(view, item, above, ratio)
        )
        yield replace(found, remedy=work_mem_for(_hash_bytes(view, item)))


def _lost(
    view: PlanView, item: NodeMeasure, above: NodeMeasure | None, ratio: float
) -> float:
    """What of a hash's share goes to its files; the rest it would take in memory too.

    Where blocks were not counted that is not known, and all of it counts.
    """
    if view.total_ms <= 0 or item.own_buffers is None:
        return ratio
    nodes = [item] if item.node.node_type == "Aggregate" or not above else [item, above]
    own = [one.own_buffers for one in nodes if one.own_buffers is not None]
    blks = sum(one.temp_read_blks + one.temp_written_blks for one in own)
    spent_ms = blks / view.processes(item) * SPILLED_BLOCK_MS
    return min(ratio, max(spent_ms / view.total_ms, MIN_RATIO))


def _what(item: NodeMeasure, above: NodeMeasure | None) -> str:
    if item.node.node_type == "Hash" and above is not None:
        return f"The hash table of {title(above)}"
    return f"The hash table of {title(item)}"


def _hash_bytes(view: PlanView, item: NodeMeasure) -> float:
    """Bytes of ``work_mem`` that would have been enough for one process."""
    facts = hash_facts(item.node)
    if facts is None:
        return 0.0
    multiplier = _multiplier(view)
    whole = float(facts.peak_memory_bytes * facts.batches)
    if facts.disk_bytes:
        # An aggregate's batches are not of equal size; what is on disk is rows that
        # wait, each at least as large as the group it will become.
        return (facts.peak_memory_bytes + facts.disk_bytes) * _MARGIN / multiplier
    if item.node.details.get("Parallel Aware"):
        return whole / view.processes(item) / multiplier
    rows = item.node.actual_rows or 0.0
    by_rows = rows * (item.node.plan_width_bytes + _HASH_ROW_BYTES)
    # Batches are doubled, so that the last may be half empty.
    return min(max(by_rows, whole / 2), whole) / multiplier


def _multiplier(view: PlanView) -> float:
    text = view.plan.settings.get("hash_mem_multiplier", "")
    known = re.fullmatch(r"\d+(?:\.\d+)?", text)
    return max(float(known[0]), 1.0) if known else _HASH_MEM_MULTIPLIER


def lossy_bitmaps(view: PlanView) -> Iterator[Finding]:
    """Bitmaps too large for ``work_mem``, which then name whole pages."""
    for item in view.ran():
        facts = bitmap_facts(item.node)
        ratio = view.own_ratio(item)
        if facts is None or ratio < MIN_RATIO:
            continue
        pages = facts.exact_blks + facts.lossy_blks
        if not facts.exact_blks:
            continue  # a BRIN index, which names ranges of pages whatever the memory
        if facts.lossy_blks < MIN_LOSSY_RATIO * pages or not facts.lossy_blks:
            continue
        node = item.node
        rechecked = over_loops(
            node, number(node.details, "Rows Removed by Index Recheck")
        )
        claim = (
            f"The bitmap on {place(item)} did not fit into work_mem: "
            f"{facts.lossy_blks:,} of {pages:,} pages were checked row by row, and "
            f"{rechecked:,.0f} rows were read in vain"
        )
        lossy_ratio = facts.lossy_blks / pages
        found = finding(
            item, "lossy_bitmap", claim, measured(lossy_ratio, "ratio"), ratio
        )
        needed = pages / max(node.loops or 1.0, 1.0) * _BITMAP_PAGE_BYTES
        yield replace(found, remedy=work_mem_for(needed))


def work_mem_for(needed_bytes: float) -> str:
    """The sentence that names a ``work_mem`` in which so many bytes fit."""
    megabytes = needed_bytes * _MARGIN / _MIB
    if not math.isfinite(megabytes) or megabytes > _MAX_WORK_MEM_MB:
        return ""
    rounded = max(math.ceil(megabytes), 1)
    return f"It would fit with work_mem = {rounded}MB in this session."
