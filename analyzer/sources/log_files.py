"""Read PostgreSQL's log files in any of the three formats, several in time order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from itertools import combinations
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from analyzer.domain.execution import LogContents, LogCoverage
from analyzer.domain.execution_columns import ExecutionColumns
from analyzer.domain.log_report import LogFilter
from analyzer.domain.pages import Column
from analyzer.domain.ports import Progress
from analyzer.errors import LogFormatError
from analyzer.logs.csvlog import read_csvlog
from analyzer.logs.entry import LogEntry
from analyzer.logs.execution_sink import ExecutionSink
from analyzer.logs.joiner import Joiner
from analyzer.logs.jsonlog import read_jsonlog
from analyzer.logs.line_prefix import LinePrefix, line_prefix
from analyzer.logs.pgbouncer import read_pgbouncer
from analyzer.logs.readers import stderr_options, window_reader, windows_of
from analyzer.logs.recognize import LogFormat, Recognized, recognize
from analyzer.logs.slices import Words, pair_keys
from analyzer.logs.stderr import StderrReader
from analyzer.logs.tally import Tally
from analyzer.logs.text_book import TextBook
from analyzer.logs.timestamps import Clock
from analyzer.logs.window import Window, span_of
from analyzer.logs.wrapping import Layers
from analyzer.sources.log_bytes import WINDOW_BYTES, LogFile
from analyzer.sources.memory import freed_memory_kept
from analyzer.statements.fingerprint import fingerprint

if TYPE_CHECKING:
    from analyzer.sources.log_workers import LogWorkers

MAX_COMPARED = 1 << 20
"""Executions by which files are compared: of more it is a share of them."""

MAX_NOT_UNDERSTOOD_RATIO = 0.5
"""Beyond this share of the lines the file, or its prefix, is taken to be another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOptions:
    """How to read logs.

    Attributes:
        line_prefix: log_line_prefix of plain logs; none means it is found out.
        server_prefix: the server's log_line_prefix of today, taken for a log that it
            explains; none if it is not known.
        log_timezone: the server's setting, for abbreviations that name no offset.
        progress: told of the share of the bytes read.
        names: what messages call a path, if not by itself.
        wanted: which executions count; events and lock waits are all kept.
        keep_texts: keep text and parameters of every execution, not only of the
            slowest ones.
        jobs: processes that read; the answer is the same for any number.
    """

    line_prefix: str | None = None
    server_prefix: str | None = None
    log_timezone: str = ""
    progress: Progress | None = None
    names: Mapping[Path, str] = field(default_factory=dict)
    wanted: LogFilter = field(default_factory=LogFilter)
    keep_texts: bool = True
    jobs: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    file: LogFile
    recognized: Recognized
    layers: Layers
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What all files of one call have in common."""

    options: LogOptions
    book: TextBook
    joiner: Joiner
    workers: LogWorkers | None


def read_log_files(
    paths: Sequence[Path], options: LogOptions | None = None
) -> LogContents:
    """Read log files of one server, the oldest first whatever their order here.

    Args:
        paths: plain, gz, bz2 or xz files in stderr, csvlog or jsonlog format.
        options: see :class:`LogOptions`.

    Returns:
        Executions, lock waits and events in time order, and for each file how much of
        it was understood. Up to half of the lines may be unknown; the share is told.

    Raises:
        LogFormatError: a file cannot be read, is empty or binary, is no log, has a
            prefix that was not recognized, or repeats another file in another format.
        ConfigError: ``log_timezone`` names no time zone.
    """
    options = options or LogOptions()
    files = [LogFile(path, options.names.get(path, "")) for path in _distinct(paths)]
    sources = [_recognize(file, options) for file in files]
    sources.sort(key=attrgetter("started_at"))
    book = TextBook(fingerprint)
    sink = ExecutionSink(book, options.wanted, keep_texts=options.keep_texts)
    joiner = Joiner(book, sink)
    total = sum(file.size_bytes for file in files) or 1
    coverage: list[LogCoverage] = []
    ends: list[int] = []
    before = 0
    # What windows needed for a moment lies among what is kept.
    with ExitStack() as stack:
        stack.enter_context(freed_memory_kept())
        workers = _workers(sources, options, total)
        if workers is not None:
            stack.enter_context(workers)
        reading = _Reading(options=options, book=book, joiner=joiner, workers=workers)
        for number, source in enumerate(sources):
            share = source.file.size_bytes / total
            source.file.progress = partial(
                _report, options.progress, before / total, share
            )
            coverage.append(_read(source, number, reading))
            ends.append(joiner.position)
            before += source.file.size_bytes
        classifier = joiner.classifier
        unattached = classifier.plans_unattached_count
        joiner.finish()
    coverage[-1:] = [
        replace(
            item,
            plans_unattached_count=item.plans_unattached_count
            + classifier.plans_unattached_count
            - unattached,
        )
        for item in coverage[-1:]
    ]
    columns = sink.columns()
    _refuse_repeats(sources, columns, ends)
    by_time = attrgetter("logged_at")
    return LogContents(
        executions=columns,
        lock_waits=tuple(sorted(classifier.lock_waits, key=by_time)),
        events=joiner.events.columns(),
        coverage=tuple(coverage),
    )


def _workers(
    sources: Sequence[_Source], options: LogOptions, total_bytes: int
) -> LogWorkers | None:
    if options.jobs < 2 or total_bytes < WINDOW_BYTES // 4:
        return None
    # One process needs nothing of what starts others.
    starting = import_module("analyzer.sources.log_workers")
    files = [source.recognized for source in sources]
    made: LogWorkers | None = starting.log_workers(
        files, options.log_timezone, options.jobs
    )
    return made


def _distinct(paths: Sequence[Path]) -> list[Path]:
    return list({path.absolute().resolve(): path for path in paths}.values())


def _report(
    progress: Progress | None, start_ratio: float, share_ratio: float, done_ratio: float
) -> None:
    if progress is not None:
        progress("reading logs", start_ratio + share_ratio * done_ratio)


def _recognize(file: LogFile, options: LogOptions) -> _Source:
    fallback_time = datetime.fromtimestamp(file.modified_at_s, UTC)
    given = None if options.line_prefix is None else line_prefix(options.line_prefix)
    setting = line_prefix(options.server_prefix) if options.server_prefix else None
    layers = Layers(file.sample(), fallback_time, given)
    sample = layers.sample
    recognized = recognize(sample, layers.prefix(given), layers.prefix(setting))
    if recognized is None:
        raise _not_recognized(file, sample, given)
    recognized = replace(recognized, assumed_time=fallback_time)
    entries = _entries(recognized, iter([sample]), Clock(options.log_timezone), Tally())
    first = next(entries, None)
    started_at = fallback_time if first is None else first.origin.logged_at
    return _Source(
        file=file, recognized=recognized, layers=layers, started_at=started_at
    )


def _not_recognized(
    file: LogFile, sample: Sequence[str], given: LinePrefix | None
) -> LogFormatError:
    tally = Tally()
    tally.not_understood(next((line for line in sample if line.strip()), ""))
    what = "log_line_prefix does not fit" if given else "is not a PostgreSQL log"
    return LogFormatError(
        f"{file.name}:1: {'the ' if given else 'this '}{what}",
        detail=f"100% of the first {len(sample)} lines were not understood; the first "
        f"is: {tally.examples[0]}",
        hint="Pass the server's log_line_prefix (SHOW log_line_prefix) with --prefix."
        if given is None
        else f'The prefix given is "{given.text}"; leave it out to have it found.',
    )


def _entries(
    recognized: Recognized,
    blocks: Iterator[Sequence[str]],
    clock: Clock,
    tally: Tally,
) -> Iterator[LogEntry]:
    if recognized.format is LogFormat.CSV:
        return read_csvlog(blocks, clock, tally)
    if recognized.format is LogFormat.JSON:
        return read_jsonlog(blocks, clock, tally)
    if recognized.format is LogFormat.PGBOUNCER:
        return read_pgbouncer(blocks, clock, tally)
    return StderrReader(stderr_options(recognized), clock, tally).read(blocks)


def _windows(
    source: _Source, number: int, reading: _Reading, counts: tuple[Clock, Tally]
) -> Iterator[Window]:
    file, recognized = source.file, source.recognized
    clock, tally = counts
    reader = window_reader(recognized, clock, tally, reading.book)
    if reader is None:
        unwrap = source.layers.unwrap
        blocks = file.unwrapped_blocks(unwrap, crlf=recognized.crlf)
        yield from windows_of(_entries(recognized, blocks, clock, tally))
        return
    if source.layers:
        datas = file.unwrapped_windows(
            source.layers.unwrap, reader.cut, crlf=recognized.crlf
        )
    else:
        datas = file.windows(reader.cut, crlf=recognized.crlf)
    if reading.workers is not None:
        yield from reading.workers.windows(number, datas, clock, tally)
        return
    for data in datas:
        yield reader.read(data)


def _read(source: _Source, number: int, reading: _Reading) -> LogCoverage:
    file, recognized = source.file, source.recognized
    clock, tally = Clock(reading.options.log_timezone), Tally()
    joiner = reading.joiner
    classifier = joiner.classifier
    unattached = classifier.plans_unattached_count
    entry_count = 0
    moments_us: list[int] = []
    for window in _windows(source, number, reading, (clock, tally)):
        joiner.take(window)
        entry_count += window.message_count
        moments_us += window.moments_us()
    coverage = LogCoverage(
        file=file.name,
        format=recognized.format.value,
        line_count=tally.line_count,
        bytes_read=file.bytes_read,
        not_understood_count=tally.not_understood_count,
        examples=tally.examples,
        truncated_tail=tally.truncated_tail or file.ends_in_middle,
        plans_unattached_count=classifier.plans_unattached_count - unattached,
        line_prefix=recognized.prefix.shown if recognized.prefix else "",
        unknown_zones=tuple(sorted(clock.unknown_zones)),
        message_count=entry_count,
        span=span_of(moments_us),
    )
    too_little = coverage.not_understood_ratio > MAX_NOT_UNDERSTOOD_RATIO
    if too_little or not entry_count:
        raise _too_little(coverage, tally)
    return coverage


def _too_little(coverage: LogCoverage, tally: Tally) -> LogFormatError:
    first = coverage.examples[0] if coverage.examples else ""
    hint = "Pass one of stderr, csvlog or jsonlog as the server wrote it."
    if coverage.format == LogFormat.STDERR.value:
        hint = (
            f'The lines were read with the prefix "{coverage.line_prefix}". Pass the '
            "server's log_line_prefix (SHOW log_line_prefix) with --prefix."
        )
    return LogFormatError(
        f"{coverage.file}:{tally.first_not_understood_line}: "
        f"{coverage.not_understood_ratio:.0%} of the lines were not understood",
        detail=f"{coverage.not_understood_count:,} of {coverage.line_count:,} lines; "
        f"the first is: {first}",
        hint=hint,
    )


def _refuse_repeats(
    sources: Sequence[_Source], columns: ExecutionColumns, ends: Sequence[int]
) -> None:
    """Notice when one file repeats what another has told already.

    Raises:
        LogFormatError: more than half of the executions of a file are in another too.
    """
    if len(sources) < 2:
        return
    spans = _spans(columns, ends)
    for earlier, number in combinations(range(len(sources)), 2):
        one, other = sources[number], sources[earlier]
        is_same = one.recognized.format is other.recognized.format
        # Another format may show other times. Those of one show when files are apart.
        if is_same and not _overlap(spans[number], spans[earlier]):
            continue
        known, others = (
            _run_keys(columns, range(*bounds), timed=is_same)
            for bounds in (_bounds(ends, number), _bounds(ends, earlier))
        )
        known = np.unique(known)
        if np.isin(known, others).sum() * 2 > len(known) >= 5:
            raise _repeated(one, other, len(known))


def _bounds(ends: Sequence[int], number: int) -> tuple[int, int]:
    """Positions between which the executions of a file are."""
    return (ends[number - 1] if number else 0), ends[number]


_Span = tuple[int, int] | None


def _spans(columns: ExecutionColumns, ends: Sequence[int]) -> Sequence[_Span]:
    """Times of the first and the last execution of each file, if it has any."""
    found: list[_Span] = [None] * len(ends)
    for part in columns.windows():
        file_of = np.searchsorted(ends, part.position, "right")
        for number in range(len(ends)):
            times_us = part.logged_at_us[file_of == number]
            if len(times_us):
                # In time order, so what was first stays first.
                known = found[number] or (int(times_us[0]), 0)
                found[number] = known[0], int(times_us[-1])
    return found


def _overlap(one: _Span, other: _Span) -> bool:
    """Whether some times lie between others."""
    if one is None or other is None:
        return False
    return one[0] <= other[1] and other[0] <= one[1]


def _run_keys(columns: ExecutionColumns, positions: range, *, timed: bool) -> Words:
    """Numbers that tell the executions at some positions apart, or of a part of them.

    Of very many it is those of the same share in every file, chosen by their hash.
    """
    step = 1 + len(columns) // MAX_COMPARED
    process = np.array(columns.origins.process_id, np.int64)
    found = Column(np.uint64)
    for part in columns.windows():
        rows = (part.position >= positions.start) & (part.position < positions.stop)
        of = part.origin[rows]
        keys = pair_keys(process[of], part.duration_ms[rows].view(np.int64))
        keys = pair_keys(keys.view(np.int64), part.statement[rows].astype(np.int64))
        if timed:
            keys = pair_keys(keys.view(np.int64), part.logged_at_us[rows])
        found.append(keys[(keys >> np.uint64(40)) % np.uint64(step) == 0])
    return found.array()


def _repeated(one: _Source, other: _Source, count: int) -> LogFormatError:
    if one.recognized.format is other.recognized.format:
        return LogFormatError(
            f'log "{one.file.name}" repeats log "{other.file.name}"',
            detail=f"More than half of its {count:,} executions are in both.",
            hint="Pass each log once; a compressed copy is one as well.",
        )
    return LogFormatError(
        f'log "{one.file.name}" repeats another file in '
        f"{one.recognized.format.value} format",
        detail=f"More than half of its {count:,} executions are in the "
        f"{other.recognized.format.value} file as well.",
        hint="Pass only one of the formats, or all would count twice.",
    )
