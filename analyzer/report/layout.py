"""Sections as lines of text or of Markdown."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

from analyzer.report.as_markdown import escaped
from analyzer.report.explain_as_lines import Section
from analyzer.report.plain import plain_lines

MIN_WIDTH = 60
_FENCE = re.compile(r"`{3,}")


def as_text_lines(
    heading: str, sections: Iterable[Section], width: int
) -> Iterator[str]:
    """Drawings keep their lines, sentences are wrapped to ``width`` characters."""
    yield heading
    for section in sections:
        yield ""
        yield section.title
        for line in section.drawing.splitlines():
            yield f"  {line}"
        for item in section.items:
            yield from textwrap.wrap(
                item,
                max(width, MIN_WIDTH),
                initial_indent="  - ",
                subsequent_indent="    ",
                break_on_hyphens=False,
            )


def as_markdown_lines(
    heading: str, query: str, sections: Iterable[Section]
) -> Iterator[str]:
    """The statement, then a heading for each section."""
    yield f"## pgproof: {escaped(heading)}"
    if query:
        yield ""
        yield from fenced(query.strip(), "sql")
    for section in sections:
        yield ""
        yield f"### {escaped(section.title)}"
        yield ""
        if section.drawing:
            yield from fenced(section.drawing, "")
        for item in section.items:
            yield f"- {escaped(item)}"


def fenced(text: str, language: str) -> Iterator[str]:
    """Text in a fence that nothing inside of it can close."""
    longest = max((len(found) for found in _FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    yield f"{fence}{language}"
    yield plain_lines(text)
    yield fence
