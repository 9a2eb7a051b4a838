"""What a plan tells by itself, without any database."""

from __future__ import annotations

from dataclasses import replace

from analyzer.domain.explanation import ExplainedCase, Explanation
from analyzer.plans.compare import compare
from analyzer.plans.findings import findings
from analyzer.plans.read_any import read_any_plan


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
        findings=findings(plan),
    )
