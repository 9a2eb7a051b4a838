"""What a measurement stands on: a session that can be before or after the change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from analyzer.domain.measurement import Ground, Likeness
from analyzer.domain.workload import NotSeen
from analyzer.postgres.connect import Connection


class Bench(Protocol):
    """A place to measure on, as it is before the change and after it."""

    @property
    def connection(self) -> Connection:
        """The session that measures; it is in a transaction while entered."""

    @property
    def ground(self) -> Ground:
        """What kind of place it is."""

    @property
    def runs_per_entry(self) -> int:
        """Runs to do each time a side is entered, 1 where entering costs little."""

    @property
    def facts(self) -> BenchFacts:
        """What was built, and what is known of the data."""

    def entered(
        self, *, after: bool, writes: bool = False
    ) -> AbstractContextManager[None]:
        """Be on one side; everything is rolled back at the end.

        Args:
            after: with the change, or without it.
            writes: whether the statement to be run may write.
        """

    def cool(self) -> bool:
        """Take the pages out of memory; False where that cannot be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchFacts:
    """What a bench knows of itself; sizes in bytes by DDL, time in milliseconds."""

    index_bytes: Mapping[str, int] = field(default_factory=dict)
    build_ms: float = 0.0
    likeness: Likeness | None = None
    row_counts: Mapping[str, int] = field(default_factory=dict)
    not_seen: Sequence[NotSeen] = ()
