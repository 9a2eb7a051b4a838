"""A plan with names for its hypothetical indexes that a person can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from analyzer.domain.index import IndexDefinition
from analyzer.domain.plan import Plan, PlanNode


def with_index_names(plan: Plan, names: Mapping[IndexDefinition, str]) -> Plan:
    """The plan with other names for its hypothetical indexes.

    The parts of such an index on partitions get a number at the end. The raw document
    of the planner is left as it is.

    Args:
        plan: of a planner with hypothetical indexes.
        names: by definition; an index without one keeps the planner's.
    """
    counts: dict[IndexDefinition, int] = {}
    new: dict[str, str] = {}
    for shown, definition in plan.hypothetical_indexes.items():
        counts[definition] = counts.get(definition, 0) + 1
        number = f"_{counts[definition]}" if counts[definition] > 1 else ""
        name = names.get(definition)
        new[shown] = f"{name}{number}" if name else shown
    return replace(
        plan,
        root=_renamed(plan.root, new),
        hypothetical_indexes={
            new[shown]: definition
            for shown, definition in plan.hypothetical_indexes.items()
        },
    )


def _renamed(root: PlanNode, new: Mapping[str, str]) -> PlanNode:
    order = list(root.walk())
    done: dict[int, PlanNode] = {}
    # Children come after their parents in a walk, so backwards they are ready first.
    for node in reversed(order):
        done[id(node)] = replace(
            node,
            index_name=new.get(node.index_name, node.index_name),
            children=tuple(done[id(child)] for child in node.children),
        )
    return done[id(root)]
