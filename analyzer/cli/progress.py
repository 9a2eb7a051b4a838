"""Progress on standard error: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

if TYPE_CHECKING:
    from analyzer.cli.terminal_bar import TerminalBar


class ProgressPrinter:
    """A ``domain.ports.Progress`` that shows each stage as it begins."""

    def __init__(self, *, quiet: bool = False, size_bytes: int | None = None) -> None:
        """Take how much is to be read, if that is known; the bar then shows bytes."""
        self._quiet = quiet
        self._size_bytes = size_bytes
        self._last_stage = ""
        self._bar: TerminalBar | None = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty() and not self._quiet:
            # Only a terminal needs the library that draws.
            drawing = import_module("analyzer.cli.terminal_bar")
            self._bar = drawing.TerminalBar(self._size_bytes)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, stage: str, done_ratio: float) -> None:
        """Show the stage and the share done, 0 to 1."""
        if self._bar is not None:
            self._bar.show(stage, done_ratio)
        elif not self._quiet and stage != self._last_stage:
            click.echo(f"[{done_ratio:4.0%}] {stage}", err=True)
        self._last_stage = stage


class BytesPrinter(ProgressPrinter):
    """The same for files: the bar shows bytes and their rate."""

    def __init__(self, size_bytes: int, *, quiet: bool = False) -> None:
        super().__init__(quiet=quiet, size_bytes=size_bytes)
