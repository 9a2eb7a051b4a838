"""One self-contained HTML file: no script, no network, all foreign text escaped.

Every part is made by a function that takes plain text and escapes it; what comes back
is ``Markup``, which the other functions take as it is. A face puts its parts into
sections, and the sections into ``page``.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

from markupsafe import Markup

from analyzer.report.plain import plain, plain_lines

Text = str | Markup
"""Foreign text, which is escaped, or markup made by these functions."""

_PAGE = Markup(
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta name="referrer" content="no-referrer">\n'
    "<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n"
    '<h1>{title}</h1>\n<div class="lead">{lead}</div>\n{contents}{body}'
    "<footer>pgproof, {made_at}</footer>\n</main>\n</body>\n</html>\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A panel of the page with a title of its own and a link in the contents.

    Attributes:
        title: plain text, also the name in the contents.
        body: what the other functions made.
        note: a few words at the right of the title.
    """

    title: str
    body: Markup
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table; ``kind`` is ``text``, ``number`` or ``code``."""

    title: str
    kind: str = "text"


def page(
    title: str,
    sections: Iterable[Section],
    *,
    lead: Sequence[Text] = (),
    made_at: datetime | None = None,
) -> str:
    """The whole file.

    Args:
        title: of the file and its first heading.
        sections: in order; those without a body are left out.
        lead: lines under the heading.
        made_at: printed at the end, aware; now, unless given.
    """
    shown = [section for section in sections if section.body]
    style = _style()
    moment = (made_at or datetime.now(UTC)).astimezone(UTC)
    return str(
        _PAGE.format(
            policy=_policy(style),
            title=plain(title),
            style=Markup(style),
            lead=joined(Markup("<p>{}</p>").format(_text(line)) for line in lead),
            contents=_contents(shown),
            body=joined(_section(at, item) for at, item in enumerate(shown)),
            made_at=f"{moment:%Y-%m-%d %H:%M} UTC",
        )
    )


@cache
def _style() -> str:
    path = files("analyzer.report") / "html_page.css"
    return path.read_text(encoding="utf-8")


def _policy(style: str) -> str:
    """Nothing may be loaded or run, and no style but ours counts."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _contents(sections: Sequence[Section]) -> Markup:
    if len(sections) < 3:
        return Markup("")
    links = joined(
        Markup('<li><a href="#s{}">{}</a></li>').format(at, plain(item.title))
        for at, item in enumerate(sections)
    )
    return Markup('<nav><ul class="contents">{}</ul></nav>\n').format(links)


def _section(at: int, item: Section) -> Markup:
    return Markup(
        '<section class="panel" id="s{}"><header><h2>{}</h2><span>{}</span></header>'
        '<div class="body">{}</div></section>\n'
    ).format(at, plain(item.title), plain(item.note), item.body)


def joined(parts: Iterable[Markup]) -> Markup:
    """Parts one after the other."""
    return Markup("").join(parts)


def _text(value: Text) -> Markup:
    return value if isinstance(value, Markup) else Markup.escape(plain(value))


def paragraph(value: Text) -> Markup:
    """A line of text.

    >>> paragraph("<script>")
    Markup('<p>&lt;script&gt;</p>')
    """
    return Markup("<p>{}</p>").format(_text(value))


def heading(value: str) -> Markup:
    """A heading within a section."""
    return Markup("<h3>{}</h3>").format(plain(value))


def code(value: str) -> Markup:
    """Code or a name within a line."""
    return Markup("<code>{}</code>").format(plain(value))


def code_block(value: str) -> Markup:
    """Code, a statement or a plan, with its line breaks."""
    return Markup("<pre>{}</pre>").format(plain_lines(value))


def badge(value: str, tone: str = "") -> Markup:
    """A short word in a pill; ``tone`` is good, warn, bad or nothing."""
    return Markup('<span class="badge {}">{}</span>').format(_tone(tone), plain(value))


def notice(value: Text, tone: str = "") -> Markup:
    """A sentence that must be seen; ``tone`` is good, warn, bad or nothing."""
    return Markup('<div class="notice {}">{}</div>').format(_tone(tone), _text(value))


def _tone(tone: str) -> str:
    if tone not in ("", "good", "warn", "bad"):
        raise ValueError(f"no such tone: {tone}")
    return tone


def details(summary: Text, body: Markup) -> Markup:
    """Something folded away."""
    return Markup("<details><summary>{}</summary>{}</details>").format(
        _text(summary), body
    )


def tiles(facts: Iterable[tuple[str, Text]]) -> Markup:
    """Names and short values side by side."""
    return Markup('<div class="tiles">{}</div>').format(
        joined(
            Markup("<div><span>{}</span><b>{}</b></div>").format(
                plain(name), _text(value)
            )
            for name, value in facts
        )
    )


def facts(items: Iterable[tuple[str, Text]]) -> Markup:
    """Names and values, one below the other."""
    return Markup("<dl>{}</dl>").format(
        joined(
            Markup("<dt>{}</dt><dd>{}</dd>").format(plain(name), _text(value))
            for name, value in items
        )
    )


def bullets(items: Iterable[Text]) -> Markup:
    """A list."""
    return Markup("<ul>{}</ul>").format(
        joined(Markup("<li>{}</li>").format(_text(item)) for item in items)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A node of a tree with what hangs below it."""

    label: Text
    children: tuple[Branch, ...] = ()


def tree(roots: Iterable[Branch]) -> Markup:
    """Trees as nested lists, of any depth."""
    pieces = [Markup('<ul class="tree">')]
    # A chain can be longer than the interpreter's stack.
    waiting: list[Branch | Markup] = list(reversed(list(roots)))
    while waiting:
        item = waiting.pop()
        if isinstance(item, Markup):
            pieces.append(item)
            continue
        pieces.append(Markup("<li>{}").format(_text(item.label)))
        if item.children:
            pieces.append(Markup("<ul>"))
            waiting.append(Markup("</ul></li>"))
            waiting += reversed(item.children)
        else:
            pieces.append(Markup("</li>"))
    return joined([*pieces, Markup("</ul>")])


def table(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Text]],
    *,
    caption: str = "",
    left_out: int = 0,
) -> Markup:
    """A table; nothing at all if it has no rows.

    Args:
        columns: of each row, in order.
        rows: cells, as many as columns.
        caption: above it.
        left_out: how many rows were over the limit; said below it.
    """
    body = joined(
        Markup("<tr>{}</tr>").format(
            joined(
                _cell(column, cell) for column, cell in zip(columns, row, strict=True)
            )
        )
        for row in rows
    )
    if not body:
        return Markup("")
    head = joined(
        Markup('<th scope="col"{}>{}</th>').format(
            Markup(' class="num"') if column.kind == "number" else "",
            plain(column.title),
        )
        for column in columns
    )
    title = Markup("<caption>{}</caption>").format(plain(caption)) if caption else ""
    rest = paragraph(f"… and {left_out:,} more") if left_out > 0 else ""
    return Markup(
        '<div class="scroll"><table>{}<thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>{}"
    ).format(title, head, body, rest)


def _cell(column: Column, cell: Text) -> Markup:
    if column.kind == "number":
        return Markup('<td class="num">{}</td>').format(_text(cell))
    shown = code(cell) if column.kind == "code" and cell else _text(cell)
    return Markup('<td class="text">{}</td>').format(shown)
