"""Columns of executions that grow with the log.

Each column has pages of its own, which go back to the system when it moves. Small
arrays, made one for each window among what a window needs for a moment, would scatter
the memory: half of it was free and could not be given back.
"""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from analyzer.domain.execution_columns import COLUMNS, typed

_FIRST_ROWS = 1 << 16
_GROWTH = 1.3

Column = npt.NDArray[Any]


class ColumnStore:
    """The columns of :class:`~analyzer.domain.execution_columns.ExecutionColumns`."""

    def __init__(self) -> None:
        """Start without rows."""
        self._count = 0
        self._room = 0
        self._columns: dict[str, Column] = typed({})

    def __len__(self) -> int:
        """Number of rows."""
        return self._count

    def append(self, rows: Mapping[str, Column]) -> None:
        """Add rows: typed columns, all of one length."""
        end = self._count + len(rows["position"])
        if end > self._room:
            self._grow(max(end, int(self._room * _GROWTH), _FIRST_ROWS))
        for name, values in rows.items():
            self._columns[name][self._count : end] = values
        self._count = end

    def _grow(self, room: int) -> None:
        for name in COLUMNS:
            old = self._columns[name]
            new = _pages(room, old.dtype)
            new[: self._count] = old[: self._count]
            self._columns[name] = new
        self._room = room

    def columns(self) -> dict[str, Column]:
        """The columns as they are now; they change with what is added or sorted."""
        return {name: self._columns[name][: self._count] for name in COLUMNS}

    def sort(self, order: Column) -> None:
        """Put the rows in an order."""
        if not bool((order[1:] < order[:-1]).any()):
            return
        for name in COLUMNS:
            old = self._columns[name]
            new = _pages(self._room, old.dtype)
            np.take(old[: self._count], order, out=new[: self._count], mode="clip")
            self._columns[name] = new


def _pages(rows: int, kind: np.dtype[Any]) -> Column:
    return np.frombuffer(mmap.mmap(-1, max(rows, 1) * kind.itemsize), kind)
