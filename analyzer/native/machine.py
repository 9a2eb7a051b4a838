"""Compiled kernels and their memory; the only user of wasmtime."""

from __future__ import annotations

import atexit
import ctypes
from collections.abc import Sequence

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
        # At the end, while the library that frees them is still there.
        atexit.register(engine.close)
        atexit.register(self._store.close)
        module = wasmtime.Module(engine, module_text(kernels))
        self._exports = wasmtime.Instance(self._store, module, []).exports(self._store)
        memory = self._exports["memory"]
        if not isinstance(memory, wasmtime.Memory):
            raise TypeError("a module has no memory")
        self._memory = memory

    def memory(self, size_bytes: int) -> Bytes:
        """The memory, of at least a size; until it is asked for again."""
        missing = size_bytes - self._memory.data_len(self._store)
        if missing > 0:
            self._memory.grow(self._store, -(-missing // _PAGE_BYTES))
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
