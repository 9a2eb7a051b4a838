"""Advice: one action, why to believe it, and what would prove it wrong."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.statement import Fingerprint


class Basis(StrEnum):
    """What a number stands on, weakest first."""

    ASSUMED = "assumed"
    ESTIMATED = "estimated"
    MEASURED = "measured"


class Semantics(StrEnum):
    """What the action does to results."""

    UNCHANGED = "unchanged"
    UNCHANGED_IF = "unchanged if"
    CHANGED = "changed"


class RecommendationState(StrEnum):
    """Where a stored recommendation stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    APPLIED = "applied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number with its unit, basis and source; never one without the others."""

    value: float
    unit: str
    basis: Basis
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A claim in words and the quantity that backs it."""

    claim: str
    quantity: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateIndex:
    """Build an index. ``ddl`` has a name and CONCURRENTLY.

    On a partitioned table it is one statement for each partition, and those that put
    them together, with ``;`` and a line between.
    """

    ddl: str
    definition: IndexDefinition
    name: str
    size_bytes: int
    kind: str = "create_index"


@dataclass(frozen=True, slots=True, kw_only=True)
class DropIndex:
    """Drop an index."""

    ddl: str
    index: RelationName
    size_bytes: int
    kind: str = "drop_index"


@dataclass(frozen=True, slots=True, kw_only=True)
class RewriteQuery:
    """Replace a query by another. Both are texts with ``$n`` parameters.

    ``counterexample`` shows as INSERTs where a caveat comes true; empty if none does.
    ``needs_index`` is an index without which the new text gains little.
    """

    original: str
    query: str
    counterexample: str = ""
    needs_index: IndexDefinition | None = None
    kind: str = "rewrite_query"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunMaintenance:
    """Run a maintenance statement such as ANALYZE."""

    ddl: str
    relation: RelationName
    kind: str = "run_maintenance"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeApplication:
    """Change how the application asks; ``query`` is what it could send instead."""

    instruction: str
    query: str = ""
    kind: str = "change_application"


Action = CreateIndex | DropIndex | RewriteQuery | RunMaintenance | ChangeApplication


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedStatement:
    """A statement the action touches.

    ``exec_time_ratio`` is its share of the workload's execution time, 0 to 1;
    costs are planner units, none where it could not be planned.
    """

    fingerprint: Fingerprint
    exec_time_ratio: float
    cost_before: float | None = None
    cost_after: float | None = None
    calls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """One action and why to believe it.

    Attributes:
        advisor: slug of the advisor.
        title: one sentence: what, for whom, how much.
        action: what to do.
        rollback: SQL that undoes it; empty where there is nothing to undo.
        affects: statements it touches, the largest share first.
        evidence: claims with quantities.
        reasons: why it is just this action and no other, in sentences.
        before: the main quantity now.
        after: the same after the action.
        semantics: what it does to results.
        conditions: what must hold for ``semantics``, in words.
        verify: SQL or a sentence that shows afterwards whether it worked.
        refuted_by: what would prove this recommendation wrong.
        caveats: prices and risks.
        impact_ratio: share of the workload's execution time saved, 0 to 1, for rank.
    """

    advisor: str
    title: str
    action: Action
    before: Quantity
    after: Quantity
    evidence: tuple[Evidence, ...]
    reasons: tuple[str, ...] = ()
    affects: tuple[AffectedStatement, ...] = ()
    rollback: str = ""
    semantics: Semantics = Semantics.UNCHANGED
    conditions: tuple[str, ...] = ()
    verify: str = ""
    refuted_by: str = ""
    caveats: tuple[str, ...] = ()
    impact_ratio: float = 0.0

    @property
    def basis(self) -> Basis:
        """The basis of the main claim."""
        return self.after.basis

    @property
    def identity(self) -> str:
        """16 hex digits that stay the same from scan to scan.

        A decision (dismissed, accepted) belongs to it, so it is made of the advisor
        and its subject only, never of numbers that change with the load.
        """
        action = self.action
        if isinstance(action, ChangeApplication):
            subject = str(self.affects[0].fingerprint if self.affects else "")
        elif isinstance(action, RewriteQuery):
            subject = action.original
        else:
            subject = action.ddl
        text = "\n".join((self.advisor, action.kind, subject))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class DidNotRun:
    """An advisor that could not run: why, and what would make it run."""

    advisor: str
    why: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAdvice:
    """A negative answer for one statement, and why nothing helps."""

    fingerprint: Fingerprint
    reason: str
    evidence: tuple[Evidence, ...] = ()
