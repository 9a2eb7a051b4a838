"""Sorting of whole numbers, several times as fast where they lie close together."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_BITS = 16
"""Numbers of so many bits numpy puts in order without comparing them."""


def stable_order(keys: Array) -> Array:
    """How to sort, as ``np.argsort(keys, kind="stable")`` has it.

    >>> stable_order(np.array([700, 5, 700, -1])).tolist()
    [3, 1, 0, 2]
    """
    if not len(keys) or not np.issubdtype(keys.dtype, np.integer):
        return np.argsort(keys, kind="stable")
    lowest = keys.min()
    if (int(keys.max()) - int(lowest)) >> _BITS:
        return np.argsort(keys, kind="stable")
    return np.argsort((keys - lowest).astype(np.uint16), kind="stable")
