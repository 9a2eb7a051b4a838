"""How the tables of one small database are filled.

*Sparse* has few rows of few values, *dense* one or two values per column, so that
groups and ties arise, *fitting* rows that pass the filters and joins, *extreme* the
ends of types, *counted* as many joining rows as a threshold of the queries, one more or
less, *telling* values at constants that only one query has, and *contrasting* values
that an expression of one query relates otherwise than the other query does.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How one database is filled.

    Attributes:
        name: of the style.
        rows: smallest and largest number of rows of a table.
        values: how many different values a column draws from, smallest and largest.
        weights: of ordinary, constants, specific, fitting, extreme, telling and exact
            values.
        null_ratios: one of these is the share of NULLs.
        copied_ratio: share of rows that repeat one before.
    """

    name: str
    rows: tuple[int, int]
    values: tuple[int, int]
    weights: tuple[float, float, float, float, float, float, float]
    null_ratios: tuple[float, ...]
    copied_ratio: float = 0.15


SPARSE = Style(
    name="sparse",
    rows=(0, 5),
    values=(2, 4),
    weights=(3, 3, 3, 1, 0.2, 1, 2),
    null_ratios=(0.0, 0.25, 0.25, 0.5),
)
DENSE = Style(
    name="dense",
    rows=(1, 12),
    values=(1, 2),
    weights=(3, 2, 2, 2, 0, 1, 3),
    null_ratios=(0.0, 0.1, 0.3),
    copied_ratio=0.3,
)
FITTING = Style(
    name="fitting",
    rows=(1, 5),
    values=(1, 3),
    weights=(0.5, 0.5, 1, 10, 0, 1, 4),
    null_ratios=(0.0, 0.15, 0.35),
)
EXTREME = Style(
    name="extreme",
    rows=(1, 3),
    values=(1, 3),
    weights=(1, 1, 2, 1, 4, 0, 1),
    null_ratios=(0.0, 0.1),
)
COUNTED = Style(
    name="counted",
    rows=(1, 3),
    values=(1, 2),
    weights=(1, 1, 1, 10, 0, 1, 4),
    null_ratios=(0.0, 0.0, 0.1),
    copied_ratio=0.0,
)
TELLING = Style(
    name="telling",
    rows=(1, 5),
    values=(1, 3),
    weights=(0.5, 0.5, 1, 4, 0, 8, 2),
    null_ratios=(0.0, 0.0, 0.2),
)
CONTRASTING = Style(
    name="contrasting",
    rows=(2, 5),
    values=(1, 3),
    weights=(2, 0.5, 1, 6, 0.1, 1, 3),
    null_ratios=(0.0, 0.0, 0.2),
    copied_ratio=0.1,
)
STYLES = (SPARSE, DENSE, FITTING, EXTREME, COUNTED, TELLING)
STYLE_WEIGHTS = (0.2, 0.15, 0.24, 0.08, 0.17, 0.16)
CONTRASTING_RATIO = 0.22
"""Share of contrasting databases, where there is a contrast."""
