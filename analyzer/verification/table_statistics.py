"""What rows are generated from: statistics of tables, and how they hang together."""

from __future__ import annotations

from dataclasses import dataclass, field

from analyzer.domain.index import RelationName


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnStatistics:
    """A column as pg_stats has it; values are text.

    Attributes:
        name: of the column.
        type_name: as format_type() prints it, with its modifier.
        not_null: whether NULL is refused.
        null_frac: share of NULLs, 0 to 1.
        avg_width_bytes: mean width of a value.
        n_distinct: as in pg_stats, negative is a ratio of the rows; 0 is unknown.
        common: most common values, the most frequent first.
        frequencies: their shares of all rows.
        bounds: of the histogram of the other values, ascending.
        correlation: of its order with the physical order, −1 to 1; none if unknown.
        labels: of an enum type, in its order.
        is_known: whether it was ever analyzed.
    """

    name: str
    type_name: str
    not_null: bool = False
    null_frac: float = 0.0
    avg_width_bytes: int = 8
    n_distinct: float = 0.0
    common: tuple[str, ...] = ()
    frequencies: tuple[float, ...] = ()
    bounds: tuple[str, ...] = ()
    correlation: float | None = None
    labels: tuple[str, ...] = ()
    is_known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CombinedStatistics:
    """What CREATE STATISTICS knows of several columns of a table."""

    columns: tuple[str, ...]
    n_distinct: tuple[tuple[tuple[str, ...], float], ...] = ()
    dependencies: tuple[tuple[tuple[str, ...], float], ...] = ()
    common: tuple[tuple[tuple[str | None, ...], float], ...] = ()
    """Most common combinations, in the order of ``columns``, with their shares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableStatistics:
    """A table: its rows, columns, keys and combined statistics."""

    name: RelationName
    rows: int
    columns: tuple[ColumnStatistics, ...]
    unique_keys: tuple[tuple[str, ...], ...] = ()
    combined: tuple[CombinedStatistics, ...] = ()
    by_name: dict[str, ColumnStatistics] = field(
        init=False, repr=False, compare=False, hash=False
    )

    def __post_init__(self) -> None:
        """Index the columns by name."""
        object.__setattr__(self, "by_name", {c.name: c for c in self.columns})

    def is_unique(self, column: str) -> bool:
        """Whether a column alone is a key."""
        return (column,) in self.unique_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Columns whose values are those of another table's columns, row by row.

    ``source`` says how it is known: a declared foreign key, a join of the workload, or
    the names of the columns.
    """

    child: RelationName
    columns: tuple[str, ...]
    parent: RelationName
    parent_columns: tuple[str, ...]
    source: str = "foreign key"


def distinct_count(column: ColumnStatistics, rows: int) -> int:
    """How many different values a column of so many rows has, at least 1.

    >>> distinct_count(ColumnStatistics(name="a", type_name="t", n_distinct=-0.5), 10)
    5
    """
    filled = max(round(rows * (1 - column.null_frac)), 1)
    if column.n_distinct < 0:
        found = round(-column.n_distinct * rows)
    else:
        found = round(column.n_distinct) or len(column.common) + len(column.bounds)
    return min(max(found, len(column.common), 1), filled)
