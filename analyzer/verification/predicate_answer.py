"""What a prover says of two queries that differ in conditions only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PredicateAnswer:
    """What z3 says.

    Attributes:
        is_proved: they are equivalent.
        witness: if they are not, values by table and column of rows that may show it.
    """

    is_proved: bool
    witness: tuple[tuple[int, Mapping[str, str | None]], ...] = ()
