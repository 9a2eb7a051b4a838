"""pgproof logs: what log files tell by themselves, without a server."""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, tzinfo
from importlib import import_module
from pathlib import Path

import click

from analyzer.cli.progress import BytesPrinter
from analyzer.cli.write import FORMATS, write
from analyzer.domain.log_report import LogFilter, LogReport
from analyzer.domain.time_zone import zone_named
from analyzer.errors import ConfigError
from analyzer.pipeline.logs import (
    LogRequest,
    follow_logs,
    read_logs,
    refuse_too_little,
    resume_logs,
)
from analyzer.report import logs_as_json
from analyzer.report.json_text import document_text
from analyzer.report.log_times import in_zone
from analyzer.report.logs_as_rows import DEFAULT_TOP

_FILE = click.Path(path_type=Path)
STANDARD_INPUT = "-"
_MODULES = {"table": "text", "markdown": "markdown", "html": "html"}
_TRACE_ID = re.compile(r"[0-9a-f]{32}")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


class Moment(click.ParamType[datetime]):
    """The value of --since and --until: a date or a time, with an offset or without."""

    name = "time"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> datetime:
        """The moment, without a zone where none is given."""
        if isinstance(value, datetime):
            return value
        try:
            return datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no time; write 2026-11-23T14:05:00Z", param, ctx)


class TimeZone(click.ParamType[tzinfo]):
    """The value of --timezone."""

    name = "zone"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tzinfo:
        """The zone."""
        if isinstance(value, tzinfo):
            return value
        return zone_named(str(value), "Name one of the IANA, such as Europe/Berlin.")


class Percent(click.ParamType[float]):
    """The value of --max-not-understood."""

    name = "percent"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """The share, 0 to 1."""
        if isinstance(value, float):
            return value
        try:
            ratio = float(str(value).removesuffix("%")) / 100
        except ValueError:
            ratio = -1.0
        if not 0 <= ratio <= 1:
            self.fail(f"{value!r} is no percentage", param, ctx)
        return ratio


class TraceId(click.ParamType[str]):
    """The value of --trace."""

    name = "id"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """The 32 digits, in lower case."""
        text = str(value).strip().lower()
        found = _TRACEPARENT.fullmatch(text)
        trace_id = found[1] if found else text
        if text and not _TRACE_ID.fullmatch(trace_id):
            self.fail(f"{value!r} is no trace id of 32 hexadecimal digits", param, ctx)
        return trace_id


@click.command()
@click.argument("files", nargs=-1, required=True, type=_FILE, metavar="FILE…")
@click.option("--prefix", help="log_line_prefix, if it cannot be found out.")
@click.option(
    "--log-timezone", default="", help="log_timezone, if zone names are ambiguous."
)
@click.option(
    "--timezone",
    type=TimeZone(),
    help="Zone of the times that are shown, and of those given without an offset; that "
    "of this machine, unless given. JSON has UTC.",
)
@click.option("--since", type=Moment(), help="Only lines from this time on.")
@click.option("--until", type=Moment(), help="Only lines before this time.")
@click.option("--database", default="", help="Only of this database.")
@click.option("--user", default="", help="Only of this user.")
@click.option("--application", default="", help="Only of this application_name.")
@click.option(
    "--trace",
    "trace_id",
    type=TraceId(),
    default="",
    help="Only statements of this trace: its id, or a whole traceparent.",
)
@click.option(
    "--top",
    type=click.IntRange(min=1),
    help=f"Rows of each table; {DEFAULT_TOP}, in JSON all, unless given.",
)
@click.option(
    "--jobs",
    "-j",
    type=click.IntRange(min=1, max=64),
    default=1,
    show_default=True,
    help="Processes that read; the answer is the same for any number.",
)
@click.option(
    "--resume",
    type=_FILE,
    metavar="STATE",
    help="Read only what was written since the last run with this file, which is made "
    "and kept up to date.",
)
@click.option("--follow", is_flag=True, help="Go on as the files grow; Ctrl-C ends it.")
@click.option(
    "--interval",
    type=click.FloatRange(min=0.05),
    default=10.0,
    show_default=True,
    help="Seconds between two reports of --follow, if there is more.",
)
@click.option(
    "--show-parameters",
    is_flag=True,
    help="Show constants and bound values: as confidential as the data.",
)
@click.option(
    "--max-not-understood",
    type=Percent(),
    default="1%",
    show_default=True,
    help="Exit with 5 if more of the lines of a file were not understood.",
)
@click.option("--format", "fmt", type=click.Choice((*FORMATS, "html")), default="table")
@click.option("--output", "-o", type=_FILE, help="Write to a file.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def logs(files: Sequence[Path], **options: object) -> int:
    """Read log files of one server: statements, events, locks, temp files, errors.

    The format of each FILE is found out: stderr with any log_line_prefix, csvlog or
    jsonlog, plain or compressed by gzip, zstd, xz, bzip2 or lz4. A FILE - is standard
    input.
    """
    if options["follow"]:
        return _follow(files, options)
    if isinstance(options["resume"], Path):
        return _resume(files, options["resume"], options)
    with _with_standard_input(files) as (paths, names):
        request = _request(paths, names, options)
        with BytesPrinter(_size_bytes(paths), quiet=bool(options["quiet"])) as progress:
            report = read_logs(request, progress)
    _write(report, options)
    _check(report, options)
    return 0


def _follow(files: Sequence[Path], options: dict[str, object]) -> int:
    if STANDARD_INPUT in map(str, files) or options["output"] is not None:
        raise click.UsageError("--follow reads files and writes to standard output")
    if options["resume"] is not None:
        raise click.UsageError("--follow and --resume exclude each other")

    def show(report: LogReport) -> None:
        # One line for each document, so that a program can read them one by one.
        click.echo(_render(report, options))

    with suppress(KeyboardInterrupt):
        request = _request(files, {}, options)
        follow_logs(request, float(str(options["interval"])), show)
    return 0


def _resume(files: Sequence[Path], state_path: Path, options: dict[str, object]) -> int:
    if STANDARD_INPUT in map(str, files):
        raise click.UsageError("--resume reads files, not standard input")

    def show(report: LogReport) -> None:
        _write(report, options)
        _check(report, options)

    resume_logs(_request(files, {}, options), state_path, show)
    return 0


def _write(report: LogReport, options: dict[str, object]) -> None:
    output = options["output"]
    write(_render(report, options), output if isinstance(output, Path) else None)


def _check(report: LogReport, options: dict[str, object]) -> None:
    ratio = options["max_not_understood"]
    refuse_too_little(report, ratio if isinstance(ratio, float) else 0.0)


def _request(
    paths: Sequence[Path], names: dict[Path, str], options: dict[str, object]
) -> LogRequest:
    prefix = options["prefix"]
    return LogRequest(
        paths=paths,
        names=names,
        line_prefix=prefix if isinstance(prefix, str) else None,
        log_timezone=str(options["log_timezone"]),
        wanted=LogFilter(
            since=_aware(options["since"], options),
            until=_aware(options["until"], options),
            database=str(options["database"]),
            user=str(options["user"]),
            application=str(options["application"]),
            trace_id=str(options["trace_id"]),
        ),
        show_parameters=bool(options["show_parameters"]),
        jobs=int(str(options["jobs"])),
    )


def _zone(options: dict[str, object]) -> tzinfo | None:
    zone = options["timezone"]
    return zone if isinstance(zone, tzinfo) else None


def _aware(moment: object, options: dict[str, object]) -> datetime | None:
    if not isinstance(moment, datetime) or moment.tzinfo is not None:
        return moment if isinstance(moment, datetime) else None
    zone = _zone(options)
    return moment.replace(tzinfo=zone) if zone else moment.astimezone()


def _render(report: LogReport, options: dict[str, object]) -> str:
    top = options["top"]
    limit = top if isinstance(top, int) else None
    if options["fmt"] == "json":
        document = logs_as_json.log_report(report, limit)
        if options["follow"]:
            return json.dumps(document, ensure_ascii=False)
        return document_text(document)
    report = in_zone(report, _zone(options))
    # The others load much that JSON does not need.
    shown = import_module(f"analyzer.report.logs_as_{_MODULES[str(options['fmt'])]}")
    rows = limit or DEFAULT_TOP
    if options["fmt"] != "table":
        return str(shown.log_report(report, rows))
    width = shutil.get_terminal_size((120, 40)).columns
    return str(shown.log_report(report, rows, width))


@contextmanager
def _with_standard_input(
    files: Sequence[Path],
) -> Iterator[tuple[list[Path], dict[Path, str]]]:
    """The paths, with a copy of standard input in the place of ``-``."""
    if STANDARD_INPUT not in map(str, files):
        yield list(files), {}
        return
    with tempfile.NamedTemporaryFile(prefix="pgproof-log-") as copy:
        try:
            # A log is read twice: its first lines tell the format of all.
            shutil.copyfileobj(sys.stdin.buffer, copy)
            copy.flush()
        except OSError as error:
            raise ConfigError(
                "cannot keep a copy of standard input", detail=f"{error.strerror}."
            ) from error
        path = Path(copy.name)
        paths = [path if str(file) == STANDARD_INPUT else file for file in files]
        yield paths, {path: "standard input"}


def _size_bytes(paths: Sequence[Path]) -> int:
    """Bytes to read; what cannot be read is told later."""
    total = 0
    for path in paths:
        try:
            total += path.stat().st_size
        except OSError:
            continue
    return total
