"""What indexes that start alike could bring for their size, many at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analyzer.domain.statement import Fingerprint

_WORD_BITS = 63


class Promises:
    """Uses of indexes that start alike, and what each would gain.

    An index may take the place of another one in a use if it holds all its columns; it
    then gains what that use does, less the more space the rest of its option takes.
    """

    def __init__(self, uses: Sequence[tuple[Fingerprint, int, int, float]]) -> None:
        """Take some uses.

        Args:
            uses: of each the statement, the columns it needs as bits, the bytes that
                other indexes of the option take, and the gain.
        """
        by_name = sorted(uses, key=lambda use: use[0])
        names = [use[0] for use in by_name]
        self._starts = [
            n for n, name in enumerate(names) if n == 0 or name != names[n - 1]
        ]
        needed = [use[1] for use in by_name]
        self._words = word_count(needed)
        self._needed = as_words(needed, self._words)
        self._rest_bytes = np.array([use[2] for use in by_name], dtype=float)
        self._gains = np.array([use[3] for use in by_name], dtype=float)

    def of(
        self, held: Sequence[int], sizes: Sequence[int]
    ) -> list[tuple[float, float]]:
        """What indexes of these columns and sizes promise.

        The second number of each is the best gain of every statement it could serve,
        summed, over the root of its size; the first is 0 where it serves one alone.
        """
        if not held or not self._starts:
            return [(0.0, 0.0)] * len(held)
        bytes_ = np.array(sizes, dtype=float)
        lacking = np.zeros((len(held), len(self._gains)), dtype=bool)
        for mine, theirs in zip(as_words(held, self._words), self._needed, strict=True):
            lacking |= (theirs[None, :] & ~mine[:, None]) != 0
        spared = np.sqrt(
            bytes_[:, None] / (bytes_[:, None] + self._rest_bytes[None, :])
        )
        shares = np.where(lacking, 0.0, self._gains[None, :] * spared)
        best = np.maximum.reduceat(shares, self._starts, axis=1)
        scores = best.sum(axis=1) / np.sqrt(bytes_)
        several = (best > 0.0).sum(axis=1) > 1
        return [
            (float(score) if is_shared else 0.0, float(score))
            for score, is_shared in zip(scores, several, strict=True)
        ]


def word_count(masks: Sequence[int]) -> int:
    """How many words of a machine hold the bits of any of some masks."""
    return max([1, *(-(-mask.bit_length() // _WORD_BITS) for mask in masks)])


def as_words(masks: Sequence[int], words: int) -> NDArray[np.int64]:
    """Bits of any number of columns in words of a machine; a row for each word.

    >>> as_words([5, 1 << 63], 2).tolist()
    [[5, 0], [0, 1]]
    """
    least = (1 << _WORD_BITS) - 1
    return np.array(
        [
            [mask >> (_WORD_BITS * word) & least for mask in masks]
            for word in range(words)
        ],
        dtype=np.int64,
    ).reshape(words, len(masks))
