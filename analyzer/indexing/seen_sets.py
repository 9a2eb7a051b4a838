"""The sets of indexes a statement was planned with, as bounds of others' worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np


class SeenSets:
    """Sets with the worth that plans under them had.

    A planner with more to choose from does no worse, so no set is worth more than a
    seen one that holds it.
    """

    def __init__(self, seen: Sequence[tuple[int, float]]) -> None:
        """Take the sets, each with a bit for each of its indexes, and their worths."""
        # The worst comes first, so the first that holds all of a set bounds it.
        self._seen = sorted(seen, key=lambda one: -one[1])

    def leasts(self, wanted: Sequence[Sequence[int]]) -> Iterator[float]:
        """The least that sets may be worth, 0 where no seen one holds all of it.

        Args:
            wanted: the numbers of the bits of each set.

        >>> list(SeenSets([(0b011, 7.0), (0b111, 5.0)]).leasts([[0, 1], [2], [3]]))
        [7.0, 5.0, 0.0]
        """
        holding = self._holding(sorted({n for numbers in wanted for n in numbers}))
        for numbers in wanted:
            # A bit for each seen set that holds them all.
            held = (1 << len(self._seen)) - 1
            for number in numbers:
                held &= holding[number]
            first = (held & -held).bit_length() - 1
            yield self._seen[first][1] if held else 0.0

    def _holding(self, numbers: Sequence[int]) -> dict[int, int]:
        """For each index a bit for each set that holds it."""
        if not self._seen or not numbers:
            return dict.fromkeys(numbers, 0)
        most = max(numbers[-1] + 1, *(mask.bit_length() for mask, _ in self._seen))
        row_bytes = most // 8 + 1
        content = b"".join(mask.to_bytes(row_bytes, "little") for mask, _ in self._seen)
        rows = np.frombuffer(content, dtype=np.uint8).reshape(-1, row_bytes)
        places = np.array(numbers)
        bits = rows[:, places >> 3] >> (places & 7).astype(np.uint8) & 1
        columns = np.packbits(bits, axis=0, bitorder="little").T
        return {
            number: int.from_bytes(column.tobytes(), "little")
            for number, column in zip(numbers, columns, strict=True)
        }
