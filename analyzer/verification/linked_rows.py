"""Which row of another table each row refers to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analyzer.verification.column_pool import Floats
from analyzer.verification.generated_table import GeneratedTable
from analyzer.verification.row_order import (
    Ints,
    fan_out,
    ranks_by_place,
    real_correlation,
)
from analyzer.verification.table_statistics import (
    ColumnStatistics,
    Link,
    TableStatistics,
    distinct_count,
)

MAX_SEQUENCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """A column that counts 1, 2, 3 … within the rows of one parent.

    ``at_least`` is the number of parents with at least so many children.
    """

    column: str
    texts: tuple[str, ...]
    at_least: Ints


def parent_rows(
    table: TableStatistics,
    link: Link,
    parent: GeneratedTable,
    rows: int,
    chance: np.random.Generator,
) -> Ints:
    """The row of the parent for each row of the child, in physical order.

    Frequent values of the child's first column keep their shares, the others are spread
    as its histogram is. As many parents have children as the child has values.
    """
    column = table.by_name[link.columns[0]]
    wanted = distinct_count(column, rows)
    used, shares = _used_parents(column, link, parent, wanted, chance)
    covered = len(used) / max(parent.rows, 1)
    # Chance would leave more parents without a child: they get them evenly.
    even = covered > 1 - 0.5 * np.exp(-rows / max(parent.rows, 1))
    counts = fan_out(len(used), rows, shares, chance, even=bool(even))
    return _placed(np.repeat(used, counts), column, shares, chance)


def numbered_rows(
    table: TableStatistics,
    link: Link,
    parent: GeneratedTable,
    sequence: Numbering,
    chance: np.random.Generator,
) -> Ints:
    """The same where a sequence tells how many children parents have."""
    column = table.by_name[link.columns[0]]
    groups = min(int(sequence.at_least[0]), parent.rows)
    sizes = np.zeros(groups, dtype=np.int64)
    for count in sequence.at_least.tolist():
        sizes[: min(count, groups)] += 1
    chance.shuffle(sizes)
    used, _ = _used_parents(column, link, parent, groups, chance)
    sizes = sizes[: len(used)]
    shares = np.full(len(used), 1 / max(len(used), 1))
    return _placed(np.repeat(used, sizes), column, shares, chance)


def sequence_of(table: TableStatistics, link: Link, rows: int) -> Numbering | None:
    """A column that is unique together with a link and counts within it.

    All its values are most common ones, follow one another, and each is less frequent
    than the one before: then the k-th is in every group of at least k rows.
    """
    for key in table.unique_keys:
        if len(key) != 2 or len(link.columns) != 1 or link.columns[0] not in key:
            continue
        name = key[1] if key[0] == link.columns[0] else key[0]
        column = table.by_name.get(name)
        if column is None or column.bounds or not column.common:
            continue
        texts, frequencies = column.common, column.frequencies
        if len(texts) > MAX_SEQUENCE or not _counts_up(texts):
            continue
        filled = np.array(frequencies, dtype=np.float64)
        if np.any(np.diff(filled) > 0.01):
            continue
        falling = np.minimum.accumulate(filled / filled.sum())
        return Numbering(
            column=name,
            texts=texts,
            at_least=np.round(falling * rows).astype(np.int64),
        )
    return None


def number_in_group(groups: Ints) -> Ints:
    """For each row its place, from 0, among the rows of the same group.

    >>> number_in_group(np.array([7, 3, 7, 7])).tolist()
    [0, 0, 1, 2]
    """
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    starts = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    first = np.maximum.accumulate(np.where(starts, np.arange(len(groups)), 0))
    numbers = np.empty(len(groups), dtype=np.int64)
    numbers[order] = np.arange(len(groups)) - first
    return numbers


def _counts_up(texts: Sequence[str]) -> bool:
    try:
        numbers = [int(text) for text in texts]
    except ValueError:
        return False
    return all(b - a == 1 for a, b in pairwise(numbers))


def _used_parents(
    column: ColumnStatistics,
    link: Link,
    parent: GeneratedTable,
    wanted: int,
    chance: np.random.Generator,
) -> tuple[Ints, Floats]:
    """Rows of the parent with children, by their key, and the children's shares."""
    order = parent.rows_by(link.parent_columns[0])
    if len(link.columns) > 1:
        # The parent's rows are the combinations: statistics of one column say nothing.
        return order, np.full(len(order), 1 / max(len(order), 1))
    texts = parent.texts(link.parent_columns[0], order)
    frequent = dict(zip(column.common, column.frequencies, strict=True))
    weights = np.array([frequent.get(text, 0.0) for text in texts], dtype=np.float64)
    rest = np.flatnonzero(weights == 0)
    number = min(max(wanted - int((weights > 0).sum()), 0), len(rest))
    rest_weights = _by_histogram(column, parent, link, order[rest])
    picked = _pick(rest_weights, number, chance)
    mass = max(1 - column.null_frac - sum(column.frequencies), 0.0)
    chosen = rest_weights[picked]
    total = float(chosen.sum())
    weights[rest[picked]] = chosen / total * mass if total > 0 else 0.0
    keep = np.flatnonzero(weights > 0)
    if not len(keep):
        return order, np.full(len(order), 1 / max(len(order), 1))
    return order[keep], weights[keep] / weights[keep].sum()


def _pick(weights: Floats, number: int, chance: np.random.Generator) -> Ints:
    candidates = np.flatnonzero(weights > 0)
    if number >= len(candidates):
        return candidates.astype(np.int64)
    return np.sort(chance.choice(candidates, number, replace=False)).astype(np.int64)


def _by_histogram(
    column: ColumnStatistics, parent: GeneratedTable, link: Link, rows: Ints
) -> Floats:
    """Weights of parents so that each part of the child's histogram weighs the same."""
    pool = parent.columns[link.parent_columns[0]].pool
    if pool.line is None or pool.numbers is None or len(column.bounds) < 3:
        return np.ones(len(rows))
    try:
        bounds = pool.line.numbers(column.bounds)
    except (ValueError, OverflowError):
        return np.ones(len(rows))
    codes = parent.columns[link.parent_columns[0]].codes[rows]
    places = pool.numbers[codes]
    bins = np.searchsorted(bounds, places, side="right")
    # Extremes of a sample fall short of the real ones: the outer bins reach further.
    bins = np.clip(bins, 1, len(bounds) - 1)
    counts = np.bincount(bins, minlength=len(bounds) + 1)
    return 1.0 / counts[bins]


def _placed(
    referred: Ints,
    column: ColumnStatistics,
    shares: Floats,
    chance: np.random.Generator,
) -> Ints:
    correlation = real_correlation(column.correlation, shares)
    return referred[ranks_by_place(len(referred), correlation, chance)]
