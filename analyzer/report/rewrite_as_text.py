"""Rewrites for people: at a terminal, in Markdown, as a page of their own."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from analyzer.domain.rewriting import Rewriting
from analyzer.report.explain_as_lines import Section
from analyzer.report.layout import as_markdown_lines, as_text_lines
from analyzer.report.plain import plain_lines
from analyzer.report.query_diff import query_diff
from analyzer.report.rewrite_as_lines import heading, sections

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;"
    "padding:0 1rem}pre{background:#f4f4f4;color:#111;padding:1rem;overflow:auto;"
    "white-space:pre-wrap}del{background:#ffd7d5}ins{background:#ccffd8}"
)


def rewriting_as_text(found: Rewriting, width: int = 120) -> str:
    """The answer as text; SQL keeps its lines, sentences are wrapped."""
    return "\n".join(as_text_lines(heading(found), sections(found), width)).rstrip()


def rewriting_as_markdown(found: Rewriting) -> str:
    """The answer as GitHub reads Markdown."""
    lines = as_markdown_lines(heading(found), found.query, sections(found))
    return "\n".join(lines).rstrip()


def rewriting_as_html(found: Rewriting) -> str:
    """The answer as one page that loads nothing and runs no script."""
    return "\n".join(_page(found))


def _page(found: Rewriting) -> Iterator[str]:
    title = escape(heading(found))
    yield "<!DOCTYPE html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title><style>{_STYLE}</style></head><body><main>"
    yield f"<h1>{title}</h1><h2>The query</h2>"
    yield f"<pre>{escape(plain_lines(found.query))}</pre>"
    diffs = iter(found.offered)
    for section in sections(found):
        yield f"<h2>{escape(section.title)}</h2>"
        if section.title == "Marked":
            yield f"<pre>{_diff(found.query, next(diffs).query)}</pre>"
        else:
            yield from _section(section)
    yield "</main></body></html>"


def _section(section: Section) -> Iterator[str]:
    if section.drawing:
        yield f"<pre>{escape(section.drawing)}</pre>"
    if section.items:
        items = "".join(f"<li>{escape(item)}</li>" for item in section.items)
        yield f"<ul>{items}</ul>"


def _diff(before: str, after: str) -> str:
    tags = {"kept": "", "removed": "del", "added": "ins"}
    parts = []
    for piece in query_diff(plain_lines(before), plain_lines(after)):
        text, tag = escape(piece.text), tags[piece.mark]
        parts.append(f"<{tag}>{text}</{tag}>" if tag else text)
    return "".join(parts)
