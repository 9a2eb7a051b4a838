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


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonCombination:
    """Values of several columns that are frequent together, as texts; none is NULL.

    ``frequency`` is the share of the rows, ``base_frequency`` what it would be if the
    columns were independent.
    """

    values: tuple[str | None, ...]
    frequency: float
    base_frequency: float
