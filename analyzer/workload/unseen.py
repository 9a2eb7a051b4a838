"""What counters and logs could not tell, in words."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.execution import LogContents, LogCoverage
from analyzer.domain.snapshot import SnapshotDelta
from analyzer.domain.workload import NotSeen

TOLD_FROM_RATIO = 0.01
"""Share of the lines of a log that may be unknown without a word."""

_RAISE_MAX = "Raise pg_stat_statements.max, so that fewer entries are evicted."


def not_seen_of_delta(delta: SnapshotDelta | None) -> Iterator[NotSeen]:
    """Evictions, resets and unknown starts."""
    if delta is None:
        return
    if delta.evicted_count:
        yield NotSeen(
            what="statements that pg_stat_statements has evicted",
            why=f"it evicted its least used entries {delta.evicted_count:,} times",
            hint=_RAISE_MAX,
        )
    elif delta.evicted_count is None and delta.lost_keys:
        yield NotSeen(
            what=f"{len(delta.lost_keys):,} statements of the last reading",
            why="they were evicted or reset since",
            hint=_RAISE_MAX,
        )
    if delta.reset_between:
        yield NotSeen(
            what="what ran before the reset of pg_stat_statements",
            why="the counters were reset within the window",
        )
    if delta.unknown_start_count:
        yield NotSeen(
            what=f"what {delta.unknown_start_count:,} statements added",
            why="they are older than the last reading, which did not show them",
            hint="The next scan has both readings.",
        )
    if delta.started_at == delta.ended_at:
        yield NotSeen(
            what="since when the counters run",
            why="this version of pg_stat_statements does not say",
            hint="The next scan takes the difference to this one.",
        )


def not_seen_of_logs(logs: LogContents | None) -> Iterator[NotSeen]:
    """Lines not understood, cut ends, and time zones that were guessed."""
    for item in logs.coverage if logs else ():
        yield from _of_file(item)


def _of_file(item: LogCoverage) -> Iterator[NotSeen]:
    if item.not_understood_ratio > TOLD_FROM_RATIO:
        yield NotSeen(
            what=f"{item.not_understood_count:,} lines of {item.file}, "
            f"{item.not_understood_ratio:.1%} of them",
            why="they were not understood; the first is: "
            + (item.examples[0] if item.examples else ""),
            hint="Pass the server's log_line_prefix with --prefix.",
        )
    if item.truncated_tail:
        yield NotSeen(what=f"the end of {item.file}", why="its last record is cut off")
    if item.unknown_zones:
        yield NotSeen(
            what=f"the time zone {', '.join(item.unknown_zones)} in {item.file}",
            why="the abbreviation names no offset, so its times were taken as UTC",
            hint="Pass the server's log_timezone.",
        )
