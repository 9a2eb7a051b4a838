"""An explanation for people at a terminal."""

from __future__ import annotations

from analyzer.domain.explanation import Explanation
from analyzer.report.explain_as_lines import heading, sections
from analyzer.report.layout import as_text_lines


def explanation_as_text(explanation: Explanation, width: int = 120) -> str:
    """An explanation as text; plans keep their lines, sentences are wrapped.

    Args:
        explanation: what to show.
        width: of the terminal, in characters.
    """
    lines = as_text_lines(heading(explanation), sections(explanation), width)
    return "\n".join(lines).rstrip()
