"""The machine that measures, and how busy it is."""

from __future__ import annotations

import os
import platform
from functools import cache
from pathlib import Path

from analyzer.domain.measurement import Machine

_CPU_INFO = Path("/proc/cpuinfo")


@cache
def machine() -> Machine:
    """This machine, as far as it tells."""
    return Machine(
        system=f"{platform.system()} {platform.release()}",
        processor=_processor(),
        processor_count=os.cpu_count() or 1,
        memory_bytes=_memory_bytes(),
    )


def load_average() -> float | None:
    """Processes that ran or waited to run, averaged over the last minute."""
    try:
        return os.getloadavg()[0]
    except OSError:
        return None


def _processor() -> str:
    try:
        lines = _CPU_INFO.read_text(errors="replace").splitlines()
    except OSError:
        return platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if "model name" in line)
    return next(names, platform.machine())


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return 0
