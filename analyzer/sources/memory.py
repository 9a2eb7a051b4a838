"""Memory that is freed: kept while a log is read, then given back to the system."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Names of malloc.h."""

_KEPT_BYTES, _USUAL_BYTES = 64 << 20, 1 << 20


@contextmanager
def freed_memory_kept(largest_bytes: int = _KEPT_BYTES) -> Iterator[None]:
    """Let the allocator keep what is freed in between, where it can be asked (glibc).

    Arrays of a window live for a moment; new pages for each took a tenth of the time.
    At the end all of it goes back to the system, and so does what is freed later.

    Args:
        largest_bytes: what is larger has pages of its own nevertheless.
    """
    _keep(_KEPT_BYTES, largest_bytes)
    try:
        yield
    finally:
        _keep(_USUAL_BYTES, _USUAL_BYTES)
        give_back = _of_libc("malloc_trim")
        if give_back is not None:
            give_back(0)


def _keep(kept_bytes: int, largest_bytes: int) -> None:
    setting = _of_libc("mallopt")
    if setting is not None:
        setting(_TRIM_THRESHOLD, kept_bytes)
        setting(_MMAP_THRESHOLD, largest_bytes)


def _of_libc(name: str) -> Any:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
