"""Progress on standard error: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)


class ProgressPrinter:
    """A ``domain.ports.Progress`` that shows each stage as it begins."""

    _stage_width = 46

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._is_terminal = sys.stderr.isatty()
        self._last_stage = ""
        self._bar = Progress(
            TextColumn(f"{{task.description:<{self._stage_width}}}"),
            BarColumn(),
            *self._columns(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("starting", total=self._total())

    def _columns(self) -> tuple[ProgressColumn, ...]:
        return (TimeElapsedColumn(),)

    def _total(self) -> float:
        """What a ratio of 1 stands for on the bar."""
        return 1.0

    def __enter__(self) -> Self:
        if self._is_terminal and not self._quiet:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._is_terminal and not self._quiet:
            self._bar.stop()

    def __call__(self, stage: str, done_ratio: float) -> None:
        """Show the stage and the share done, 0 to 1."""
        if self._quiet:
            return
        if self._is_terminal:
            done = done_ratio * self._total()
            self._bar.update(self._task, description=stage, completed=done)
        elif stage != self._last_stage:
            click.echo(f"[{done_ratio:4.0%}] {stage}", err=True)
        self._last_stage = stage


class BytesPrinter(ProgressPrinter):
    """The same for files: the bar shows bytes and their rate."""

    _stage_width = 12

    def __init__(self, size_bytes: int, *, quiet: bool = False) -> None:
        self._size_bytes = size_bytes
        super().__init__(quiet=quiet)

    def _columns(self) -> tuple[ProgressColumn, ...]:
        return (DownloadColumn(), TransferSpeedColumn(), TimeElapsedColumn())

    def _total(self) -> float:
        return float(self._size_bytes)
