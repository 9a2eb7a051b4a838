"""What a plan tells by itself, without any database."""

from __future__ import annotations

from dataclasses import dataclass, replace

from analyzer.domain.explanation import ExplainedCase, Explanation, Finding, PlanDiff
from analyzer.domain.plan import Plan
from analyzer.errors import SourceError
from analyzer.plans.compare import compare
from analyzer.plans.findings import findings, findings_or_expected
from analyzer.plans.read_any import read_any_plan
from analyzer.plans.read_json import read_plan


def explain_plan(text: str, source: str, other: str | None = None) -> Explanation:
    """The tree and the findings of a plan that EXPLAIN gave.

    Args:
        text: in any of EXPLAIN's forms.
        source: where it was read, for the reader.
        other: another plan of the same statement, to say what differs in it.

    Raises:
        SourceError: it is not a plan that can be read.
    """
    plan = read_any_plan(text, source="the server it comes from")
    case = ExplainedCase(before=plan)
    if other is not None:
        after = read_any_plan(other, source="the server it comes from")
        case = replace(case, after=after, diff=compare(plan, after))
    return Explanation(
        query="",
        planner_source=source,
        cases=(case,),
        findings=findings_or_expected(plan),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedPlan:
    """A plan with what is wrong in it, the costliest first; nothing if not run."""

    plan: Plan
    findings: tuple[Finding, ...]


def examine_text(text: str, source: str) -> ExaminedPlan:
    """A plan in any of EXPLAIN's forms.

    Raises:
        SourceError: it is not a plan that can be read.
    """
    plan = read_any_plan(text, source=source)
    return ExaminedPlan(plan=plan, findings=findings_or_expected(plan))


def examine_document(document: object, source: str) -> ExaminedPlan | None:
    """A stored ``EXPLAIN (FORMAT JSON)``; none if it cannot be read."""
    try:
        plan = read_plan(document, source=source)
    except SourceError:
        return None
    return ExaminedPlan(plan=plan, findings=findings(plan))


def difference(before: ExaminedPlan, after: ExaminedPlan) -> PlanDiff:
    """What differs in the second of two plans."""
    return compare(before.plan, after.plan)
