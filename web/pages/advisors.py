"""The manual page of each advisor: its docstring."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from analyzer.advisors import registry
from analyzer.advisors.contract import DOCSTRING_HEADINGS

blueprint = Blueprint("advisors", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualPage:
    """A docstring in parts: the first sentence, and heading with text."""

    slug: str
    summary: str
    sections: tuple[tuple[str, str], ...]
    needs: tuple[str, ...]


@blueprint.get("/advisors")
def index() -> ResponseReturnValue:
    """All advisors, one line each."""
    return render_template("advisors.html", section="advisors", pages=manual_pages())


@blueprint.get("/advisors/<slug>")
def show(slug: str) -> ResponseReturnValue:
    """One advisor."""
    for page in manual_pages():
        if page.slug == slug:
            return render_template("advisor.html", section="advisors", page=page)
    raise NotFound


def manual_pages() -> tuple[ManualPage, ...]:
    """The pages of all advisors, in the order of the registry."""
    return tuple(
        ManualPage(
            slug=item.slug,
            summary=inspect.cleandoc(item.doc).partition("\n")[0],
            sections=sections(item.doc),
            needs=tuple(need.value for need in item.needs),
        )
        for item in registry.ADVISORS
    )


def sections(doc: str) -> tuple[tuple[str, str], ...]:
    r"""The parts of a docstring under its headings, white space folded.

    >>> sections("Do it.\n\nRule: one\n    two\nSource: a book")
    (('Rule', 'one two'), ('Source', 'a book'))
    """
    found: list[tuple[str, list[str]]] = []
    for line in inspect.cleandoc(doc).splitlines():
        heading = next((h for h in DOCSTRING_HEADINGS if line.startswith(h)), None)
        if heading:
            found.append((heading.rstrip(":"), [line[len(heading) :]]))
        elif found:
            found[-1][1].append(line)
    return tuple((name, " ".join(" ".join(lines).split())) for name, lines in found)
