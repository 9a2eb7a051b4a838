"""Parts of a planner's snapshot that more than one layer speaks of."""

from __future__ import annotations

from dataclasses import dataclass, field

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionValues:
    """What ANALYZE knows of an expression of a statistics object.

    The columns of ``pg_stats_ext_exprs``; lists of values are texts of arrays. Without
    ``null_frac`` nothing is known, or we may not see it.
    """

    expression: str
    null_frac: float | None = None
    avg_width_bytes: int = 0
    n_distinct: float = 0.0
    correlation: float | None = None
    most_common_values: str | None = field(default=None, repr=False)
    most_common_frequencies: tuple[float, ...] = ()
    histogram_bounds: str | None = field(default=None, repr=False)
    most_common_elements: str | None = field(default=None, repr=False)
    element_frequencies: tuple[float, ...] = ()
    element_count_histogram: tuple[float, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether there is anything to load."""
        return self.null_frac is not None
