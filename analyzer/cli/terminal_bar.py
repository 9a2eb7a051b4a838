"""The progress bar of a terminal."""

from __future__ import annotations

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


class TerminalBar:
    """One line on standard error that is wiped away at the end."""

    def __init__(self, size_bytes: int | None) -> None:
        """Start to show; with a size the bar tells bytes and their rate."""
        columns: tuple[ProgressColumn, ...] = (TimeElapsedColumn(),)
        if size_bytes is not None:
            columns = (DownloadColumn(), TransferSpeedColumn(), *columns)
        self._total = 1.0 if size_bytes is None else float(size_bytes)
        width = 46 if size_bytes is None else 12
        self._bar = Progress(
            TextColumn(f"{{task.description:<{width}}}"),
            BarColumn(),
            *columns,
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("starting", total=self._total)
        self._bar.start()

    def show(self, stage: str, done_ratio: float) -> None:
        """Show the stage and the share done, 0 to 1."""
        done = done_ratio * self._total
        self._bar.update(self._task, description=stage, completed=done)

    def stop(self) -> None:
        """Wipe it away."""
        self._bar.stop()
