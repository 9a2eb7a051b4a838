"""A rewrite of a query: its steps, what each stands on, and what it gains."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.recommendation import Semantics
from analyzer.domain.workload import NotSeen


class Fact(StrEnum):
    """The kinds of facts a rule may stand on; each is proved on its own."""

    NOT_NULL = "not null"
    UNIQUE = "unique"
    ONE_ROW = "at most one row"
    FOREIGN_KEY = "foreign key"
    NOT_VOLATILE = "not volatile"
    STRICT = "strict"
    COLLATION = "deterministic collation"
    FIXED_SETTING = "fixed setting"
    NO_OVERFLOW = "no overflow"
    TOTAL_ORDER = "total order"
    VALUES = "values"
    CALLER = "caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One named fact a rewrite stands on.

    Attributes:
        fact: its kind.
        claim: what must hold, in words.
        proof: why it holds; empty where nothing proves it.
        ddl: the constraint that would prove it, where one could.
        relation: that it speaks of, for facts of the catalog.
        columns: of that relation.
        referenced: of a foreign key, the relation it points to.
        referenced_columns: in the order of ``columns``.
    """

    fact: Fact
    claim: str
    proof: str = ""
    ddl: str = ""
    relation: RelationName | None = None
    columns: tuple[str, ...] = ()
    referenced: RelationName | None = None
    referenced_columns: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it is proved."""
        return bool(self.proof)


@dataclass(frozen=True, slots=True, kw_only=True)
class RewriteStep:
    """One application of one rule.

    Attributes:
        rule: its slug.
        what: what was done, in words.
        query: the text after it.
        conditions: what it stands on.
        semantics: what it does to results once the conditions hold.
        caveats: prices and risks.
        indexes: that it needs or that would make it pay.
        generic: it pays under a generic plan only, so that is what is compared.
    """

    rule: str
    what: str
    query: str
    conditions: tuple[Condition, ...] = ()
    semantics: Semantics = Semantics.UNCHANGED
    caveats: tuple[str, ...] = ()
    indexes: tuple[IndexDefinition, ...] = ()
    generic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CostPair:
    """Planner costs for one set of parameter values, before and after."""

    label: str
    values: tuple[str | None, ...]
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How it is known that both texts give the same.

    ``level`` is the field's word: planner-equal, z3-proved, rule-proved, tested,
    conditional (the same unless a caveat comes true), changed, refuted, or untested.
    ``counterexample`` holds the INSERTs that show a difference.
    ``mutation_score_ratio`` is the share of deliberate mistakes the test found.
    """

    level: str
    reason: str
    databases: int = 0
    counterexample: str = ""
    mutation_score_ratio: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Both texts really run: the medians, and the ratio on the better measure."""

    before_ms: float
    after_ms: float
    before_blks: int
    after_blks: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """A query that asks the same in another way.

    Attributes:
        query: the new text.
        steps: how it came about, at least one.
        verdict: on equivalence.
        costs: for each set of parameter values; empty where nothing could be planned.
        create: an index both texts were planned with, that does not exist yet.
        create_ddl: its statement.
        plan_before: of the first parameter set, drawn as text.
        plan_after: the same for the new text.
        measurement: if both were run somewhere.
    """

    query: str
    steps: tuple[RewriteStep, ...]
    verdict: Verdict
    costs: tuple[CostPair, ...] = ()
    create: IndexDefinition | None = None
    create_ddl: str = ""
    plan_before: str = ""
    plan_after: str = ""
    measurement: Measurement | None = None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What all steps stand on, each once."""
        found = (item for step in self.steps for item in step.conditions)
        return tuple(dict.fromkeys(found))

    @property
    def unproven(self) -> tuple[Condition, ...]:
        """Conditions nothing proves: without them it is no rewrite yet."""
        return tuple(item for item in self.conditions if not item.holds)

    @property
    def caveats(self) -> tuple[str, ...]:
        """Of all steps, each once."""
        return tuple(dict.fromkeys(c for step in self.steps for c in step.caveats))

    @property
    def semantics(self) -> Semantics:
        """The weakest of the steps'."""
        kinds = {step.semantics for step in self.steps}
        for kind in (Semantics.CHANGED, Semantics.UNCHANGED_IF):
            if kind in kinds:
                return kind
        return Semantics.UNCHANGED

    @property
    def cost_before(self) -> float:
        """The mean over the parameter sets."""
        return sum(c.before for c in self.costs) / max(len(self.costs), 1)

    @property
    def cost_after(self) -> float:
        """The mean over the parameter sets."""
        return sum(c.after for c in self.costs) / max(len(self.costs), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRemedy:
    """What an index alone would do for the same query."""

    ddl: str
    size_bytes: int
    cost_before: float
    cost_after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewriting:
    """The answer for one query.

    Attributes:
        query: as given.
        planner_source: who made the costs; empty where there were no statistics.
        offered: rewrites that are proved and pay, the best first.
        not_offered: rewrites that would pay if the conditions named were proved.
        dropped: rewrites that do not pay, as reasons.
        index: the best index alone, if one helps.
        not_seen: what could not be looked at.
    """

    query: str
    planner_source: str
    offered: tuple[Rewrite, ...] = ()
    not_offered: tuple[Rewrite, ...] = ()
    dropped: tuple[str, ...] = ()
    index: IndexRemedy | None = None
    not_seen: tuple[NotSeen, ...] = ()
