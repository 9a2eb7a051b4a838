"""Distinct values of a column; np.unique loads masked arrays, which takes longer."""

from __future__ import annotations

import numpy as np

from analyzer.domain.execution_columns import Ints, Longs


def first_of_each(values: Longs | Ints) -> Longs:
    """Where each distinct value stands first, in ascending order of the values.

    >>> first_of_each(np.array([7, 3, 7, 5])).tolist()
    [1, 3, 0]
    """
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    is_new = np.ones(len(ranked), np.bool_)
    is_new[1:] = ranked[1:] != ranked[:-1]
    return order[is_new]
