"""How sure it is that a rewrite gives the same; the door to the equivalence checker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from analyzer.domain import equivalence
from analyzer.domain.equivalence import (
    CheckedSchema,
    CheckOptions,
    ConditionKind,
    Derivation,
    DerivationStep,
    Outcome,
    RuleCondition,
)
from analyzer.domain.recommendation import Recommendation, RewriteQuery, Semantics
from analyzer.domain.rewriting import (
    Condition,
    Fact,
    Rewrite,
    RewriteStep,
    Verdict,
)
from analyzer.domain.workload import NotSeen
from analyzer.errors import AnalyzerError
from analyzer.pipeline.equivalence import checked_schema
from analyzer.planner.snapshot_file import PlannerSnapshot
from analyzer.verification.equivalence import EquivalenceChecker

BUDGET_S = 10.0
_CONDITIONAL = (
    "the same while the caveats hold; the counterexample shows what happens where not"
)


class Verdicts:
    """Says of each rewrite on what its equality rests, and tests it."""

    def __init__(
        self, checker: EquivalenceChecker | None, schema: CheckedSchema
    ) -> None:
        self._checker = checker
        self._schema = schema

    def check(self, query: str, item: Rewrite) -> Rewrite:
        """The rewrite with its verdict: its rules' word, and what a test says to it."""
        own = by_rule(item)
        if item.semantics is Semantics.CHANGED:
            return replace(item, verdict=own)
        if self._checker is None:
            return replace(item, verdict=_untested(own, "no cluster to test it on"))
        try:
            found = self._checker.check(
                self._schema,
                query,
                item.query,
                derivation=derivation(item),
                options=CheckOptions(budget_s=BUDGET_S),
            )
        except AnalyzerError as error:
            return replace(item, verdict=_untested(own, error.message))
        return replace(item, verdict=_joined(item, own, found))

    def outcome(self, item: Recommendation) -> tuple[str, str]:
        """What the test of a recommendation came to, and rows that refute it."""
        if self._checker is None or not isinstance(item.action, RewriteQuery):
            return "", ""
        try:
            found = self._checker.check(
                self._schema,
                item.action.original,
                item.action.query,
                options=CheckOptions(budget_s=BUDGET_S),
            )
        except AnalyzerError as error:
            return f"not tested: {error.message}", ""
        if _is_told_apart(found):
            return f"refuted: {found.reason}", _counterexample(found)
        if not found.is_accepted:
            return f"not tested: {found.reason}", ""
        return f"{found.level.value}: {found.reason}", ""


def by_rule(item: Rewrite) -> Verdict:
    """The verdict that a rewrite's own rules and conditions allow."""
    rules = " + ".join(step.rule for step in item.steps)
    if item.semantics is Semantics.CHANGED:
        return Verdict(
            level="changed", reason=f"{rules} changes what is asked; see the caveats"
        )
    named = "; ".join(c.claim for c in item.conditions) or "no condition"
    return Verdict(level="rule-proved", reason=f"{rules} under: {named}")


def _untested(own: Verdict, why: str) -> Verdict:
    return replace(own, reason=f"{own.reason}. Not tested: {why.rstrip('.')}")


def _joined(item: Rewrite, own: Verdict, found: equivalence.Verdict) -> Verdict:
    """The rules' word with what the test says; a difference outweighs every proof."""
    shown = replace(
        own,
        databases=found.coverage.databases,
        mutation_score_ratio=found.coverage.mutation_score_ratio,
    )
    if item.semantics is Semantics.UNCHANGED_IF:
        shown = replace(shown, level="conditional")
        if found.counterexample is None:
            return replace(shown, reason=f"{own.reason}; see caveats")
        return replace(
            shown, reason=_CONDITIONAL, counterexample=_counterexample(found)
        )
    if _is_told_apart(found):
        return replace(
            shown,
            level="refuted",
            reason=found.reason,
            counterexample=_counterexample(found),
        )
    if not found.is_accepted:
        return _untested(shown, found.reason)
    stronger = found.level.value in ("planner-equal", "z3-proved")
    return replace(
        shown,
        level=found.level.value if stronger else own.level,
        reason=f"{own.reason}. {found.reason}",
    )


def _is_told_apart(found: equivalence.Verdict) -> bool:
    """Whether a client may notice a rewrite.

    Whether an error of rows that no query returns is raised is no promise of
    PostgreSQL's, but a rewrite that raises one anew is a failure to its user.
    """
    shown = found.counterexample
    fails_anew = shown is not None and bool(shown.after_error)
    return found.outcome is Outcome.REFUTED or fails_anew


def _counterexample(found: equivalence.Verdict) -> str:
    """The INSERTs, parameters and results, as one text."""
    shown = found.counterexample
    if shown is None:
        return ""
    values = ", ".join("NULL" if v is None else v for v in shown.parameters)
    lines = [
        *shown.inserts,
        *([f"-- parameters: {values}"] if values else []),
        f"-- before: {shown.before_error or _rows(shown.before)}",
        f"-- after: {shown.after_error or _rows(shown.after)}",
    ]
    return "\n".join(lines)


def _rows(rows: equivalence.Rows) -> str:
    texts = (
        "(" + ", ".join("NULL" if v is None else v for v in row) + ")" for row in rows
    )
    return " ".join(texts) or "no rows"


def derivation(item: Rewrite) -> Derivation:
    """The steps of a rewrite as the checker looks them up again."""
    return Derivation(steps=tuple(_step(step) for step in item.steps))


def _step(step: RewriteStep) -> DerivationStep:
    looked_up: list[RuleCondition] = []
    told: list[str] = []
    for item in step.conditions:
        found = list(_conditions(item))
        looked_up += found
        if not found:
            told.append(f"{item.claim}: {item.proof}")
    return DerivationStep(
        rule=step.rule, conditions=tuple(looked_up), from_filters=tuple(told)
    )


def _conditions(item: Condition) -> Iterator[RuleCondition]:
    relation, columns = item.relation, item.columns
    if relation is None or not columns:
        return
    by_catalog = "condition of the query" not in item.proof
    if item.fact is Fact.NOT_NULL and by_catalog:
        yield RuleCondition(
            kind=ConditionKind.NOT_NULL, relation=relation, columns=columns
        )
    if item.fact in (Fact.UNIQUE, Fact.ONE_ROW):
        yield RuleCondition(
            kind=ConditionKind.UNIQUE, relation=relation, columns=columns
        )
    if item.fact is Fact.FOREIGN_KEY and item.referenced is not None:
        yield RuleCondition(
            kind=ConditionKind.FOREIGN_KEY,
            relation=relation,
            columns=columns,
            referenced=item.referenced,
            referenced_columns=item.referenced_columns,
        )


@contextmanager
def verdicts(snapshot: PlannerSnapshot) -> Iterator[Verdicts]:
    """A checker for one database, ready until the end of the block."""
    schema = checked_schema(snapshot)
    checker = EquivalenceChecker()
    try:
        checker.__enter__()
    except AnalyzerError:
        yield Verdicts(None, schema)
        return
    try:
        yield Verdicts(checker, schema)
    finally:
        checker.__exit__(None, None, None)


def tested(
    found: Sequence[Recommendation], snapshot: PlannerSnapshot | None
) -> tuple[tuple[Recommendation, ...], tuple[NotSeen, ...]]:
    """Recommendations whose rewrites no generated database tells from the original.

    One that is refuted is left out, and told: it is a mistake of ours. A rewrite that
    holds under caveats is only told what the test found.
    """
    if snapshot is None or not any(map(_is_testable, found)):
        return tuple(found), ()
    kept: list[Recommendation] = []
    told: list[NotSeen] = []
    with verdicts(snapshot) as verify:
        for item in found:
            outcome, rows = verify.outcome(item) if _is_testable(item) else ("", "")
            if outcome.startswith("refuted") and item.semantics is Semantics.UNCHANGED:
                told.append(
                    NotSeen(
                        what=f"a rewrite by {item.advisor}",
                        why=f"it was {outcome}, so it is not shown",
                    )
                )
                continue
            extra = (outcome,) if outcome else ()
            action = item.action
            if rows and isinstance(action, RewriteQuery):
                extra = (_CONDITIONAL,)
                action = replace(action, counterexample=rows)
            kept.append(
                replace(item, action=action, conditions=(*item.conditions, *extra))
            )
    return tuple(kept), tuple(told)


def _is_testable(item: Recommendation) -> bool:
    return (
        isinstance(item.action, RewriteQuery)
        and item.semantics is not Semantics.CHANGED
    )
