"""How many rows an index scan takes out of its index, and how they lie in the table."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from analyzer.domain.catalog import Relation
from analyzer.domain.index import IndexDefinition
from analyzer.domain.plan import PlanNode
from analyzer.indexing.cost_settings import CostSettings
from analyzer.indexing.key_statistics import attribute_values, combination_count
from analyzer.indexing.plan_loops import Executions
from analyzer.indexing.size import index_size
from analyzer.plans.conditions import NAME, conjuncts

_BLOCK_BYTES = 8192
_LOOKED_UP = re.compile(rf"(?:{NAME}\.)?(?P<column>{NAME}) = (?P<other>{NAME})\.{NAME}")
_STEPS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class HeapAccess:
    """What an index scan reads of its table, over all its executions.

    Attributes:
        rows: index entries that match, each of which is a heap fetch in a plain scan.
        pages: heap pages visited, each once in an execution.
        near_ratio: share of fetches that find the page of the fetch before.
        not_visible_ratio: share of pages an index-only scan must look up.
        relation: the table.
    """

    rows: float
    pages: float
    near_ratio: float
    not_visible_ratio: float
    relation: Relation


def matched_rows(
    item: Executions,
    relation: Relation,
    definition: IndexDefinition | None,
    settings: CostSettings,
) -> HeapAccess:
    """Count the index entries of a scan; a filter hides how many there are.

    In a plan that was run, removed rows tell it. In one that was not, the bitmap tells
    it, or for a search by columns of other tables the number of rows for each value;
    else the number of rows is looked for with which the planner's own formula
    (``cost_index``) comes to the cost of the node. For the inner side of a loop that
    formula says little: the planner counts on more executions than the plan has
    (``get_loop_count`` in ``indxpath.c``).
    """
    node = item.node
    if node.actual_rows is not None and node.loops is not None:
        removed = node.rows_removed_by_filter or 0.0
        rows = (node.actual_rows + removed) * node.loops
    else:
        rows = _planned_rows(item, relation, definition, settings)
    near = leading_correlation(relation, definition) ** 2
    pages = max(float(relation.relpages), 1.0)
    loops = max(item.loops, 1.0)
    scattered = _distinct_pages(rows / loops, pages)
    packed = min(scattered, 1.0 + rows / loops / max(relation.reltuples, 1.0) * pages)
    return HeapAccess(
        rows=rows,
        pages=loops * (scattered + near * (packed - scattered)),
        near_ratio=near,
        not_visible_ratio=max(0.0, 1.0 - relation.relallvisible / pages),
        relation=relation,
    )


def leading_correlation(
    relation: Relation, definition: IndexDefinition | None
) -> float:
    """How far the order of rows follows the first column of an index, 0 to 1."""
    if definition is None or not definition.keys:
        return 0.0
    attribute = relation.attribute(definition.keys[0].attribute)
    return abs(attribute.correlation or 0.0) if attribute else 0.0


def _planner_correlation(
    relation: Relation, definition: IndexDefinition | None
) -> float:
    """The same as ``btcostestimate`` has it: less for several columns."""
    known = leading_correlation(relation, definition)
    several = definition is not None and len(definition.keys) > 1
    return known * 0.75 if several else known


def _index_pages(relation: Relation, definition: IndexDefinition | None) -> float:
    if definition is None:
        return 1.0
    for index in relation.indexes:
        if index.definition == definition:
            return max(1.0, index.size_bytes / _BLOCK_BYTES)
    return float(index_size(definition, relation).blks)


def _planned_rows(
    item: Executions,
    relation: Relation,
    definition: IndexDefinition | None,
    settings: CostSettings,
) -> float:
    node = item.node
    times = item.loops * item.ratio
    least = node.plan_rows * item.divisor
    if node.node_type == "Bitmap Heap Scan" and node.children:
        return max(node.children[0].plan_rows, node.plan_rows) * item.divisor * times
    if not node.filter:
        return least * times
    looked_up = _looked_up_rows(node, relation)
    if looked_up is not None:
        return max(least, looked_up) * times
    most = max(relation.reltuples, least)
    formula = _CostFormula(
        item=item,
        relation=relation,
        settings=settings,
        csquared=_planner_correlation(relation, definition) ** 2,
        index_pages=_index_pages(relation, definition),
    )
    wanted = node.total_cost - node.startup_cost
    for _ in range(_STEPS):
        middle = math.sqrt(max(least, 0.5) * max(most, 0.5))
        if formula.cost(middle) < wanted:
            least = middle
        else:
            most = middle
        if most / max(least, 0.5) < 1.05:
            break
    return most * times


def _looked_up_rows(node: PlanNode, relation: Relation) -> float | None:
    """Rows for one combination of values, if all of these come from other tables."""
    names = []
    for text in conjuncts(node.index_cond) if node.index_cond else ():
        found = _LOOKED_UP.fullmatch(text)
        if found is None or found["other"] == node.alias:
            return None
        names.append(found["column"].strip('"'))
    values = [attribute_values(name, relation) for name in names]
    if not values or None in values:
        return None
    combinations = math.prod(value or 1.0 for value in values)
    for attributes, count in relation.distinct_combinations:
        if set(attributes) == set(names):
            combinations = min(combinations, combination_count(count, relation))
    return relation.reltuples / max(min(combinations, relation.reltuples), 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _CostFormula:
    """``cost_index`` with ``btcostestimate``, the descent left aside."""

    item: Executions
    relation: Relation
    settings: CostSettings
    csquared: float
    index_pages: float

    def cost(self, rows: float) -> float:
        """Run cost of one execution that takes so many rows out of the index."""
        node, settings = self.item.node, self.settings
        pages = max(float(self.relation.relpages), 1.0)
        loops = max(self.item.loops, 1.0)
        share = rows / max(self.relation.reltuples, 1.0)
        scattered = _distinct_pages(rows * loops, pages) / loops
        worst = scattered * settings.random_page_cost
        best = settings.random_page_cost
        best += max(math.ceil(share * pages) - 1, 0) * settings.seq_page_cost
        heap = worst + self.csquared * (min(best, worst) - worst)
        if node.node_type == "Index Only Scan":
            heap *= max(0.0, 1.0 - self.relation.relallvisible / pages)
        leaves = max(1.0, share * self.index_pages)
        if loops > 1:
            leaves = _distinct_pages(leaves * loops, self.index_pages) / loops
        tests = 2 + node.filter.count(" AND ") + node.filter.count(" OR ")
        per_row = (
            settings.cpu_tuple_cost
            + settings.cpu_index_tuple_cost
            + settings.cpu_operator_cost * tests
        )
        io = heap + leaves * settings.random_page_cost
        return io + rows * per_row / self.item.divisor


def _distinct_pages(rows: float, pages: float) -> float:
    """Mackert and Lohman's estimate where the table stays in the cache."""
    if rows <= 0:
        return 0.0
    return min(pages, 2.0 * pages * rows / (2.0 * pages + rows))
