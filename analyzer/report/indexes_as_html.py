"""The index advisor's answer as one page that loads nothing and runs no script."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from analyzer.domain.index_advice import IndexAdvice, ProposedDrop, ProposedIndex
from analyzer.report.html_page import (
    Column,
    Section,
    bullets,
    code_block,
    joined,
    page,
    table,
    tiles,
)
from analyzer.report.indexes_as_lines import (
    drop_lines,
    heading,
    index_lines,
    ratio,
    sums,
)
from analyzer.report.plain import number, plain, size

_QUERIES = (
    Column(title="query"),
    Column(title="cost before", kind="number"),
    Column(title="cost after", kind="number"),
    Column(title="ms before", kind="number"),
    Column(title="ms after", kind="number"),
    Column(title="risk, or why it gains nothing"),
)


def index_advice_as_html(advice: IndexAdvice) -> str:
    """A self-contained page."""
    return page("pgproof: indexes", list(_sections(advice)), lead=[heading(advice)])


def _sections(advice: IndexAdvice) -> Iterator[Section]:
    summary = tiles(
        [
            ("planner cost", ratio(advice.cost_before, advice.cost_after)),
            ("time", ratio(advice.time_before_ms, advice.time_after_ms)),
            ("size", size(advice.size_bytes)),
            ("what-if plans", f"{advice.what_if_calls:,}"),
        ]
    )
    yield Section(title="Sums", body=joined((summary, bullets(list(sums(advice))))))
    yield Section(
        title="Indexes to create",
        note=str(len(advice.indexes)),
        body=joined(_index(item) for item in advice.indexes),
    )
    yield Section(
        title="Indexes to drop",
        note=str(len(advice.drops)),
        body=joined(_drop(item) for item in advice.drops),
    )
    rows = [
        (
            plain(query.name),
            number(query.before),
            number(query.after),
            number(query.before_ms),
            number(query.after_ms),
            plain("; ".join(query.risk) or query.why_no_gain),
        )
        for query in advice.queries
    ]
    yield Section(title="Queries, losers first", body=table(_QUERIES, rows))
    yield Section(
        title="Settings",
        body=bullets([f"{s.name}: {s.better}: {s.why}" for s in advice.settings]),
    )
    yield Section(
        title="Left out",
        body=bullets([plain(f"{s.query}: {s.reason}") for s in advice.skipped]),
    )
    notes = [plain(f"{n.what}: {n.why} {n.hint}") for n in advice.not_seen]
    yield Section(title="Caveats", body=bullets([*notes, *advice.caveats]))


def _index(item: ProposedIndex) -> Markup:
    return joined((code_block(item.ddl), bullets(list(index_lines(item)))))


def _drop(item: ProposedDrop) -> Markup:
    return joined((code_block(item.ddl), bullets(list(drop_lines(item)))))
