"""An explanation as one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from analyzer.domain.explanation import Explanation
from analyzer.report import html_page
from analyzer.report.explain_as_lines import heading, sections
from analyzer.report.html_page import bullets, code_block, details, joined


def explanation_as_html(explanation: Explanation) -> str:
    """An explanation as a page: costs first, then plans side by side with reasons."""
    return html_page.page(
        "pgproof: explain", list(_sections(explanation)), lead=[heading(explanation)]
    )


def _sections(explanation: Explanation) -> Iterator[html_page.Section]:
    if explanation.query:
        yield html_page.Section(title="Statement", body=code_block(explanation.query))
    yield html_page.Section(title="Costs", body=_costs(explanation))
    for item in sections(explanation):
        parts: list[Markup] = []
        if item.items:
            parts.append(bullets(item.items))
        if item.drawing:
            drawing = code_block(item.drawing)
            is_first = not item.title.startswith("Plan before, values")
            parts.append(drawing if is_first else details("plan", drawing))
        yield html_page.Section(title=item.title, body=joined(parts))


def _costs(explanation: Explanation) -> Markup:
    """Cost before and after of each set of values, as tiles."""
    case = explanation.cases[0]
    shown = [("cost", f"{case.before.total_cost:,.2f}")]
    if case.diff is not None:
        shown = [
            ("cost before", f"{case.diff.cost_before:,.2f}"),
            ("cost after", f"{case.diff.cost_after:,.2f}"),
        ]
    measured = explanation.measured
    if measured is not None and measured.execution_time_ms is not None:
        shown.append(("measured, ms", f"{measured.execution_time_ms:,.2f}"))
    return html_page.tiles(shown)
