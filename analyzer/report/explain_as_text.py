"""An explanation for people at a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from analyzer.domain.explanation import Explanation
from analyzer.report.explain_as_lines import heading, sections

MIN_WIDTH = 60


def explanation_as_text(explanation: Explanation, width: int = 120) -> str:
    """An explanation as text; plans keep their lines, sentences are wrapped.

    Args:
        explanation: what to show.
        width: of the terminal, in characters.
    """
    return "\n".join(_lines(explanation, max(width, MIN_WIDTH))).rstrip()


def _lines(explanation: Explanation, width: int) -> Iterator[str]:
    yield heading(explanation)
    for section in sections(explanation):
        yield ""
        yield section.title
        for line in section.drawing.splitlines():
            yield f"  {line}"
        for item in section.items:
            yield from textwrap.wrap(
                item,
                width,
                initial_indent="  - ",
                subsequent_indent="    ",
                break_on_hyphens=False,
            )
