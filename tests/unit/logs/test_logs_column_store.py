"""Columns that grow keep their rows, and sorting leaves what was handed out alone."""

from __future__ import annotations

import numpy as np

from analyzer.domain.execution_columns import COLUMNS, typed
from analyzer.logs.column_store import ColumnStore


def rows(first: int, count: int) -> dict[str, np.ndarray]:
    numbers = np.arange(first, first + count)
    return typed(dict.fromkeys(COLUMNS, numbers))


def test_rows_of_many_windows() -> None:
    store = ColumnStore()
    for first in range(0, 300_000, 30_000):
        store.append(rows(first, 30_000))
    assert len(store) == 300_000
    columns = store.columns()
    assert all(len(values) == 300_000 for values in columns.values())
    assert np.array_equal(columns["position"], np.arange(300_000))
    assert columns["statement"].dtype == np.int32


def test_sorting_moves_all_columns_and_nothing_that_was_handed_out() -> None:
    store = ColumnStore()
    store.append(rows(0, 5))
    before = store.columns()
    store.sort(np.array([4, 3, 2, 1, 0]))
    assert store.columns()["queryid"].tolist() == [4, 3, 2, 1, 0]
    assert store.columns()["duration_ms"].tolist() == [4.0, 3.0, 2.0, 1.0, 0.0]
    assert before["queryid"].tolist() == [0, 1, 2, 3, 4]
    # More rows come behind them.
    store.append(rows(5, 2))
    assert store.columns()["queryid"].tolist() == [4, 3, 2, 1, 0, 5, 6]


def test_without_rows() -> None:
    store = ColumnStore()
    store.sort(np.zeros(0, np.int64))
    assert [len(values) for values in store.columns().values()] == [0] * len(COLUMNS)
