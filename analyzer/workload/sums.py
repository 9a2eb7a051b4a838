"""Whole numbers summed by a key, of more rows than are looked at at once."""

from __future__ import annotations

import numpy as np

from analyzer.domain.execution_columns import Longs
from analyzer.domain.sorting import stable_order


class SumsByKey:
    """Sums of some whole numbers for each key that occurs."""

    def __init__(self, width: int) -> None:
        """Start empty; ``width`` numbers are summed for each key."""
        self._keys: Longs = np.zeros(0, np.int64)
        self._sums: Longs = np.zeros((width, 0), np.int64)
        self._waiting: list[tuple[Longs, Longs]] = []
        self._waiting_count = 0

    def add(self, keys: Longs, *values: Longs) -> None:
        """Add to the sums; any key may come several times."""
        found = _summed(keys, np.array(values, np.int64))
        self._waiting.append(found)
        self._waiting_count += len(found[0])
        # Merged when as many are new as are known: each is moved but a few times.
        if self._waiting_count > len(self._keys):
            self._merge()

    def found(self) -> tuple[Longs, Longs]:
        """The keys, ascending, and for each of the numbers its sums."""
        self._merge()
        return self._keys, self._sums

    def _merge(self) -> None:
        keys, sums = zip((self._keys, self._sums), *self._waiting, strict=True)
        self._keys, self._sums = _summed(
            np.concatenate(keys), np.concatenate(sums, axis=1)
        )
        self._waiting, self._waiting_count = [], 0


def _summed(keys: Longs, values: Longs) -> tuple[Longs, Longs]:
    if not len(keys):
        return keys, values
    lowest = int(keys.min())
    span = int(keys.max()) - lowest + 1
    # Of whole numbers below 2**53 a sum of floats has no error.
    most = int(np.abs(values).max(initial=0)) * len(keys)
    if span <= len(keys) and most < 1 << 53:
        offsets = keys - lowest
        found = np.flatnonzero(np.bincount(offsets))
        sums = [np.bincount(offsets, row)[found] for row in values]
        return found + lowest, np.array(sums).astype(np.int64)
    order = stable_order(keys)
    ranked = keys[order]
    starts = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1]))
    return ranked[starts], np.add.reduceat(values[:, order], starts, axis=1)
