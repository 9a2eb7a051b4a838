"""A log's report for people at a terminal."""

from __future__ import annotations

import io

from rich.console import Console
from rich.table import Table
from rich.text import Text

from analyzer.domain.log_report import LogReport
from analyzer.report.logs_as_rows import DEFAULT_TOP, Rows, summary_lines, tables

MIN_WIDTH = 80


def log_report(report: LogReport, top: int = DEFAULT_TOP, width: int = 120) -> str:
    """A report as text: a summary, then a table for each subject that has rows.

    Args:
        report: what to show.
        top: rows of each table.
        width: of the terminal, in characters.
    """
    out = io.StringIO()
    console = Console(
        file=out,
        width=max(width, MIN_WIDTH),
        no_color=True,
        highlight=False,
        emoji=False,
        markup=False,
    )
    for line in summary_lines(report):
        console.print(Text(line))
    for rows in tables(report, top):
        console.print()
        console.print(Text(rows.title))
        console.print(_table(rows))
        if rows.left_out:
            console.print(Text(f"  … and {rows.left_out:,} more (--top)"))
    lines = (line.rstrip() for line in out.getvalue().splitlines())
    return "\n".join(lines).rstrip()


def _table(rows: Rows) -> Table:
    table = Table(box=None, padding=(0, 1), expand=True)
    for name in rows.columns[:-1]:
        table.add_column(name, justify="right", overflow="fold")
    table.add_column(rows.columns[-1], ratio=1, overflow="fold")
    for row in rows.rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
