"""What is said of the plans of one statement: changes, findings, reasons, sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.plan import Plan
from analyzer.domain.recommendation import Basis, Quantity
from analyzer.domain.workload import NotSeen, ParameterSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that makes a plan slow, with the number that shows it.

    Attributes:
        rule: a slug, such as ``sort_spills``.
        claim: one sentence.
        node: title of the plan node it speaks of.
        path: place of the node: which child of which, from the root.
        quantity: the number that backs the claim.
        lost_ratio: share of the plan's time (of its cost, where it was not run) that
            is spent on it, 0 to 1.
        remedy: what to do, in one sentence; empty where nothing is known.
    """

    rule: str
    claim: str
    node: str
    path: tuple[int, ...]
    quantity: Quantity
    lost_ratio: float
    remedy: str = ""

    @property
    def basis(self) -> Basis:
        """What the number stands on."""
        return self.quantity.basis


class ChangeKind(StrEnum):
    """What became of a node from one plan to the other."""

    REPLACED = "replaced"
    ADDED = "added"
    REMOVED = "removed"
    ESTIMATED_ANEW = "estimated anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeChange:
    """One node that is not the same in both plans.

    Titles are as EXPLAIN prints them; costs are planner units with the children's, and
    none where the node is not in that plan. ``what`` says in words what differs.
    """

    kind: ChangeKind
    before: str = ""
    after: str = ""
    what: str = ""
    cost_before: float | None = None
    cost_after: float | None = None
    rows_before: float | None = None
    rows_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDiff:
    """What differs between two plans of one statement; costs are planner units."""

    cost_before: float
    cost_after: float
    same_shape: bool
    changes: tuple[NodeChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedIndex:
    """An index of a what-if question, and the size it would have.

    ``used`` counts the parameter sets whose plan uses it; where none does, ``reason``
    says why.
    """

    ddl: str
    definition: IndexDefinition
    size_bytes: int
    used: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaledTable:
    """A table that was supposed to have ``factor`` times its rows; all its partitions.

    Sizes are bytes of the table alone, and of all its indexes.
    """

    relation: RelationName
    factor: float
    rows_before: float
    rows_after: float
    table_bytes_before: int
    table_bytes_after: int
    index_bytes_before: int
    index_bytes_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedIndex:
    """Why the planner does not use an index that exists.

    ``cost_forced`` is the cost of the best plan that searches in it, ``cost_chosen``
    that of the plan chosen; none where no plan can search in it.
    """

    index: RelationName
    relation: RelationName
    reason: str
    cost_chosen: float | None = None
    cost_forced: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedCase:
    """Plans for one set of parameter values, before and after the what-if.

    ``parameters`` is none for a statement without any, and for a generic plan.
    """

    before: Plan
    parameters: ParameterSet | None = None
    after: Plan | None = None
    diff: PlanDiff | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All that is said of one statement, or of one plan that was given.

    Attributes:
        query: the text; empty where only a plan was given.
        planner_source: name and version of the planner; of a plan that was given,
            what it was read from.
        cases: one for each set of parameter values, the most typical first.
        indexes: hypothetical indexes asked for.
        hidden: existing indexes that the what-if took away.
        settings: planner settings that the what-if changed.
        scaled: tables that the what-if made larger or smaller.
        unused: existing indexes of the statement's tables that its plan does not use.
        measured: the plan of the run, if it was run.
        findings: of the measured plan, else of the plan before the what-if.
        not_seen: what the planner did not know, and what was not asked.
    """

    query: str
    planner_source: str
    cases: tuple[ExplainedCase, ...]
    indexes: tuple[AskedIndex, ...] = ()
    hidden: tuple[RelationName, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    scaled: tuple[ScaledTable, ...] = ()
    unused: tuple[UnusedIndex, ...] = ()
    measured: Plan | None = None
    findings: tuple[Finding, ...] = ()
    not_seen: tuple[NotSeen, ...] = ()
