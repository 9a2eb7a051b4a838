"""Read PostgreSQL's log files in any of the three formats, several in time order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from operator import attrgetter
from pathlib import Path

from analyzer.domain.execution import LogContents, LogCoverage
from analyzer.domain.ports import Progress
from analyzer.errors import LogFormatError
from analyzer.logs.classify import Classifier
from analyzer.logs.csvlog import read_csvlog
from analyzer.logs.entry import LogEntry
from analyzer.logs.jsonlog import read_jsonlog
from analyzer.logs.line_prefix import LinePrefix, line_prefix
from analyzer.logs.recognize import LogFormat, Recognized, recognize
from analyzer.logs.stderr import StderrOptions, StderrReader
from analyzer.logs.tally import Tally
from analyzer.logs.timestamps import Clock
from analyzer.logs.wrapping import Layers
from analyzer.sources.log_bytes import LogFile
from analyzer.statements.fingerprint import fingerprint

MAX_NOT_UNDERSTOOD_RATIO = 0.5
"""Beyond this share of the lines the file, or its prefix, is taken to be another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOptions:
    """How to read logs.

    Attributes:
        line_prefix: log_line_prefix of plain logs; none means it is found out.
        log_timezone: the server's setting, for abbreviations that name no offset.
        progress: told of the share of the bytes read.
        names: what messages call a path, if not by itself.
    """

    line_prefix: str | None = None
    log_timezone: str = ""
    progress: Progress | None = None
    names: Mapping[Path, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    file: LogFile
    recognized: Recognized
    layers: Layers
    started_at: datetime


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
    classifier = Classifier(fingerprint)
    total = sum(file.size_bytes for file in files) or 1
    seen = _Seen()
    coverage = []
    before = 0
    for source in sources:
        source.file.progress = partial(
            _report, options.progress, before / total, source.file.size_bytes / total
        )
        begin = len(classifier.executions)
        coverage.append(_read(source, options, classifier))
        seen.check(source, classifier.executions[begin:])
        before += source.file.size_bytes
    unattached = classifier.plans_unattached_count
    classifier.finish()
    coverage[-1:] = [
        replace(
            item,
            plans_unattached_count=item.plans_unattached_count
            + classifier.plans_unattached_count
            - unattached,
        )
        for item in coverage[-1:]
    ]
    by_time = attrgetter("logged_at")
    return LogContents(
        executions=tuple(sorted(classifier.executions, key=by_time)),
        lock_waits=tuple(sorted(classifier.lock_waits, key=by_time)),
        events=tuple(sorted(classifier.events, key=by_time)),
        coverage=tuple(coverage),
    )


def _distinct(paths: Sequence[Path]) -> list[Path]:
    return list({path.absolute().resolve(): path for path in paths}.values())


def _report(
    progress: Progress | None, start_ratio: float, share_ratio: float, done_ratio: float
) -> None:
    if progress is not None:
        progress("reading logs", start_ratio + share_ratio * done_ratio)


def _recognize(file: LogFile, options: LogOptions) -> _Source:
    fallback_time = datetime.fromtimestamp(file.modified_at_s, UTC)
    layers = Layers(file.sample(), fallback_time)
    sample = layers.sample
    given = None if options.line_prefix is None else line_prefix(options.line_prefix)
    recognized = recognize(sample, given)
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
    if recognized.prefix is None:
        raise LogFormatError("a plain log needs a prefix")
    options = StderrOptions(
        prefix=recognized.prefix,
        fallback=recognized.fallback,
        tabs_stripped=recognized.tabs_stripped,
        assumed_time=recognized.assumed_time,
    )
    return StderrReader(options, clock, tally).read(blocks)


def _read(source: _Source, options: LogOptions, classifier: Classifier) -> LogCoverage:
    file, recognized = source.file, source.recognized
    clock, tally = Clock(options.log_timezone), Tally()
    unattached = classifier.plans_unattached_count
    entry_count = 0
    take: Callable[[LogEntry], None] = classifier.take
    blocks = source.layers.unwrap(file.blocks(crlf=recognized.crlf))
    for entry in _entries(recognized, blocks, clock, tally):
        take(entry)
        entry_count += 1
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


class _Seen:
    """Notices when one format repeats what another has told already."""

    def __init__(self) -> None:
        self._by_format: dict[LogFormat, set[tuple[object, ...]]] = {}

    def check(self, source: _Source, executions: Sequence[object]) -> None:
        mine = source.recognized.format
        keys = {
            (item.process_id, item.duration_ms, item.query)  # type: ignore[attr-defined]
            for item in executions
        }
        for other, known in self._by_format.items():
            if other is not mine and len(keys & known) * 2 > len(keys) >= 5:
                raise LogFormatError(
                    f'log "{source.file.name}" repeats another file in {mine.value} '
                    "format",
                    detail=f"More than half of its {len(keys):,} executions are in the "
                    f"{other.value} file as well.",
                    hint="Pass only one of the formats, or all would count twice.",
                )
        self._by_format.setdefault(mine, set()).update(keys)
