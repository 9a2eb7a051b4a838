"""What a plan makes a server do: pages, tuples, look-ups and comparisons, counted.

A planner adds all of this up with cost constants that hold on no machine in
particular, and caps scattered heap fetches at the pages of the table (Mackert and
Lohman's formula in ``costsize.c``), which is right for a disk and wrong for a cache.
Here the parts are kept apart, so that each can be given its time on one machine (Wu et
al., "Predicting Query Execution Time: Are Optimizer Cost Models Really Unusable?",
ICDE 2013). Counts are totals over all executions of a node; in a plan that was run they
stand on its actual rows and loops.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from analyzer.domain.catalog import Relation
from analyzer.domain.plan import Buffers, Plan, PlanNode
from analyzer.indexing.cost_settings import CostSettings
from analyzer.indexing.expression_work import expression_work
from analyzer.indexing.index_rows import HeapAccess, matched_rows
from analyzer.indexing.joined_rows import with_joined_rows
from analyzer.indexing.loop_order import search_orders
from analyzer.indexing.plan_loops import Executions, executions
from analyzer.indexing.surroundings import Surroundings

PARTS = (
    "seq_pages",
    "seq_tuples",
    "scan_operators",
    "like_bytes",
    "ilike_bytes",
    "regex_bytes",
    "searches",
    "far_searches",
    "index_tuples",
    "near_fetches",
    "far_fetches",
    "bitmap_pages",
    "bitmap_tuples",
    "hashed_rows",
    "hash_probes",
    "hash_misses",
    "sort_comparisons",
    "text_comparisons",
    "numeric_operators",
    "aggregate_operators",
    "groups",
    "joined_rows",
    "compared_pairs",
    "passed_rows",
    "temp_pages",
    "sequential_reads",
    "random_reads",
)
"""The kinds of work, in the order of every vector of them."""

Work = dict[str, float]
"""Amounts by part; a part that is missing is zero."""

_TUPLE_OVERHEAD_BYTES = 24
_GROUP_OVERHEAD_BYTES = 64
_LEAST_CHARGE = 1e-9
_CACHE_BYTES = 1 << 20
"""Of the processor: a hash table beyond it is probed at the price of memory."""
_BLOCK_BYTES = 8192
_EQUALITY_TESTS = (" AND ", " OR ", "~~")


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeWork:
    """The work of one node by itself.

    ``parallel_processes`` share it; 1 outside of a Gather.
    """

    node: PlanNode
    work: Work
    executions: Executions
    heap: HeapAccess | None = None

    @property
    def parallel_processes(self) -> float:
        """Processes that do it at the same time."""
        return self.executions.processes


def plan_work(plan: Plan, around: Surroundings) -> tuple[NodeWork, ...]:
    """The work of each node of a plan, parents first."""
    known = with_joined_rows(plan, around.combinations)
    orders = search_orders(known, around)
    return tuple(
        _node_work(item, known, around, orders.get(id(item.node), 1.0))
        for item in executions(known, around.settings)
    )


def _node_work(
    item: Executions, plan: Plan, around: Surroundings, order: float
) -> NodeWork:
    node = item.node
    heap = None
    if node.node_type in _INDEX_READERS:
        heap = _heap_access(item, plan, around)
        work = _index_read(item, heap, order)
    else:
        count = _COUNTERS.get(node.node_type, _passing)
        work = count(item, around) if node.node_type != _SEQ else {}
        if node.node_type == _SEQ:
            work = _seq_scan(item, around.relation(node, plan), around)
    for part, amount in _evaluated(item, work, around).items():
        work[part] = work.get(part, 0.0) + amount
    work |= _reads(node, work, around.uncached_ratio)
    return NodeWork(node=node, work=work, executions=item, heap=heap)


def _evaluated(item: Executions, work: Work, around: Surroundings) -> Work:
    """What its conditions take beside the operators that the planner charges for.

    A bitmap of an inverted index holds candidates, which are tested once more.
    """
    node, found = item.node, Work()
    tested = max(
        item.rows,
        *(work.get(part, 0.0) for part in ("seq_tuples", "compared_pairs")),
        *(work.get(part, 0.0) for part in ("index_tuples", "bitmap_tuples")),
    )
    passed = item.rows
    checks = [node.filter, str(node.details.get("Join Filter", ""))]
    if node.node_type == "Bitmap Heap Scan":
        checks.append(str(node.details.get("Recheck Cond", "")))
    for condition in filter(None, checks):
        more = expression_work(
            condition, tested, passed, around.text_widths, around.numeric_attributes
        )
        for part, amount in more.items():
            found[part] = found.get(part, 0.0) + amount
    return found


_SEQ = "Seq Scan"
_INDEX_READERS = frozenset(
    {"Index Scan", "Index Only Scan", "Bitmap Index Scan", "Bitmap Heap Scan"}
)


def _seq_scan(
    item: Executions, relation: Relation | None, around: Surroundings
) -> Work:
    settings, node = around.settings, item.node
    pages = float(relation.relpages) if relation else 0.0
    tuples = max(relation.reltuples, 0.0) if relation else node.plan_rows
    cpu = max(node.total_cost - pages * settings.seq_page_cost, 0.0) * item.divisor
    operators = max(cpu - tuples * settings.cpu_tuple_cost, 0.0)
    times = item.scans
    return {
        "seq_pages": pages * times,
        "seq_tuples": tuples * times,
        "scan_operators": operators / settings.cpu_operator_cost * times,
    }


def _heap_access(
    item: Executions, plan: Plan, around: Surroundings
) -> HeapAccess | None:
    relation = around.relation(item.node, plan)
    definition = around.definition(item.node, plan)
    if relation is None:
        return None
    return matched_rows(item, relation, definition, around.settings)


def _index_read(item: Executions, heap: HeapAccess | None, order: float) -> Work:
    """Of one scan, whose searches come so far in the order of the index."""
    node = item.node
    rows = heap.rows if heap else node.plan_rows * item.loops
    searches = {"searches": item.loops, "far_searches": item.loops * (1.0 - order)}
    if node.node_type == "Bitmap Index Scan":
        return {**searches, "index_tuples": rows}
    operators = rows * tests(node.filter) if node.filter else 0.0
    if node.node_type == "Bitmap Heap Scan":
        pages = heap.pages if heap else rows
        return {
            "bitmap_pages": pages,
            "bitmap_tuples": rows,
            "scan_operators": operators,
        }
    near = heap.near_ratio if heap else 0.0
    fetched = rows
    if node.node_type == "Index Only Scan":
        fetched = rows * (heap.not_visible_ratio if heap else 0.0)
    # The first row of a search is as far as the search is from the one before.
    firsts = min(item.loops, fetched) * near * (1.0 - order)
    return {
        **searches,
        "index_tuples": rows,
        "near_fetches": fetched * near - firsts,
        "far_fetches": fetched * (1.0 - near) + firsts,
        "scan_operators": operators,
    }


def tests(condition: str) -> int:
    """How many comparisons a condition makes at most.

    >>> tests("((a = 1) AND (b ~~ 'x%'::text))")
    3
    """
    return 1 + sum(condition.count(word) for word in _EQUALITY_TESTS)


def _reads(node: PlanNode, work: Work, uncached_ratio: float) -> Work:
    """Pages from outside PostgreSQL's view of the cache; temporary ones of a run."""
    sequential = work.get("seq_pages", 0.0) * uncached_ratio
    scattered = work.get("far_fetches", 0.0) + work.get("bitmap_pages", 0.0)
    random = scattered * uncached_ratio
    if node.buffers is None:
        return {"sequential_reads": sequential, "random_reads": random}
    sequential, random = 0.0, _own_blks(node, lambda used: used.shared_read_blks)
    if node.node_type == _SEQ:
        sequential, random = random, 0.0
    spilled = _own_blks(node, lambda used: used.temp_read_blks + used.temp_written_blks)
    return {
        "sequential_reads": sequential,
        "random_reads": random,
        "temp_pages": spilled,
    }


def _own_blks(node: PlanNode, of: Callable[[Buffers], int]) -> float:
    """Blocks of a node that was run, without those of its children."""
    below = sum(of(child.buffers) for child in node.children if child.buffers)
    own = of(node.buffers) - below if node.buffers else 0
    return float(max(own, 0))


def _own_cost(item: Executions) -> float:
    paid = (
        c.total_cost for c in item.node.children if c.parent_relationship != "SubPlan"
    )
    return max(item.node.total_cost - sum(paid), 0.0)


def _hash(item: Executions, around: Surroundings) -> Work:
    rows = item.rows
    size_bytes = rows * (item.node.plan_width_bytes + _TUPLE_OVERHEAD_BYTES)
    over = size_bytes > around.settings.hash_mem_bytes
    return {
        "hashed_rows": rows,
        "temp_pages": 2 * size_bytes / _BLOCK_BYTES if over else 0.0,
    }


def _hash_join(item: Executions, around: Surroundings) -> Work:
    outer, build = _two(item.node)
    probes = item.below(outer)
    table_bytes = build.plan_rows * (build.plan_width_bytes + _TUPLE_OVERHEAD_BYTES)
    return {
        "hash_probes": probes,
        "hash_misses": probes * _miss_ratio(table_bytes),
        "joined_rows": item.rows,
        "temp_pages": 2
        * probes
        * (outer.plan_width_bytes + _TUPLE_OVERHEAD_BYTES)
        / _BLOCK_BYTES
        if table_bytes > around.settings.hash_mem_bytes
        else 0.0,
    }


def _miss_ratio(table_bytes: float) -> float:
    """Share of probes that leave the processor's cache."""
    if table_bytes <= _CACHE_BYTES:
        return 0.0
    return 1.0 - _CACHE_BYTES / table_bytes


def _nested_loop(item: Executions, _: Surroundings) -> Work:
    outer, inner = _two(item.node)
    pairs = 0.0
    if "Join Filter" in item.node.details:
        pairs = item.below(outer) * max(inner.plan_rows, 1.0)
    return {"joined_rows": item.rows, "compared_pairs": pairs}


def _merge_join(item: Executions, _: Surroundings) -> Work:
    outer, inner = _two(item.node)
    return {
        "joined_rows": item.rows,
        "compared_pairs": item.below(outer) + item.below(inner),
    }


def _sort(item: Executions, around: Surroundings) -> Work:
    child = item.node.children[0] if item.node.children else item.node
    rows = item.below(child)
    once = max(rows / max(item.loops, 1.0), 1.0)
    kept = min(once, item.bound) if item.bound else once
    runs = 1.0
    if item.node.node_type == "Incremental Sort":
        runs = max(once**0.5, 1.0)
    comparisons = rows * math.log2(max(kept / runs, 2.0))
    if kept < once / 2:
        # A bounded heap: most rows lose against its top (``tuplesort.c``).
        comparisons = rows + kept * math.log2(max(kept, 2.0)) * math.log(once / kept)
    size_bytes = kept * (item.node.plan_width_bytes + _TUPLE_OVERHEAD_BYTES)
    spills = size_bytes > around.settings.work_mem_bytes
    by_text = any(around.is_text(key) for key in _sort_keys(item.node))
    return {
        "text_comparisons" if by_text else "sort_comparisons": comparisons,
        "temp_pages": 2 * size_bytes * item.loops / _BLOCK_BYTES if spills else 0.0,
    }


def _sort_keys(node: PlanNode) -> list[str]:
    keys = node.details.get("Sort Key", ())
    return [str(key) for key in keys] if isinstance(keys, list | tuple) else []


def _aggregate(item: Executions, around: Surroundings) -> Work:
    settings, node = around.settings, item.node
    hashed = node.details.get("Strategy") in ("Hashed", "Mixed")
    groups = _groups_made(item, settings) if hashed else item.rows
    own = _own_cost(item) - node.plan_rows * settings.cpu_tuple_cost
    child = node.children[0] if node.children else node
    planned = max(child.plan_rows, 1.0)
    actual = item.below(child) / planned
    operators = max(own, 0.0) / settings.cpu_operator_cost * actual
    at_once = groups / max(item.scans, 1.0)
    size_bytes = at_once * (node.plan_width_bytes + _GROUP_OVERHEAD_BYTES)
    spills = hashed and size_bytes > settings.hash_mem_bytes
    numeric = around.numeric_operations(item.output) * item.below(child)
    return {
        "numeric_operators": numeric,
        "aggregate_operators": max(operators - numeric, 0.0),
        "groups": groups,
        "hash_misses": item.below(child) * _miss_ratio(size_bytes) if hashed else 0.0,
        "temp_pages": 2 * size_bytes / _BLOCK_BYTES if spills else 0.0,
    }


def _groups_made(item: Executions, settings: CostSettings) -> float:
    """Groups that a hash table holds before HAVING takes some of them away.

    A run tells how many these are. The planner charges for each of them when it is
    given out, and so does ``cost_agg`` in ``costsize.c`` tell how many it expects.
    """
    node = item.node
    if not node.filter:
        return item.rows
    if node.actual_rows is not None and node.loops is not None:
        removed = node.rows_removed_by_filter or 0.0
        return (node.actual_rows + removed) * node.loops
    comparisons = tests(node.filter) * settings.cpu_operator_cost
    expected = (node.total_cost - node.startup_cost) / max(
        settings.cpu_tuple_cost + comparisons, _LEAST_CHARGE
    )
    below = node.children[0].plan_rows if node.children else node.plan_rows
    made = max(min(expected, below), node.plan_rows)
    return item.rows * made / max(node.plan_rows, 1.0)


def _passing(item: Executions, _: Surroundings) -> Work:
    return {"passed_rows": item.rows}


def _two(node: PlanNode) -> tuple[PlanNode, PlanNode]:
    sides = [c for c in node.children if c.parent_relationship in ("Outer", "Inner")]
    if len(sides) < 2:
        sides = [*node.children, node, node][:2]
    return sides[0], sides[1]


_COUNTERS: Mapping[str, Callable[[Executions, Surroundings], Work]] = {
    "Hash": _hash,
    "Hash Join": _hash_join,
    "Nested Loop": _nested_loop,
    "Merge Join": _merge_join,
    "Sort": _sort,
    "Incremental Sort": _sort,
    "Aggregate": _aggregate,
    "WindowAgg": _aggregate,
}
