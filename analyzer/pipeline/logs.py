"""One look at log files alone: no server, no store."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from analyzer.domain.execution import LogContents
from analyzer.domain.log_report import LogFilter, LogReport
from analyzer.domain.ports import Progress
from analyzer.errors import LogFormatError
from analyzer.sources.log_files import LogOptions, read_log_files
from analyzer.sources.log_follow import LogFollower
from analyzer.sources.log_positions import read_positions, write_positions
from analyzer.sources.memory import freed_memory_kept
from analyzer.workload.log_filter import filtered
from analyzer.workload.log_summary import log_report
from analyzer.workload.logged_statements import sample_of

_COLUMN_BYTES = 8 << 20
"""What a column takes that is looked at as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRequest:
    """Which logs to read, and how.

    Attributes:
        paths: of one server.
        names: what to call a path that is not the user's own, such as a copy of
            standard input.
        line_prefix: log_line_prefix of plain logs; none means it is found out.
        log_timezone: the server's setting.
        wanted: which part counts.
        show_parameters: whether texts may hold constants and bound values.
        jobs: processes that read.
    """

    paths: Sequence[Path]
    names: Mapping[Path, str] = field(default_factory=dict)
    line_prefix: str | None = None
    log_timezone: str = ""
    wanted: LogFilter = field(default_factory=LogFilter)
    show_parameters: bool = False
    jobs: int = 1


def read_logs(request: LogRequest, progress: Progress | None = None) -> LogReport:
    """Read logs and sum them up.

    Raises:
        LogFormatError: a file is no log that can be read.
        ConfigError: the time zone is not known.
    """
    contents = read_log_files(request.paths, _options(request, progress))
    report = _report(contents, request)
    if progress is not None:
        progress("done", 1.0)
    return report


def _report(contents: LogContents, request: LogRequest) -> LogReport:
    contents = filtered(contents, request.wanted)
    show = request.show_parameters
    # Arrays of all executions live for a moment, as those of a window did.
    with freed_memory_kept(_COLUMN_BYTES):
        report = log_report(contents, show_parameters=show)
    if not request.wanted.trace_id:
        return report
    found = [sample_of(item, show_parameters=show) for item in contents.executions]
    return replace(report, trace=tuple(found))


def resume_logs(
    request: LogRequest, state_path: Path, take: Callable[[LogReport], None]
) -> None:
    """Read what was written since the last time, each line once.

    How far each file was read is kept for the next time once the report was taken. A
    record that may still grow is left to it.

    Args:
        request: plain files that the server itself writes.
        state_path: where positions are kept; made if it does not exist.
        take: is given the report of what is new; if it raises, nothing counts as read.

    Raises:
        LogFormatError: a file is no log, or of a kind that cannot be read in parts.
        ConfigError: ``state_path`` is something else, or cannot be written.
    """
    positions = read_positions(state_path)
    follower = LogFollower(request.paths, _options(request, None), positions)
    try:
        follower.poll()
    finally:
        reached = follower.pause()
    take(_report(follower.contents(), request))
    write_positions(state_path, {**positions, **reached})


def follow_logs(
    request: LogRequest, interval_s: float, take: Callable[[LogReport], None]
) -> None:
    """Read logs as they grow, until somebody interrupts.

    Args:
        request: plain files that the server itself writes.
        interval_s: seconds between two looks at the files.
        take: is given the report of everything so far whenever there is more.

    Raises:
        LogFormatError: a file is no log, or of a kind that cannot be followed.
    """
    follower = LogFollower(request.paths, _options(request, None))
    try:
        while True:
            if follower.poll():
                take(_report(follower.contents(), request))
            time.sleep(interval_s)
    finally:
        follower.close()


def _options(request: LogRequest, progress: Progress | None) -> LogOptions:
    return LogOptions(
        line_prefix=request.line_prefix,
        log_timezone=request.log_timezone,
        progress=progress,
        names=request.names,
        wanted=request.wanted,
        keep_texts=False,
        jobs=request.jobs,
    )


def refuse_too_little(report: LogReport, max_ratio: float) -> None:
    """Fail if more of a file was not understood than is allowed.

    Args:
        report: of which files.
        max_ratio: share of the lines of one file, 0 to 1.

    Raises:
        LogFormatError: for the worst of the files.
    """
    worst = max(report.files, key=lambda file: file.not_understood_ratio)
    if worst.not_understood_ratio <= max_ratio:
        return
    example = f"; the first is: {worst.examples[0]}" if worst.examples else ""
    raise LogFormatError(
        f"{worst.file}: {worst.not_understood_ratio:.1%} of the lines were not "
        "understood",
        detail=f"{worst.not_understood_count:,} of {worst.line_count:,} lines{example}",
        hint="Pass the server's log_line_prefix with --prefix, or raise "
        "--max-not-understood.",
    )
