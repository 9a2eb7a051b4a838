"""Compiled kernels and their memory; the only user of wasmtime."""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Mapping, Sequence
from contextvars import ContextVar

import numpy as np
import numpy.typing as npt
import wasmtime

from analyzer.native.translate import Kernel, module_text

Bytes = npt.NDArray[np.uint8]

_PAGE_BYTES = 1 << 16


class Machine:
    """Some kernels, ready to be called, with a memory of their own.

    They can reach nothing but that memory, whatever bytes they are given.
    """

    def __init__(self, kernels: Sequence[Kernel]) -> None:
        """Compile kernels that know each other."""
        config = wasmtime.Config()
        # Its threads would not survive a fork.
        config.parallel_compilation = False
        engine = wasmtime.Engine(config)
        self._store = wasmtime.Store(engine)
        # At the end at the latest, while the library that frees them is still there.
        weakref.finalize(self, _closed, self._store, engine)
        module = wasmtime.Module(engine, module_text(kernels))
        self._exports = wasmtime.Instance(self._store, module, []).exports(self._store)
        memory = self._exports["memory"]
        if not isinstance(memory, wasmtime.Memory):
            raise TypeError("a module has no memory")
        self._memory = memory
        # Kernels never let it grow, so it moves only when it is made larger here.
        self._view = self._viewed()

    def memory(self, size_bytes: int) -> Bytes:
        """The memory, of at least a size; until it is asked for again."""
        missing = size_bytes - len(self._view)
        if missing > 0:
            self._memory.grow(self._store, -(-missing // _PAGE_BYTES))
            self._view = self._viewed()
        return self._view

    def _viewed(self) -> Bytes:
        pointer = ctypes.cast(
            self._memory.data_ptr(self._store), ctypes.POINTER(ctypes.c_uint8)
        )
        size = self._memory.data_len(self._store)
        found: Bytes = np.ctypeslib.as_array(pointer, (size,))
        return found

    def call(self, name: str, *arguments: int) -> int:
        """Call a kernel.

        Raises:
            wasmtime.Trap: it reached beyond its memory.
        """
        kernel = self._exports[name]
        if not isinstance(kernel, wasmtime.Func):
            raise TypeError(f"{name} is no kernel")
        return int(kernel(self._store, *arguments) or 0)


def _closed(store: wasmtime.Store, engine: wasmtime.Engine) -> None:
    store.close()
    engine.close()


_machines: ContextVar[Mapping[tuple[Kernel, ...], Machine]] = ContextVar("machines")


def machine_of(kernels: tuple[Kernel, ...]) -> Machine:
    """The machine of some kernels, compiled once for each thread.

    A call gives up Python's lock, so no two threads may share a memory.
    """
    known = _machines.get({})
    found = known.get(kernels)
    if found is None:
        found = Machine(kernels)
        _machines.set({**known, kernels: found})
    return found
