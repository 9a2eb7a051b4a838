"""One remedy for a page by OFFSET: by key, with the deferred join as its alternative.

Both answer the same cause. A page by key reads only its rows; a deferred join still
walks over the rows it skips, though in an index alone, and is for applications that
must reach pages by their number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analyzer.domain.recommendation import (
    ChangeApplication,
    Recommendation,
    RewriteQuery,
)
from analyzer.errors import AnalyzerError
from analyzer.statements.parse import Node, has_field, parse_one


def with_one_page_remedy(
    found: Sequence[Recommendation],
) -> tuple[Recommendation, ...]:
    """The recommendations, with deferred joins named by the pages by key they rival.

    Args:
        found: in any order, which stays.
    """
    by_key = [r for r in found if isinstance(r.action, ChangeApplication)]
    rivals = {
        rec.identity: [other for other in by_key if _same_query(rec, other)]
        for rec in found
        if isinstance(rec.action, RewriteQuery) and _defers(rec.action)
    }
    told = {
        other.identity: f"If pages must be reached by their number: {rec.title}"
        for rec in found
        for other in rivals.get(rec.identity, ())
    }
    return tuple(
        replace(rec, caveats=(*rec.caveats, told[rec.identity]))
        if rec.identity in told
        else rec
        for rec in found
        if not rivals.get(rec.identity)
    )


def _same_query(rec: Recommendation, other: Recommendation) -> bool:
    """Whether the other pages the same statement by key."""
    theirs = {item.fingerprint for item in rec.affects}
    is_page = other.advisor == "offset_pagination"
    return is_page and {item.fingerprint for item in other.affects} == theirs


def _defers(action: RewriteQuery) -> bool:
    """Whether OFFSET moved from the query itself into a subquery of it."""
    try:
        before, after = (_fields(text) for text in (action.original, action.query))
    except AnalyzerError:
        return False
    moved = "limitOffset" in before and "limitOffset" not in after
    return moved and has_field(after, "limitOffset")


def _fields(query: str) -> Node:
    return parse_one(query).fields
