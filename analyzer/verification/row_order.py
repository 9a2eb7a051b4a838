"""Values in an order that has a wanted correlation with the physical one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analyzer.verification.column_pool import Floats

Ints = npt.NDArray[np.int64]

SORTED = 0.999
_NOTHING = 0.03


def real_correlation(measured: float | None, shares: Floats) -> float:
    """The correlation without what equal values add to it.

    ANALYZE orders equal values by their place, so a column of few values in random
    order shows a correlation of the sum of the squares of their shares (two
    values of half the rows each: 0.5).

    >>> round(real_correlation(0.5, np.array([0.5, 0.5])), 3)
    0.0
    """
    if measured is None:
        return 0.0
    by_ties = float(np.square(shares).sum())
    if by_ties >= 0.999:
        return 0.0
    found = (measured - by_ties) / (1 - by_ties) if measured > 0 else measured
    return 0.0 if abs(found) < _NOTHING else max(min(found, 1.0), -1.0)


def ranks_by_place(count: int, correlation: float, chance: np.random.Generator) -> Ints:
    """For each row, in physical order, the rank of its value among all.

    Ranks of ``c * place + sqrt(1 - c²) * noise``, both normal, have a rank correlation
    of about c with the place.
    """
    if abs(correlation) >= SORTED:
        # Nearly sorted: neighbours change places over a short distance.
        places = np.arange(count, dtype=np.int64)
        return places if correlation > 0 else places[::-1].copy()
    if correlation == 0.0:
        return chance.permutation(count).astype(np.int64)
    place = np.linspace(-1.732, 1.732, count)
    noise = chance.standard_normal(count)
    mixed = correlation * place + np.sqrt(1 - correlation**2) * noise
    order = np.argsort(mixed, kind="stable")
    ranks = np.empty(count, dtype=np.int64)
    ranks[order] = np.arange(count)
    return ranks


def fan_out(
    parents: int, rows: int, shares: Floats, chance: np.random.Generator, *, even: bool
) -> Ints:
    """How many children each parent has.

    Args:
        parents: how many parents have any.
        rows: children in all.
        shares: of each parent, adding up to 1.
        chance: seeded.
        even: whether parents of one share have nearly the same number, or as many as
            chance gives them (multinomial).
    """
    if not even:
        return chance.multinomial(rows, shares).astype(np.int64)
    edges = np.round(np.cumsum(shares) * rows).astype(np.int64)
    edges[-1] = rows
    return np.diff(np.concatenate([np.zeros(1, dtype=np.int64), edges]))
