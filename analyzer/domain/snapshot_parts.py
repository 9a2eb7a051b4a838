"""Parts of a planner's snapshot that more than one layer speaks of."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.domain.index import RelationName


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexExtremes:
    """The real ends of an indexed column, as text; they are data of the table."""

    relation: RelationName
    attribute: str
    smallest: str
    largest: str
