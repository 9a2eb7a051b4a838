"""The planner's cost constants and memory limits, as numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_UNITS = {"B": 1, "kB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(B|kB|MB|GB|TB)?")
_BLOCK_BYTES = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class CostSettings:
    """Defaults are PostgreSQL's own (manual, "Query Planning")."""

    seq_page_cost: float = 1.0
    random_page_cost: float = 4.0
    cpu_tuple_cost: float = 0.01
    cpu_index_tuple_cost: float = 0.005
    cpu_operator_cost: float = 0.0025
    work_mem_bytes: float = 4 << 20
    hash_mem_bytes: float = 8 << 20
    effective_cache_bytes: float = 4 << 30

    @classmethod
    def read(cls, settings: Mapping[str, str]) -> CostSettings:
        """From values as current_setting() prints them; what cannot be read is default.

        >>> CostSettings.read({"work_mem": "64MB"}).hash_mem_bytes / 2**20
        128.0
        """
        default = cls()

        def cost(name: str, otherwise: float) -> float:
            # Costs divide each other, so none may be zero.
            return max(_number(settings.get(name), otherwise), 1e-6)

        work_mem = size_bytes(settings.get("work_mem", ""), 1 << 10)
        work_mem = work_mem or default.work_mem_bytes
        cache = size_bytes(settings.get("effective_cache_size", ""), _BLOCK_BYTES)
        return cls(
            seq_page_cost=cost("seq_page_cost", default.seq_page_cost),
            random_page_cost=cost("random_page_cost", default.random_page_cost),
            cpu_tuple_cost=cost("cpu_tuple_cost", default.cpu_tuple_cost),
            cpu_index_tuple_cost=cost(
                "cpu_index_tuple_cost", default.cpu_index_tuple_cost
            ),
            cpu_operator_cost=cost("cpu_operator_cost", default.cpu_operator_cost),
            work_mem_bytes=work_mem,
            hash_mem_bytes=work_mem * cost("hash_mem_multiplier", 2.0),
            effective_cache_bytes=cache or default.effective_cache_bytes,
        )


def _number(text: str | None, default: float) -> float:
    try:
        return float(text) if text else default
    except ValueError:
        return default


def size_bytes(text: str, unit_bytes: int) -> float | None:
    """A size as PostgreSQL prints it; a bare number counts in ``unit_bytes``.

    >>> size_bytes("64MB", 1024), size_bytes("16", 8192), size_bytes("on", 1)
    (67108864.0, 131072.0, None)
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        return None
    return float(match[1]) * (_UNITS[match[2]] if match[2] else unit_bytes)
