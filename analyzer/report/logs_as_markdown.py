"""A log's report for a ticket, as GitHub reads Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.log_report import LogReport
from analyzer.report.as_markdown import escaped
from analyzer.report.logs_as_rows import DEFAULT_TOP, Rows, summary_lines, tables


def log_report(report: LogReport, top: int = DEFAULT_TOP) -> str:
    """A report as Markdown: a summary, then a table for each subject that has rows.

    Args:
        report: what to show.
        top: rows of each table.
    """
    return "\n".join(_lines(report, top)).rstrip()


def _lines(report: LogReport, top: int) -> Iterator[str]:
    yield "## pgproof: logs"
    yield ""
    for line in summary_lines(report):
        yield f"- {escaped(line.strip())}"
    for rows in tables(report, top):
        yield ""
        yield from _table(rows)


def _table(rows: Rows) -> Iterator[str]:
    yield f"### {escaped(rows.title)}"
    yield ""
    yield f"| {' | '.join(rows.columns)} |"
    yield "|" + "--:|" * (len(rows.columns) - 1) + "---|"
    for row in rows.rows:
        yield f"| {' | '.join(escaped(cell) for cell in row)} |"
    if rows.left_out:
        yield ""
        yield f"… and {rows.left_out:,} more"
