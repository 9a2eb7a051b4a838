"""The pgproof command: its group, and how errors become exit codes."""

from __future__ import annotations

import errno
import gc
import os
import sys
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module

import click

from analyzer import __version__
from analyzer.errors import AnalyzerError, ConfigError

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


COMMANDS = {
    "scan": "analyzer.cli.scan:scan",
    "explain": "analyzer.cli.explain:explain",
    "indexes": "analyzer.cli.indexes:indexes",
    "rewrite": "analyzer.cli.rewrite:rewrite",
    "equivalent": "analyzer.cli.equivalent:equivalent",
    "logs": "analyzer.cli.logs:logs",
    "doctor": "analyzer.cli.doctor:doctor",
    "demo": "analyzer.cli.demo:demo",
    "up": "analyzer.cli.up:up",
    "targets": "analyzer.cli.targets:targets",
    "users": "analyzer.cli.users:users",
    "snapshot": "analyzer.cli.snapshot:snapshot",
    "verify": "analyzer.cli.verify:verify_command",
}
"""Where each command is; only the one that is asked for is loaded."""

_LOG_NOTHING = frozenset({"logs"})
"""Commands that need not load the library of the service's own log."""

_LEAVES_AT_ONCE = frozenset({"logs"})
"""What has nothing open at its end, and so many objects that to take them apart one by
one takes a tenth of its time."""


class _Loaded(MutableMapping[str, click.Command]):
    """The commands by name, each imported when it is looked up first."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = dict(places)
        self._commands: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._commands:
            module, _, attribute = self._places[name].partition(":")
            self._commands[name] = getattr(import_module(module), attribute)
            if name not in _LOG_NOTHING:
                _quiet_logging()
        return self._commands[name]

    def loaded(self) -> frozenset[str]:
        """The names that were looked up."""
        return frozenset(self._commands)

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._places.setdefault(name, "")
        self._commands[name] = command

    def __delitem__(self, name: str) -> None:
        del self._places[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


_COMMANDS = _Loaded(COMMANDS)


@click.group(commands=_COMMANDS, epilog=EXIT_CODES, context_settings=_HELP)
@click.version_option(__version__, prog_name="pgproof")
def cli() -> None:
    """Find what makes a PostgreSQL database slow, and prove what helps."""


_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""What a full or broken disk answers, behind standard output too."""

_MANY_OBJECTS = 100_000
"""A command makes hardly any cycles; looking for them took a tenth of its time."""


def main() -> None:
    """Run the command line; end with the exit code of the error tree."""
    gc.set_threshold(_MANY_OBJECTS, 20, 100)
    # numpy's library of linear algebra would start a thread for each processor.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        code = cli.main(standalone_mode=False)
        sys.stdout.flush()
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
        _drop_output()
        sys.exit(0)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            _drop_output()
            _print_error(ConfigError("cannot write", detail=f"{error.strerror}."))
            sys.exit(ConfigError.exit_code)
        _print_bug(error)
        sys.exit(AnalyzerError.exit_code)
    sys.exit(code if isinstance(code, int) else 0)


def run() -> None:
    """Run the command line as a process of its own."""
    try:
        main()
    except SystemExit as end:
        if _COMMANDS.loaded() == _LEAVES_AT_ONCE and isinstance(end.code, int):
            sys.stderr.flush()
            os._exit(end.code)
        raise


def _drop_output() -> None:
    """Let what is still to be printed go nowhere, or the end would fail once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _quiet_logging() -> None:
    """Log warnings only, on standard error: standard output is for results."""
    service_log = import_module("analyzer.pipeline.service_log")
    service_log.configure_logging("pgproof", "warning")


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
