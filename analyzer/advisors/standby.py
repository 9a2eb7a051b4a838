"""What advice on a standby leaves unsaid: it is carried out elsewhere.

A standby replays what the primary writes: it has the primary's indexes and none of its
own, and neither its counters nor its log tell of writes (PostgreSQL manual, "Hot
Standby").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from analyzer.domain.catalog import Catalog
from analyzer.domain.recommendation import (
    ChangeApplication,
    DropIndex,
    Recommendation,
    RewriteQuery,
)

_WHERE = (
    "This server is a standby: run the statement on the primary, from where it reaches "
    "all standbys. "
)
_ALSO_THERE = (
    "What writers there pay for it was not seen: scan the primary too before you "
    "decide."
)
_NEEDED_THERE = "The primary and other standbys may need what this one does not."


def told_where(
    recommendations: Iterable[Recommendation], catalog: Catalog | None
) -> Iterator[Recommendation]:
    """The recommendations, with where to carry them out if that is another server."""
    for item in recommendations:
        changes_query = isinstance(item.action, RewriteQuery | ChangeApplication)
        if catalog is None or not catalog.is_replica or changes_query:
            yield item
            continue
        drops = isinstance(item.action, DropIndex)
        caveat = _WHERE + (_NEEDED_THERE if drops else _ALSO_THERE)
        yield replace(item, caveats=(caveat, *item.caveats))
