"""The pgproof command: its group, and how errors become exit codes."""

from __future__ import annotations

import os
import sys
import traceback

import click

from analyzer import __version__
from analyzer.cli.demo import demo
from analyzer.cli.doctor import doctor
from analyzer.cli.equivalent import equivalent
from analyzer.cli.explain import explain
from analyzer.cli.logs import logs
from analyzer.cli.rewrite import rewrite
from analyzer.cli.scan import scan
from analyzer.cli.snapshot import snapshot
from analyzer.cli.targets import targets
from analyzer.cli.up import up
from analyzer.cli.users import users
from analyzer.cli.verify import verify_command
from analyzer.errors import AnalyzerError
from analyzer.pipeline.service_log import configure_logging

EXIT_CODES = """\b
Exit codes:
  0  nothing found, or the command has no findings
  1  recommendations found (--fail-on sets the bar)
  2  the request cannot be understood
  3  refused: it could change something, or a setting forbids it
  4  the watched server could not answer
  5  a log or snapshot file cannot be read
  6  the store could not answer
"""


_HELP = {"help_option_names": ["-h", "--help"]}


@click.group(epilog=EXIT_CODES, context_settings=_HELP)
@click.version_option(__version__, prog_name="pgproof")
def cli() -> None:
    """Find what makes a PostgreSQL database slow, and prove what helps."""


for command in (
    scan,
    explain,
    rewrite,
    equivalent,
    logs,
    doctor,
    demo,
    up,
    targets,
    users,
    snapshot,
    verify_command,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line; end with the exit code of the error tree."""
    # Standard output is for results; a command that runs long says more by itself.
    configure_logging("pgproof", "warning")
    try:
        code = cli.main(standalone_mode=False)
    except AnalyzerError as error:
        _print_error(error)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output, such as head, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        _print_bug(error)
        sys.exit(AnalyzerError.exit_code)
    sys.exit(code if isinstance(code, int) else 0)


def _print_error(error: AnalyzerError) -> None:
    click.echo(f"ERROR:  {error.message}", err=True)
    if error.detail:
        click.echo(f"DETAIL:  {error.detail}", err=True)
    if error.hint:
        click.echo(f"HINT:  {error.hint}", err=True)


def _print_bug(error: Exception) -> None:
    if os.environ.get("PGPROOF_DEBUG"):
        traceback.print_exc()
        return
    frame = traceback.extract_tb(error.__traceback__)[-1]
    click.echo(f"ERROR:  internal error: {type(error).__name__}", err=True)
    click.echo(f"DETAIL:  in {frame.name}, {frame.filename}:{frame.lineno}.", err=True)
    click.echo(
        "HINT:  This is a bug. Run again with PGPROOF_DEBUG=1 and report the trace.",
        err=True,
    )
