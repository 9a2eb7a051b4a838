"""Columns that hang together, by what CREATE STATISTICS knows of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analyzer.verification.column_pool import ColumnPool, Floats
from analyzer.verification.generated_table import NULL
from analyzer.verification.row_order import Ints
from analyzer.verification.table_statistics import CombinedStatistics

_MATTERS = 0.5
"""Below this share of the combinations that chance would make, columns depend."""


def combined_codes(
    item: CombinedStatistics,
    pools: Mapping[str, ColumnPool],
    rows: int,
    chance: np.random.Generator,
) -> dict[str, Ints]:
    """Codes of all columns of ``pools``, in physical order.

    Most common combinations get their rows. In the others a column that depends on
    another one follows it: both walk through their values alike, so that each keeps its
    own distribution, as closely as the number of combinations or the degree of the
    dependency says.
    """
    names = [name for name in item.columns if name in pools]
    picked = _pick(item, rows, chance)
    codes = {name: np.full(rows, NULL, dtype=np.int64) for name in names}
    others = np.flatnonzero(picked < 0)
    left = {name: pools[name].shares.copy() for name in names}
    for number, (values, share) in enumerate(item.common):
        for name, text in zip(item.columns, values, strict=True):
            if name not in pools or text is None:
                continue
            found = np.flatnonzero(pools[name].texts == text)
            if len(found):
                codes[name][picked == number] = found[0]
                left[name][found[0]] = max(left[name][found[0]] - share, 0.0)
    ranks: dict[str, Floats] = {}
    for name in names:
        ranks[name] = _ranks(name, item, pools, ranks, (len(others), chance))
        codes[name][others] = _at(left[name], ranks[name])
    return codes


def _pick(item: CombinedStatistics, rows: int, chance: np.random.Generator) -> Ints:
    """For each row the number of its combination, −1 for none of the common ones."""
    edges = np.cumsum([share for _, share in item.common])
    if not len(edges):
        return np.full(rows, -1, dtype=np.int64)
    found = np.searchsorted(edges, chance.random(rows), side="right")
    return np.where(found < len(edges), found, -1).astype(np.int64)


def _ranks(
    name: str,
    item: CombinedStatistics,
    pools: Mapping[str, ColumnPool],
    done: Mapping[str, Floats],
    draw: tuple[int, np.random.Generator],
) -> Floats:
    count, chance = draw
    free = chance.random(count)
    for other, ranks in done.items():
        width = _freedom(item, other, name, pools)
        if width is not None:
            shift = (chance.random(count) - 0.5) * width
            return np.clip(ranks + shift, 0.0, 1.0)
        degree = _degree(item, other, name)
        if degree is not None:
            return np.where(chance.random(count) < degree, ranks, free)
    return free


def _freedom(
    item: CombinedStatistics, first: str, second: str, pools: Mapping[str, ColumnPool]
) -> float | None:
    """How much of the second column's range goes with a value of the first."""
    most = len(pools[first]) * len(pools[second])
    for names, count in item.n_distinct:
        if set(names) == {first, second} and 0 < count < most * _MATTERS:
            return float(count) / most
    return None


def _degree(item: CombinedStatistics, first: str, second: str) -> float | None:
    for names, degree in item.dependencies:
        if set(names[:-1]) == {first} and names[-1] == second and degree > 0.05:
            return degree
    return None


def _at(shares: Floats, ranks: Floats) -> Ints:
    edges = np.cumsum(shares)
    if not len(edges) or edges[-1] <= 0:
        return np.zeros(len(ranks), dtype=np.int64)
    found = np.searchsorted(edges, ranks * edges[-1], side="right")
    return np.asarray(np.minimum(found, len(edges) - 1), dtype=np.int64)
