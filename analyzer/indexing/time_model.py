"""What a plan is worth in milliseconds, by constants of one machine.

A cost orders the plans of one statement for the planner; it says little about time. The
planner of the watched server will choose the plan, so pgproof asks for that plan and
then values it: each kind of work (:mod:`analyzer.indexing.plan_work`) has a time on the
machine, measured or assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from analyzer.domain.plan import Plan
from analyzer.domain.recommendation import Basis
from analyzer.indexing.known_rows import NOTHING_KNOWN, KnownRows, with_known_rows
from analyzer.indexing.plan_work import NodeWork, Work, plan_work
from analyzer.indexing.surroundings import Surroundings

ASSUMED_US: Mapping[str, float] = {
    "seq_pages": 0.105,
    "seq_tuples": 0.0368,
    "scan_operators": 0.0098,
    "like_bytes": 0.0019,
    "ilike_bytes": 0.014,
    "regex_bytes": 0.0077,
    "searches": 0.72,
    "far_searches": 1.1,
    "index_tuples": 0.0503,
    "near_fetches": 0.0446,
    "far_fetches": 0.956,
    "bitmap_pages": 1.14,
    "bitmap_tuples": 0.0524,
    "hashed_rows": 0.493,
    "hash_probes": 0.0388,
    "hash_misses": 0.157,
    "sort_comparisons": 0.0108,
    "text_comparisons": 0.0664,
    "numeric_operators": 0.0361,
    "aggregate_operators": 0.0069,
    "groups": 0.144,
    "joined_rows": 0.0284,
    "compared_pairs": 0.0239,
    "passed_rows": 0.0118,
    "temp_pages": 5,
    "sequential_reads": 20,
    "random_reads": 100,
}
"""Microseconds, by ``benchmarks/time_constants.py`` (processor time, PostgreSQL 18);
the last three, pages that leave memory, are of a common solid-state disk. Those of
patterns and of searches were measured on a busy machine, and lowered by as much as
plain operators and scattered fetches took more there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeConstants:
    """What each kind of work takes, warm: pages are in memory.

    Attributes:
        us_per_part: microseconds for one unit of each part of ``PARTS``.
        parallel_speedup: how many times faster several processes are, at most.
        basis: measured, estimated or assumed.
        source: what the constants stand on, for the user.
    """

    us_per_part: Mapping[str, float] = field(default_factory=lambda: ASSUMED_US)
    parallel_speedup: float = 1.8
    basis: Basis = Basis.ASSUMED
    source: str = "constants of a 2026 server with the data in memory, not of yours"


ASSUMED = TimeConstants()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeModel:
    """Values plans of one database."""

    around: Surroundings
    constants: TimeConstants = ASSUMED

    def predicted_ms(self, plan: Plan, known: KnownRows = NOTHING_KNOWN) -> float:
        """Time of one execution with the data in memory, in milliseconds.

        Args:
            plan: to be valued.
            known: rows that the statement was seen to have.
        """
        nodes = plan_work(with_known_rows(plan, known), self.around)
        work = summed(nodes, self.constants.parallel_speedup)
        return time_us(work, self.constants.us_per_part) / 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What is known of one statement's time, to which predictions of it are tied.

    A prediction of another plan of the statement is ``scale`` times the model's, plus
    ``offset_ms`` of work that the planner's estimates of rows hide from the model: the
    rows of a statement are what they are, whatever indexes there are.
    """

    scale: float = 1.0
    offset_ms: float = 0.0

    def predicted_ms(self, model_ms: float) -> float:
        """The statement's time with a plan that the model values at ``model_ms``."""
        return self.scale * model_ms + self.offset_ms


def anchor(
    model: TimeModel,
    planned: Plan,
    *,
    mean_ms: float,
    measured: Plan | None = None,
    known: KnownRows = NOTHING_KNOWN,
) -> Anchor:
    """Tie predictions of a statement to its time as it is.

    Args:
        model: of the database.
        planned: the plan as it is, with the planner's estimates.
        mean_ms: mean time of the statement, measured.
        measured: the same plan run, which tells how far its estimates are off.
        known: rows that other plans of the statement are valued by.
    """
    estimated_ms = model.predicted_ms(planned, known)
    if mean_ms > estimated_ms and not model.around.counts_all(planned):
        # What it does beside reading is the same whatever indexes there are.
        return Anchor(offset_ms=mean_ms - estimated_ms)
    known_ms = model.predicted_ms(measured) if measured else estimated_ms
    if known_ms <= 0 or estimated_ms <= 0 or mean_ms <= 0:
        return Anchor()
    scale = mean_ms / known_ms
    if known_ms >= estimated_ms:
        return Anchor(scale=scale, offset_ms=scale * (known_ms - estimated_ms))
    return Anchor(scale=mean_ms / estimated_ms)


def summed(nodes: tuple[NodeWork, ...], parallel_speedup: float) -> Work:
    """The work of a plan as one process would wait for it."""
    work: Work = {}
    for item in nodes:
        shared = min(item.parallel_processes, max(parallel_speedup, 1.0))
        for part, amount in item.work.items():
            work[part] = work.get(part, 0.0) + amount / shared
    return work


def time_us(work: Work, us_per_part: Mapping[str, float]) -> float:
    """Microseconds of some work."""
    return sum(amount * us_per_part.get(part, 0.0) for part, amount in work.items())
