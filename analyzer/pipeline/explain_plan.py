"""What a plan tells by itself, without any database."""

from __future__ import annotations

from analyzer.domain.explanation import ExplainedCase, Explanation
from analyzer.plans.findings import findings
from analyzer.plans.read_any import read_any_plan


def explain_plan(text: str, source: str) -> Explanation:
    """The tree and the findings of a plan that EXPLAIN gave.

    Args:
        text: in JSON or text form.
        source: where it was read, for the reader.

    Raises:
        SourceError: it is not a plan that can be read.
    """
    plan = read_any_plan(text, source="the server it comes from")
    return Explanation(
        query="",
        planner_source=source,
        cases=(ExplainedCase(before=plan),),
        findings=findings(plan),
    )
