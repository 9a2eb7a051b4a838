"""What counters and logs could not tell, in words."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.execution import LogContents, LogCoverage
from analyzer.domain.execution_columns import as_microseconds, columns_of
from analyzer.domain.snapshot import SnapshotDelta
from analyzer.domain.workload import NotSeen, Window

TOLD_FROM_RATIO = 0.01
"""Share of the lines of a log that may be unknown without a word."""

_SECOND_US = 1_000_000
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


def not_seen_at_the_edges(
    logs: LogContents | None, window: Window | None
) -> Iterator[NotSeen]:
    """Executions of which a log with whole seconds leaves open if a window has them.

    A line counts by the time that it shows, so neighbouring windows have each once.
    """
    if logs is None or window is None:
        return
    edges_us = [as_microseconds(at) for at in (window.started_at, window.ended_at)]
    counts = [0, 0]
    for part in columns_of(logs.executions).windows():
        if (part.logged_at_us % _SECOND_US).any():
            return
        for at, edge_us in enumerate(edges_us):
            shown_us = edge_us - edge_us % _SECOND_US
            if shown_us < edge_us:
                counts[at] += int((part.logged_at_us == shown_us).sum())
    if any(counts):
        yield NotSeen(
            what=f"on which side of the window's edges {sum(counts):,} executions are",
            why="the log shows whole seconds: "
            f"{counts[0]:,} of the second in which the window begins are left out, "
            f"{counts[1]:,} of that in which it ends are counted",
            hint="Log milliseconds: %m in place of %t in log_line_prefix.",
        )


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
