"""Memory that is free: kept while a log is read, then given back to the system."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Names of malloc.h."""

_KEPT_BYTES = 64 << 20


def keep_free_memory() -> None:
    """Let the allocator keep what is freed, where it can be asked (glibc).

    Arrays of a window live for a moment; new pages for each took a tenth of the time.
    """
    setting = _of_libc("mallopt")
    if setting is not None:
        for name in (_TRIM_THRESHOLD, _MMAP_THRESHOLD):
            setting(name, _KEPT_BYTES)


def give_back() -> None:
    """Let the system have what the allocator keeps, where it can be asked (glibc)."""
    trim = _of_libc("malloc_trim")
    if trim is not None:
        trim(0)


def _of_libc(name: str) -> Any:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
