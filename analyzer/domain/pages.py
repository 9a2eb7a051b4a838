"""Arrays that grow without end: in memory while short, then in a file without a name.

What is in the file is mapped and read like any array. Its pages are the system's to
take back, and :func:`release` lets go of them at once: what was read once lies in no
memory of this process any more.
"""

from __future__ import annotations

import mmap
import weakref
from tempfile import TemporaryFile
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from analyzer.errors import ConfigError

SPILL_ROWS = 1 << 20
"""Rows up to which a column stays in memory; a quarter is what is looked at at once."""

_GROWTH = 1.3

Array = npt.NDArray[Any]


class _FilePages(mmap.mmap):
    """A mapped file; the pages of other mappings are all there is, and must stay."""


def is_long(rows: int) -> bool:
    """Whether so many rows are more than may be in memory at once."""
    return rows > SPILL_ROWS


def part_rows() -> int:
    """Rows of a long column to be looked at at once."""
    return max(SPILL_ROWS // 4, 1)


class Column:
    """One column. Arrays handed out stay as long as they are, whatever is added."""

    def __init__(self, kind: npt.DTypeLike) -> None:
        """Start empty, for values of a type."""
        self._kind: np.dtype[Any] = np.dtype(kind)
        self._count = 0
        # Pages of its own go back to the system when it moves. Small arrays, made for
        # each window among what windows need for a moment, would scatter the memory.
        self._memory: Array = np.zeros(0, self._kind)
        self._file: IO[bytes] | None = None
        self._mapped: Array | None = None
        self._may_spill = True

    def __len__(self) -> int:
        """Number of values."""
        return self._count

    def append(self, values: Array) -> None:
        """Add values at the end.

        Raises:
            ConfigError: there is no room on the disk.
        """
        self.put(self._count, values)

    def put(self, at: int, values: Array) -> None:
        """Write values at a place, which may be behind the end; gaps are undefined.

        Raises:
            ConfigError: there is no room on the disk.
        """
        end = at + len(values)
        if self._file is None and is_long(end) and self._may_spill:
            self._spill()
        if self._file is None:
            self._reserve(end)
            self._memory[at:end] = values
        else:
            self._write(at, values)
        self._count = max(self._count, end)

    def taken(self, rows: Array) -> Column:
        """A column of some of the values, so few that they may be in memory."""
        found = Column(self._kind)
        found._reserve(len(rows))
        self.array().take(rows, out=found._memory[: len(rows)], mode="clip")
        found._count = len(rows)
        return found

    def array(self) -> Array:
        """All values; writing to it changes the column."""
        if self._file is None:
            return self._memory[: self._count]
        if self._mapped is None or len(self._mapped) < self._count:
            self._file.flush()
            size = self._count * self._kind.itemsize
            pages = _FilePages(self._file.fileno(), size)
            self._mapped = np.frombuffer(pages, self._kind)
        return self._mapped

    def _reserve(self, rows: int) -> None:
        if rows <= len(self._memory):
            return
        # Pages that are not written to cost nothing, so as a rule none is ever copied.
        room = max(rows, int(len(self._memory) * _GROWTH), SPILL_ROWS)
        memory = _own_pages(room, self._kind)
        memory[: self._count] = self._memory[: self._count]
        self._memory = memory

    def _spill(self) -> None:
        try:
            # It goes when nothing maps it any more.
            self._file = TemporaryFile(prefix="pgproof-")  # noqa: SIM115
        except OSError:
            # Nowhere to write to: then it stays in memory.
            self._may_spill = False
            return
        weakref.finalize(self, self._file.close)
        self._write(0, self._memory[: self._count])
        self._memory = np.zeros(0, self._kind)

    def _write(self, at: int, values: Array) -> None:
        file = self._file
        if file is None:
            raise ValueError("this column is in memory")
        try:
            file.seek(at * self._kind.itemsize)
            file.write(np.ascontiguousarray(values, self._kind).data)
        except OSError as error:
            raise ConfigError(
                f"cannot write to a temporary file: {error.strerror}",
                detail="A log of more than a million executions takes some 250 bytes "
                "for each of them on the disk while it is read.",
                hint="Make room, or set TMPDIR to a folder on a disk that has it.",
            ) from error


def release(*arrays: Array) -> None:
    """Let go of the pages of arrays that are in files; they can be read again."""
    for array in arrays:
        base: object = array
        while isinstance(base, np.ndarray | memoryview):
            base = base.base if isinstance(base, np.ndarray) else base.obj
        if isinstance(base, _FilePages):
            base.madvise(mmap.MADV_DONTNEED)


def _own_pages(rows: int, kind: np.dtype[Any]) -> Array:
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    return np.frombuffer(mmap.mmap(-1, max(rows, 1) * kind.itemsize, flags), kind)
