"""Durations to sketches that can be added, and back to percentiles with a known error.

The buckets are those of DDSketch (Masson, Rim, Lee: DDSketch, VLDB 2019, section 2):
bucket ``k`` holds durations above γ^(k-1) and up to γ^k milliseconds, and stands for
2·γ^k/(γ+1), which is at most ``ERROR_RATIO`` off each of them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt

from analyzer.domain.durations import SLOT, DurationSketch, SketchedSpan
from analyzer.domain.execution_columns import as_datetime, as_microseconds

ERROR_RATIO = 0.01
_GAMMA = (1 + ERROR_RATIO) / (1 - ERROR_RATIO)
_LOG_GAMMA = math.log(_GAMMA)
_SLOT_US = as_microseconds(as_datetime(0) + SLOT)

ZERO_BUCKET = -2_000
"""Holds what is too short to be told from nothing; PostgreSQL logs whole µs."""
_MIN_MS = 1e-6
_MAX_MS = 1e12


def sketch_of(durations_ms: npt.ArrayLike) -> DurationSketch:
    """Durations, in any order, as one sketch.

    Args:
        durations_ms: at least one; infinite ones count as the longest there can be.

    >>> sketch_of([1.0, 1.0, 250.0]).counts
    (2, 1)
    """
    values = np.clip(np.asarray(durations_ms, np.float64), 0.0, _MAX_MS)
    long_enough = np.maximum(values, _MIN_MS)
    numbers = np.ceil(np.log(long_enough) / _LOG_GAMMA).astype(np.int64)
    numbers[values <= _MIN_MS] = ZERO_BUCKET
    buckets, counts = np.unique(numbers, return_counts=True)
    return DurationSketch(
        buckets=tuple(buckets.tolist()),
        counts=tuple(counts.tolist()),
        total_ms=math.fsum(values.tolist()),
        min_ms=float(values.min()),
        max_ms=float(values.max()),
    )


def sketches_by_slot(
    logged_at: Sequence[datetime], durations_ms: Sequence[float]
) -> tuple[SketchedSpan, ...]:
    """One sketch for each slot of ``SLOT`` in which something was logged, in order.

    Args:
        logged_at: aware times.
        durations_ms: of the same length.
    """
    if not logged_at:
        return ()
    slots = np.array([as_microseconds(at) // _SLOT_US for at in logged_at], np.int64)
    durations = np.asarray(durations_ms, np.float64)
    order = np.argsort(slots, kind="stable")
    starts, first = np.unique(slots[order], return_index=True)
    parts = np.split(durations[order], first[1:])
    return tuple(
        SketchedSpan(
            started_at=as_datetime(int(start) * _SLOT_US), sketch=sketch_of(part)
        )
        for start, part in zip(starts.tolist(), parts, strict=True)
    )


def merged(sketches: Iterable[DurationSketch]) -> DurationSketch | None:
    """The sketch of all durations together; none of none.

    >>> both = merged([sketch_of([1.0]), sketch_of([1.0, 9.0])])
    >>> both.counts, both.total_ms
    ((2, 1), 11.0)
    """
    parts = tuple(sketches)
    if not parts:
        return None
    counted: Counter[int] = Counter()
    for part in parts:
        counted.update(dict(zip(part.buckets, part.counts, strict=True)))
    return DurationSketch(
        buckets=tuple(sorted(counted)),
        counts=tuple(counted[bucket] for bucket in sorted(counted)),
        total_ms=math.fsum(part.total_ms for part in parts),
        min_ms=min(part.min_ms for part in parts),
        max_ms=max(part.max_ms for part in parts),
    )


def value_at(sketch: DurationSketch, rank: int) -> float:
    """About the ``rank``-th smallest duration, milliseconds; off by ``ERROR_RATIO``.

    Args:
        sketch: what was counted.
        rank: 1 for the smallest, up to the number of durations.

    Raises:
        ValueError: there is no such rank.
    """
    bucket = bucket_at(sketch, rank)
    about = 0.0 if bucket == ZERO_BUCKET else 2 * _GAMMA**bucket / (_GAMMA + 1)
    return min(max(about, sketch.min_ms), sketch.max_ms)


def bounds_ms(bucket: int) -> tuple[float, float]:
    """What a bucket's durations are above, and what they are at most."""
    if bucket == ZERO_BUCKET:
        return 0.0, _MIN_MS
    return _GAMMA ** (bucket - 1), _GAMMA**bucket


def bucket_at(sketch: DurationSketch, rank: int) -> int:
    """The bucket of the ``rank``-th smallest duration.

    Raises:
        ValueError: there is no such rank.
    """
    if rank < 1:
        raise ValueError("ranks begin at 1")
    seen = 0
    for bucket, count in zip(sketch.buckets, sketch.counts, strict=True):
        seen += count
        if seen >= rank:
            return bucket
    raise ValueError(f"rank {rank} of {seen} durations")
