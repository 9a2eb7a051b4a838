"""Wall time that each node spends by itself; the times of a plan add up to its root's.

EXPLAIN gives time per loop and with the children. Three things keep a subtraction from
adding up. Workers run at the same time, so that below a Gather the sum over loops is
process time. A CTE or an InitPlan is printed below the node it belongs to, but its time
passes in the node that first waits for it. And times per loop are rounded. Source:
PostgreSQL manual, "Using EXPLAIN"; explain.c, ExplainNode().
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from analyzer.domain.plan import PlanNode

_GATHERS = frozenset({"Gather", "Gather Merge"})
_INIT_PLAN = re.compile(r"InitPlan (?P<number>\d+)(?: \(returns (?P<returns>.*)\))?")
_EXPRESSIONS = ("Index Cond", "Recheck Cond", "Hash Cond", "Merge Cond", "Join Filter",
                "One-Time Filter", "TID Cond", "Output")  # fmt: skip

_MAX_INIT_PLANS = 200
"""Each is looked for in the whole plan; no statement has more."""

Path = tuple[int, ...]


def own_times_ms(nodes: Sequence[tuple[PlanNode, Path]]) -> dict[Path, float | None]:
    """Own wall time of each node in milliseconds, none where no time was taken.

    Args:
        nodes: with their paths, parents before children.

    No own time is negative, and all together are the root's total: where the children
    of a node claim more than it has, what it has is divided among them.
    """
    wall = {path: _wall_ms(node, share) for node, path, share in _shared(nodes)}
    root = wall.get(()) if wall else None
    if root is None:
        return {path: None if value is None else 0.0 for path, value in wall.items()}
    known = {path: value or 0.0 for path, value in wall.items()}
    _take_out_init_plans(nodes, known)
    below: dict[Path, list[Path]] = {}
    for _, path in nodes:
        if path:
            below.setdefault(path[:-1], []).append(path)
    own: dict[Path, float | None] = {}
    granted: dict[Path, float] = {(): root}
    for _, path in nodes:
        children = below.get(path, [])
        asked = sum(known[child] for child in children)
        has = granted[path]
        scale = min(has / asked, 1.0) if asked > 0 else 0.0
        granted |= {child: known[child] * scale for child in children}
        own[path] = None if wall[path] is None else max(has - asked * scale, 0.0)
    return own


def _shared(
    nodes: Sequence[tuple[PlanNode, Path]],
) -> Iterator[tuple[PlanNode, Path, float]]:
    """Each node with the number of processes that ran it at the same time."""
    processes: dict[Path, float] = {}
    by_path = dict((path, node) for node, path in nodes)
    for node, path in nodes:
        above = by_path.get(path[:-1]) if path else None
        if above is None:
            processes[path] = 1.0
        elif above.node_type in _GATHERS and node.parent_relationship != "InitPlan":
            processes[path] = _processes(above, node)
        else:
            processes[path] = processes[path[:-1]]
        yield node, path, processes[path]


def _processes(gather: PlanNode, child: PlanNode) -> float:
    """Loops of the child for each loop of the Gather: its workers, and often itself."""
    if not gather.loops or not child.loops:
        return 1.0
    return max(child.loops / gather.loops, 1.0)


def _wall_ms(node: PlanNode, processes: float) -> float | None:
    if node.actual_total_time_ms is None or node.loops is None:
        return None
    return node.actual_total_time_ms * node.loops / processes


def _take_out_init_plans(
    nodes: Sequence[tuple[PlanNode, Path]], wall: dict[Path, float]
) -> None:
    """Subtract the time of InitPlans from the nodes that wait for them."""
    init_plans = [item for item in nodes if item[0].parent_relationship == "InitPlan"]
    for node, path in init_plans[:_MAX_INIT_PLANS]:
        if not path:
            continue
        left = wall[path]
        for waiting in _waiting(nodes, node, path):
            taken = min(left, wall[waiting])
            # All that are above it waited as well, up to the InitPlan's own parent.
            for depth in range(len(path), len(waiting) + 1):
                wall[waiting[:depth]] = max(wall[waiting[:depth]] - taken, 0.0)
            left -= taken
            if left <= 0:
                break


def _waiting(
    nodes: Sequence[tuple[PlanNode, Path]], init_plan: PlanNode, path: Path
) -> Iterator[Path]:
    """Nodes beside an InitPlan that use its result, in the order of the plan."""
    above = path[:-1]
    names = _names_of(init_plan.subplan_name)
    cte = init_plan.subplan_name.removeprefix("CTE ")
    for node, place in nodes:
        is_beside = place[: len(above)] == above and len(place) > len(above)
        if not is_beside or place[: len(path)] == path:
            continue
        if node.details.get("CTE Name") == cte or any(
            name in text for name in names for text in _texts(node)
        ):
            yield place


def _names_of(subplan_name: str) -> tuple[str, ...]:
    """How expressions refer to an InitPlan: by its number, or before 17 by ``$n``."""
    found = _INIT_PLAN.fullmatch(subplan_name)
    if found is None:
        return ()
    returned = (found["returns"] or "").split(",")
    return (f"(InitPlan {found['number']})", *(name for name in returned if name))


def _texts(node: PlanNode) -> Iterator[str]:
    yield node.filter
    yield node.index_cond
    details: Mapping[str, object] = node.details
    for name in _EXPRESSIONS:
        value = details.get(name)
        if isinstance(value, str):
            yield value
