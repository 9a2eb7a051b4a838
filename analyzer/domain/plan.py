"""One answer of a planner: a tree of nodes with costs, rows and perhaps times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from analyzer.domain.index import IndexDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class Buffers:
    """Blocks touched by a node and its children."""

    shared_hit_blks: int = 0
    shared_read_blks: int = 0
    shared_dirtied_blks: int = 0
    shared_written_blks: int = 0
    local_hit_blks: int = 0
    local_read_blks: int = 0
    temp_read_blks: int = 0
    temp_written_blks: int = 0

    @property
    def touched_blks(self) -> int:
        """Blocks of tables and indexes, temporary tables among them."""
        shared = self.shared_hit_blks + self.shared_read_blks
        return shared + self.local_hit_blks + self.local_read_blks


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanNode:
    """One node. Rows and times are per loop; costs are planner units, never time."""

    node_type: str
    startup_cost: float
    total_cost: float
    plan_rows: float
    plan_width_bytes: int = 0
    relation: str = ""
    schema: str = ""
    alias: str = ""
    index_name: str = ""
    index_cond: str = ""
    filter: str = ""
    join_type: str = ""
    parent_relationship: str = ""
    subplan_name: str = ""
    actual_rows: float | None = None
    actual_total_time_ms: float | None = None
    loops: float | None = None
    rows_removed_by_filter: float | None = None
    buffers: Buffers | None = None
    children: tuple[PlanNode, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    def walk(self) -> Iterator[PlanNode]:
        """This node and all below it, parents first."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan as EXPLAIN gave it.

    ``source`` names the planner: ``shadow 18.6``, ``hypopg on target``, ``target``
    or ``auto_explain``. ``hypothetical_indexes`` maps the names the planner shows
    to the definitions asked for.
    """

    root: PlanNode
    source: str
    planning_time_ms: float | None = None
    execution_time_ms: float | None = None
    generic: bool = False
    hypothetical_indexes: Mapping[str, IndexDefinition] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def total_cost(self) -> float:
        """Cost of the whole statement in planner units."""
        return self.root.total_cost

    def index_names(self) -> frozenset[str]:
        """Names of all indexes the plan uses."""
        return frozenset(n.index_name for n in self.root.walk() if n.index_name)
