"""Run the command line in this process, as the shell would see it."""

from __future__ import annotations

import contextlib
import io
import sys
from dataclasses import dataclass
from unittest import mock

from analyzer.cli.main import main

INTERRUPTIBLE = ("env", "--default-signal=INT")
"""Before a command that is to be interrupted: jobs in the background ignore SIGINT, and
so do their children."""


@dataclass(frozen=True)
class Outcome:
    exit_code: int
    out: str
    err: str


def run_cli(*arguments: str) -> Outcome:
    """Run ``pgproof`` with these arguments."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with (
        mock.patch.object(sys, "argv", ["pgproof", *arguments]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code
    return Outcome(
        int(code) if isinstance(code, int) else 1, out.getvalue(), err.getvalue()
    )
