"""Plans that a change of indexes may make slower although their cost falls.

Most regressions of index tuning fall into few patterns ("Understanding and Detecting
Query Performance Regression in Practical Index Tuning", SIGMOD 2026). Looked for are:

1. *slower by the time model*: scattered heap fetches and the rest, priced in time;
2. *scattered fetches*: a nested loop that fetches many rows one by one through a new
   index whose order the table does not follow, in place of a scan or a hash join;
3. *doubtful estimates*: a nested loop on a new index whose number of rounds stands on
   an estimate of very few rows that several conditions or joins were multiplied to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from analyzer.domain.plan import Plan, PlanNode
from analyzer.indexing.plan_work import NodeWork, plan_work
from analyzer.indexing.time_model import TimeModel, time_us

MIN_SLOWER_RATIO = 0.05
MIN_FETCHES = 20_000.0
MIN_FETCH_TIME_RATIO = 0.25
"""Of the predicted time: scattered fetches below it cannot make a plan much slower."""
MIN_INNER_COST_RATIO = 0.2
DOUBTFUL_JOINS = 3


def time_risks(before: Plan, after: Plan, model: TimeModel) -> tuple[str, ...]:
    """Why a statement may get slower with the plan ``after``; empty if nothing hints.

    Args:
        before: its plan as it is.
        after: its plan with hypothetical indexes.
        model: values both.
    """
    return tuple(_risks(before, after, model))


def _risks(before: Plan, after: Plan, model: TimeModel) -> Iterator[str]:
    now_ms, then_ms = model.predicted_ms(before), model.predicted_ms(after)
    if then_ms > now_ms * (1.0 + MIN_SLOWER_RATIO):
        yield (
            f"slower by the time model: {now_ms:,.0f} ms before, "
            f"{then_ms:,.0f} ms after"
        )
    nodes = plan_work(after, model.around)
    new = set(after.hypothetical_indexes)
    for item in nodes:
        far = item.work.get("far_fetches", 0.0)
        if item.node.index_name not in new or far < MIN_FETCHES:
            continue
        fetch_ms = _fetch_us(item, model) / 1000.0
        if fetch_ms >= MIN_FETCH_TIME_RATIO * then_ms:
            yield (
                f"scattered fetches: about {far:,.0f} rows of {item.node.relation} one "
                f"by one through {item.node.index_name}"
            )
    yield from _doubtful(after.root, new, after)


def _fetch_us(item: NodeWork, model: TimeModel) -> float:
    fetches = {"far_fetches": item.work["far_fetches"]}
    shared = min(item.parallel_processes, model.constants.parallel_speedup)
    return time_us(fetches, model.constants.us_per_part) / max(shared, 1.0)


def _doubtful(root: PlanNode, new: Collection[str], plan: Plan) -> Iterator[str]:
    """Loops over a new index whose rounds hang on several joins' selectivities."""
    for node in root.walk():
        if node.node_type != "Nested Loop" or len(node.children) < 2:
            continue
        outer, inner = node.children[0], node.children[1]
        uses = {item.index_name for item in inner.walk()} & set(new)
        joins = sum(1 for item in outer.walk() if _is_join(item))
        cost = node.total_cost - outer.total_cost
        dear = cost >= MIN_INNER_COST_RATIO * plan.total_cost
        if uses and joins >= DOUBTFUL_JOINS and dear:
            yield (
                f"doubtful estimate: a loop over {sorted(uses)[0]} runs as often as "
                f"{joins} joins give rows, which the planner guesses at "
                f"{outer.plan_rows:,.0f}"
            )
            return


def _is_join(node: PlanNode) -> bool:
    return node.node_type in ("Nested Loop", "Hash Join", "Merge Join")
