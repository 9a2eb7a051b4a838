"""An explanation for a pull request or a ticket, as GitHub reads Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.domain.explanation import Explanation
from analyzer.report.as_markdown import escaped
from analyzer.report.explain_as_lines import heading, sections
from analyzer.report.plain import plain_lines

_FENCE = re.compile(r"`{3,}")


def explanation_as_markdown(explanation: Explanation) -> str:
    """An explanation as Markdown: the statement, then a heading for each section."""
    return "\n".join(_lines(explanation)).rstrip()


def _lines(explanation: Explanation) -> Iterator[str]:
    yield f"## pgproof: {escaped(heading(explanation))}"
    if explanation.query:
        yield ""
        yield from _fenced(explanation.query.strip(), "sql")
    for section in sections(explanation):
        yield ""
        yield f"### {escaped(section.title)}"
        yield ""
        if section.drawing:
            yield from _fenced(section.drawing, "")
        for item in section.items:
            yield f"- {escaped(item)}"


def _fenced(text: str, language: str) -> Iterator[str]:
    """Text in a fence that nothing inside of it can close."""
    longest = max((len(found) for found in _FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    yield f"{fence}{language}"
    yield plain_lines(text)
    yield fence
