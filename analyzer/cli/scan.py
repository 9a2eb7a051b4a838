"""pgproof scan: one scan of a database, or of files from one, without a service."""

from __future__ import annotations

from pathlib import Path

import click

from analyzer.cli.output import FORMATS, Bar, exit_code, render, write
from analyzer.cli.progress import ProgressPrinter
from analyzer.cli.where import resolve_target
from analyzer.domain.target import Permissions
from analyzer.errors import UserError
from analyzer.pipeline.collect import ScanRequest
from analyzer.pipeline.scan import run_scan

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("target", required=False, metavar="[DSN|TARGET]")
@click.option(
    "--logs", multiple=True, type=_FILE, help="A log file; may be given many times."
)
@click.option("--snapshot", type=_FILE, help="Plan from this file, without a server.")
@click.option("--prefix", help="log_line_prefix, if it cannot be found out.")
@click.option(
    "--log-timezone", default="", help="log_timezone, if zone names are ambiguous."
)
@click.option(
    "--explain-analyze", is_flag=True, help="Allow guarded SELECTs to run for real."
)
@click.option("--clone", is_flag=True, help="The database is a copy nobody uses.")
@click.option("--hypopg", is_flag=True, help="Plan on the target by HypoPG.")
@click.option(
    "--min-counter-age",
    default="7d",
    show_default=True,
    help="How old counters must be before an index may be called unused.",
)
@click.option(
    "--verify",
    default=0,
    type=click.IntRange(0, 100),
    metavar="N",
    help="Measure the first N recommendations on rows made from the statistics.",
)
@click.option("--format", "fmt", type=click.Choice(FORMATS), default="table")
@click.option("--output", "-o", type=_FILE, help="Write to a file.")
@click.option("--fail-on", type=Bar(), default="any", help="Bar for exit code 1.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def scan(**options: object) -> int:
    """Scan a database once and print recommendations.

    DSN is postgresql://USER@HOST:PORT/DATABASE or key=value pairs; TARGET is the name
    of a registered target. Without either, --snapshot and --logs stand for it.
    """
    request = _request(options)
    with ProgressPrinter(quiet=bool(options["quiet"])) as progress:
        result = run_scan(request, progress)
    output = options["output"]
    text = render(result, str(options["fmt"]))
    write(text, output if isinstance(output, Path) else None)
    fail_on = options["fail_on"]
    return exit_code(result, fail_on if isinstance(fail_on, float) else 0.0)


def _request(options: dict[str, object]) -> ScanRequest:
    name = options["target"]
    if not (name or options["snapshot"] or options["logs"]):
        raise UserError(
            "nothing to scan",
            hint="Give a DSN, a target's name, or --snapshot FILE and --logs FILE.",
        )
    address, permissions = resolve_target(str(name)) if name else (None, Permissions())
    if options["explain_analyze"] or options["clone"] or options["hypopg"]:
        permissions = Permissions(
            explain_analyze=bool(options["explain_analyze"]),
            hypopg=bool(options["hypopg"]),
            is_clone=bool(options["clone"]),
        )
    logs = options["logs"]
    snapshot = options["snapshot"]
    prefix = options["prefix"]
    return ScanRequest(
        address=address,
        permissions=permissions,
        log_paths=tuple(logs) if isinstance(logs, tuple) else (),
        snapshot_path=snapshot if isinstance(snapshot, Path) else None,
        line_prefix=prefix if isinstance(prefix, str) else None,
        log_timezone=str(options["log_timezone"]),
        min_counter_age_s=_seconds(str(options["min_counter_age"])),
        verify_count=int(str(options["verify"])),
    )


def _seconds(text: str) -> float:
    """A duration with a unit, in seconds.

    >>> _seconds("7d"), _seconds("90s"), _seconds("0")
    (604800.0, 90.0, 0.0)
    """
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    number, unit = (text[:-1], text[-1]) if text[-1:] in units else (text, "s")
    try:
        return float(number) * units[unit]
    except ValueError:
        raise UserError(
            f'"{text}" is not a duration', hint="Write for example 90s, 30m, 12h or 7d."
        ) from None
