"""A plan with names for its hypothetical indexes that a person can read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from analyzer.domain.index import IndexDefinition
from analyzer.domain.plan import Plan, PlanNode


def with_index_names(plan: Plan, names: Mapping[IndexDefinition, str]) -> Plan:
    """The plan with other names for its hypothetical indexes.

    The parts of such an index on partitions get a number at the end. The raw document
    has the same names.

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
        raw=_renamed_document(plan.raw, new),
        hypothetical_indexes={
            new[shown]: definition
            for shown, definition in plan.hypothetical_indexes.items()
        },
    )


def _renamed_document(
    document: Mapping[str, Any], new: Mapping[str, str]
) -> dict[str, Any]:
    def renamed(fields: dict[str, Any]) -> dict[str, Any]:
        name = new.get(str(fields.get("Index Name")))
        return fields | {"Index Name": name} if name else fields

    found: dict[str, Any] = json.loads(json.dumps(document), object_hook=renamed)
    return found


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
