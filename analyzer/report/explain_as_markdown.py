"""An explanation for a pull request or a ticket, as GitHub reads Markdown."""

from __future__ import annotations

from analyzer.domain.explanation import Explanation
from analyzer.report.explain_as_lines import heading, sections
from analyzer.report.layout import as_markdown_lines


def explanation_as_markdown(explanation: Explanation) -> str:
    """An explanation as Markdown: the statement, then a heading for each section."""
    lines = as_markdown_lines(
        heading(explanation), explanation.query, sections(explanation)
    )
    return "\n".join(lines).rstrip()
