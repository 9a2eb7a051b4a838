"""A log's report as one file to mail: everything pgBadger's report tells, and more.

No script and no network; see ``html_page``.
"""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from analyzer.domain.log_findings import LogFinding
from analyzer.domain.log_report import LogReport
from analyzer.report.html_page import (
    Column,
    Section,
    badge,
    bullets,
    code_block,
    details,
    heading,
    joined,
    notice,
    page,
    paragraph,
    table,
    tiles,
)
from analyzer.report.logs_as_rows import DEFAULT_TOP, summary_lines
from analyzer.report.logs_html_server import (
    activity,
    bouncer,
    checkpoints,
    connections,
    maintenance,
    transactions,
)
from analyzer.report.logs_html_statements import (
    events,
    locks,
    queries,
    temp_files,
    top_statements,
)
from analyzer.report.plain import amount, number

_FILE_COLUMNS = (
    Column(title="file"),
    Column(title="format"),
    Column(title="read", kind="number"),
    Column(title="lines", kind="number"),
    Column(title="messages", kind="number"),
    Column(title="not understood", kind="number"),
)
_EVIDENCE = (Column(title="evidence"), Column(title="value", kind="number"))


def log_report(report: LogReport, top: int = DEFAULT_TOP) -> str:
    """The whole file.

    Args:
        report: what to show.
        top: rows of each table.
    """
    return page("pgproof: logs", _sections(report, top), lead=_lead(report))


def _lead(report: LogReport) -> list[str]:
    return [line for line in summary_lines(report)[:2]]


def _sections(report: LogReport, top: int) -> Iterator[Section]:
    yield Section(title="Overview", body=_overview(report))
    yield Section(
        title="Findings",
        body=_findings(report, top),
        note=f"{len(report.findings):,}",
    )
    yield Section(title="Over time", body=activity(report))
    yield Section(title="Statements", body=top_statements(report, top))
    yield Section(title="Queries by origin and type", body=queries(report, top))
    yield Section(title="Locks", body=locks(report, top))
    yield Section(title="Temporary files", body=temp_files(report, top))
    yield Section(title="Transactions", body=transactions(report, top))
    yield Section(title="Connections and sessions", body=connections(report, top))
    yield Section(title="PgBouncer", body=bouncer(report, top))
    yield Section(title="Checkpoints", body=checkpoints(report, top))
    yield Section(title="Vacuum and analyze", body=maintenance(report, top))
    yield Section(title="Events and errors", body=events(report, top))
    yield Section(title="Files read", body=_files(report))


def _overview(report: LogReport) -> Markup:
    errors = sum(group.count for group in report.errors)
    waited_ms = sum(wait.waited_ms for wait in report.locks)
    sessions = report.connections
    return tiles(
        (
            ("executions", f"{report.execution_count:,}"),
            ("distinct statements", f"{len(report.statements):,}"),
            ("total time", amount(report.total_ms / 1000, "s")),
            ("errors", f"{errors:,}"),
            ("cancelled", f"{sum(group.count for group in report.canceled):,}"),
            ("lock waits", f"{len(report.locks):,}"),
            ("waited for locks", amount(waited_ms / 1000, "s")),
            ("deadlocks", f"{len(report.deadlocks):,}"),
            ("temporary files", f"{report.temp_files.count:,}"),
            ("written to them", amount(report.temp_files.bytes, "bytes")),
            ("connections", f"{sessions.received_count:,}"),
            ("sessions at once", f"{sessions.peak_session_count:,}"),
            ("checkpoints", f"{len(report.checkpoints.completed):,}"),
            ("findings", f"{len(report.findings):,}"),
        )
    )


def _findings(report: LogReport, top: int) -> Markup:
    if not report.findings:
        return notice("Nothing in this log calls for a change.", "good")
    shown = joined(_finding(item, report) for item in report.findings[:top])
    rest = len(report.findings) - top
    return shown + (paragraph(f"… and {rest:,} more") if rest > 0 else Markup(""))


def _finding(item: LogFinding, report: LogReport) -> Markup:
    pieces = [
        heading(item.title),
        badge(item.kind.replace("_", " "), "warn"),
        paragraph(item.instruction),
    ]
    if item.fingerprint:
        text = report.texts.get(item.fingerprint) or item.fingerprint
        pieces.append(code_block(text))
    if item.parent:
        text = report.texts.get(item.parent) or item.parent
        pieces.append(details("The statement before, or that held", code_block(text)))
    if item.query:
        pieces += [paragraph("Instead:"), code_block(item.query)]
    rows = [
        (one.claim, amount(one.quantity.value, one.quantity.unit))
        for one in item.evidence
    ]
    pieces.append(table(_EVIDENCE, rows))
    pieces += _orders(item)
    if item.caveats:
        pieces.append(details("What could make this wrong", bullets(item.caveats)))
    return joined(pieces)


def _orders(item: LogFinding) -> Iterator[Markup]:
    """Both sides of a deadlock, each with its statements in order."""
    orders = item.facts.get("orders")
    if isinstance(orders, list):
        for at, order in enumerate(orders):
            yield paragraph(f"Transaction {at + 1}, in its order:")
            yield code_block(";\n".join(str(query) for query in order))


def _files(report: LogReport) -> Markup:
    shown = table(
        _FILE_COLUMNS,
        [
            (
                item.file,
                item.format,
                amount(item.bytes_read, "bytes"),
                f"{item.line_count:,}",
                f"{item.message_count:,}",
                f"{item.not_understood_count:,} "
                f"({number(100 * item.not_understood_ratio)}%)",
            )
            for item in report.files
        ],
    )
    examples = [line for item in report.files for line in item.examples]
    return shown + (
        details("Lines not understood", bullets(examples)) if examples else Markup("")
    )
