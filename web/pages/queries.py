"""The statements of a target, ranked, over a span of time."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from analyzer.store import statements
from analyzer.store.statements import StatementPage, StatementQuery, StatementSort
from web import current
from web.params import (
    PAGE_SIZE,
    RANGES,
    Span,
    choice,
    page_number,
    search_text,
    span,
    with_args,
)
from web.target_choice import target_choice

blueprint = Blueprint("queries", __name__)


@blueprint.get("/queries")
def index() -> ResponseReturnValue:
    """The list; target, range, order and search stand in the address."""
    choices = target_choice()
    if choices.chosen is None:
        return render_template("queries_empty.html", section="queries")
    shown_span = span(current.store().now())
    query = wanted(choices.chosen.target_id, shown_span)
    found = statements.top_statements(current.store(), query)
    return render_template(
        "queries.html",
        section="queries",
        choices=choices,
        found=found,
        query=query,
        span=shown_span,
        ranges=RANGES,
        page=page_number(),
        pages=pages(found),
        sort_url=_sort_url(query),
        with_args=with_args,
    )


def wanted(target_id: int, shown_span: Span) -> StatementQuery:
    """The query that the arguments of this request describe."""
    sort = choice("sort", StatementSort, request.args.get("sort"))
    return StatementQuery(
        target_id=target_id,
        started_at=shown_span.started_at,
        ended_at=shown_span.ended_at,
        sort=sort or StatementSort.TOTAL_TIME,
        descending=request.args.get("dir") != "asc",
        search=search_text(),
        limit=PAGE_SIZE,
        offset=(page_number() - 1) * PAGE_SIZE,
    )


def pages(found: StatementPage) -> int:
    """How many pages there are."""
    return max(1, -(-found.total_count // PAGE_SIZE))


def _sort_url(query: StatementQuery) -> dict[str, str]:
    """Addresses of the column heads: the chosen one turns its direction round."""
    return {
        sort.value: with_args(
            sort=sort.value,
            dir="asc" if sort is query.sort and query.descending else None,
            page=None,
        )
        for sort in StatementSort
    }
