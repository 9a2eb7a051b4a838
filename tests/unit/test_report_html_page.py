"""The self-contained HTML file: nothing foreign gets out of its text."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from analyzer.report.html_chart import Series, bar_chart, line_chart, share_bar
from analyzer.report.html_page import (
    Branch,
    Column,
    Section,
    badge,
    bullets,
    code,
    code_block,
    details,
    facts,
    heading,
    joined,
    notice,
    page,
    paragraph,
    table,
    tiles,
    tree,
)

HOSTILE = (
    '</td></style><script>alert(1)</script><a href="javascript:x" \'onload=y\x00\u202e'
)
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


class Reader(HTMLParser):
    """What a browser would make of the file."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    assert not reader.open
    return reader


def everything(text: str) -> str:
    columns = (Column(title=text), Column(title=text, kind="number"))
    body = joined(
        (
            paragraph(text),
            heading(text),
            code(text),
            code_block(text),
            badge(text),
            notice(text, "bad"),
            details(text, paragraph(text)),
            tiles([(text, text)]),
            facts([(text, text)]),
            bullets([text]),
            tree([Branch(label=text, children=(Branch(label=text),))]),
            table(columns, [(text, text)], caption=text, left_out=3),
            bar_chart(text, [text, text], [1, 2], "ms"),
            line_chart(text, [text, text], [Series(name=text, values=(1, None))]),
            share_bar(0.5),
        )
    )
    sections = [Section(title=text, body=body, note=text)] * 3
    return page(text, sections, lead=[text], made_at=NOON)


def test_hostile_text_stays_text() -> None:
    calm, hostile = read(everything("calm")), read(everything(HOSTILE))
    assert [tag for tag, _ in calm.tags] == [tag for tag, _ in hostile.tags]
    for tag, attributes in hostile.tags:
        assert tag != "script"
        assert not [name for name in attributes if name.startswith("on")]
        assert (attributes.get("href") or "#").startswith("#")
    shown = "".join(hostile.text)
    assert "<script>alert(1)</script>" in shown
    assert "\x00" not in shown and "\u202e" not in shown


def test_the_policy_allows_our_style_and_nothing_else() -> None:
    reader = read(page("x", [Section(title="a", body=paragraph("b"))]))
    policy = next(
        a["content"] for t, a in reader.tags if t == "meta" and "content" in a
    )
    style = next(text for text in reader.text if text.startswith(":root"))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy is not None
    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    # An attribute of style would not be applied under this policy.
    assert not [1 for _, attributes in reader.tags if "style" in attributes]
    assert "url(" not in style and "@import" not in style


def test_empty_parts_leave_no_trace() -> None:
    made = page("x", [Section(title="nothing", body=table([], []))], made_at=NOON)
    assert "nothing" not in made
    assert made == page("x", [], made_at=NOON)


def test_a_chain_deeper_than_the_stack_is_drawn() -> None:
    branch = Branch(label="end")
    for _ in range(3_000):
        branch = Branch(label="more", children=(branch,))
    assert str(tree([branch])).count("<li>") == 3_001


def test_charts_keep_gaps_and_lonely_points() -> None:
    labels = [str(n) for n in range(5)]
    chart = line_chart("t", labels, [Series(name="a", values=(1, 2, None, 4, None))])
    reader = read(str(chart))
    (path,) = [a["d"] for t, a in reader.tags if t == "path"]
    assert path is not None
    assert path.count("M") == 2 and path.count("L") == 1
    assert len([1 for t, _ in reader.tags if t == "circle"]) == 1


def test_charts_refuse_what_they_cannot_draw() -> None:
    with pytest.raises(ValueError, match="different lengths"):
        line_chart("t", ["a"], [Series(name="a", values=(1, 2))])
    assert not bar_chart("t", [], [])
    assert not line_chart("t", ["a"], [Series(name="a", values=(None,))])
    with pytest.raises(ValueError, match="no such tone"):
        notice("x", '"><script>')
