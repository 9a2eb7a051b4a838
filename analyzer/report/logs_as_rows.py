"""A log's report as tables of short cells, for both text and Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from analyzer.domain.log_findings import LOCK_HOT_SPOT, LogFinding
from analyzer.domain.log_report import (
    ErrorGroup,
    LoggedLockWait,
    LoggedStatement,
    LogReport,
)
from analyzer.domain.statement import Fingerprint
from analyzer.report.plain import amount, number, plain, shortened

QUERY_LENGTH = 160
DEFAULT_TOP = 20
_STATEMENT_COLUMNS = (
    *("share", "calls", "total ms", "mean", "p50", "p95", "p99", "max"),
    "statement",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One table: the last column is text that may wrap, the others are short.

    ``left_out`` of the rows were over the limit.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int = 0


def summary_lines(report: LogReport) -> list[str]:
    """The whole in a few lines: what was read and how much of it was understood."""
    lines = [
        f"{report.execution_count:,} executions of {len(report.statements):,} "
        f"statements, {amount(report.total_ms, 'ms')}"
    ]
    if report.first_seen_at and report.last_seen_at:
        lines.append(_span(report.first_seen_at, report.last_seen_at))
    for item in report.files:
        line = (
            f"{plain(item.file)}: {item.format}, {amount(item.bytes_read, 'bytes')}, "
            f"{item.line_count:,} lines, {item.message_count:,} messages, "
            f"{item.not_understood_count:,} lines not understood"
        )
        lines.append(line + (", cut off at the end" if item.truncated_tail else ""))
        if item.span and not report.first_seen_at:
            lines.append(f"  nothing in it was asked for; it is of {_span(*item.span)}")
        if item.unknown_zones:
            zones = plain(", ".join(item.unknown_zones))
            lines.append(f"  the time zone {zones} was taken as UTC (--log-timezone)")
        lines += [f"  not understood: {plain(line)}" for line in item.examples]
    return lines


def _span(first: datetime, last: datetime) -> str:
    return f"{first:%Y-%m-%d %H:%M:%S} to {last:%Y-%m-%d %H:%M:%S} {last:%Z}"


def tables(report: LogReport, top: int = DEFAULT_TOP) -> Iterator[Rows]:
    """The tables that have rows, the most important first."""
    for table in (
        _trace(report),
        _statements(report.statements, top),
        _findings(report, top),
        _locks(report.locks, top),
        _deadlocks(report, top),
        _temp_files(report, top),
        _idle(report, top),
        _connections(report),
        _checkpoints(report),
        _maintenance(report, top),
        _errors(report, top),
        _events(report),
    ):
        if table.rows:
            yield table


def _trace(report: LogReport) -> Rows:
    """All executions of the trace that was asked for: nothing of it is left out."""
    return Rows(
        title="Executions of the trace",
        columns=("logged at", "ms", "process", "application", "statement"),
        rows=tuple(
            (
                f"{item.logged_at:%Y-%m-%d %H:%M:%S.%f}",
                number(item.duration_ms),
                str(item.process_id),
                plain(item.application_name),
                shortened(item.query, QUERY_LENGTH),
            )
            for item in report.trace or ()
        ),
    )


def _statements(found: Sequence[LoggedStatement], top: int) -> Rows:
    total = sum(item.latency.total_ms for item in found) or 1.0
    return Rows(
        title="Statements by total time",
        columns=_STATEMENT_COLUMNS,
        rows=tuple(_statement(item, total) for item in found[:top]),
        left_out=max(len(found) - top, 0),
    )


def _statement(item: LoggedStatement, total_ms: float) -> tuple[str, ...]:
    numbers = item.latency
    return (
        f"{numbers.total_ms / total_ms:.1%}",
        f"{numbers.sample_count:,}",
        number(numbers.total_ms),
        number(item.mean_ms),
        number(numbers.p50_ms),
        number(numbers.p95_ms),
        number(numbers.p99_ms),
        number(numbers.max_ms),
        shortened(item.query, QUERY_LENGTH),
    )


def _findings(report: LogReport, top: int) -> Rows:
    return Rows(
        title="Findings",
        columns=("kind", "time lost ms", "finding"),
        rows=tuple(_finding(item, report) for item in report.findings[:top]),
        left_out=max(len(report.findings) - top, 0),
    )


def _finding(item: LogFinding, report: LogReport) -> tuple[str, ...]:
    text = finding_text(item, report.texts)
    return (item.kind.replace("_", " "), number(item.lost_ms), text)


def finding_text(item: LogFinding, texts: Mapping[Fingerprint, str]) -> str:
    """What a finding says, with the statements it is about.

    Args:
        item: the finding.
        texts: of the statements; one that is not in it is named by its fingerprint.
    """
    text = f"{item.title}. {item.instruction}"
    if item.fingerprint:
        text += f" — {_shown(item.fingerprint, texts)}"
    if item.parent:
        relation = "held by" if item.kind == LOCK_HOT_SPOT else "after"
        text += f" — {relation}: {_shown(item.parent, texts)}"
    if item.query:
        text += f" — instead: {shortened(item.query, QUERY_LENGTH)}"
    return text


def _locks(found: Sequence[LoggedLockWait], top: int) -> Rows:
    longest = sorted(found, key=lambda wait: -wait.waited_ms)
    return Rows(
        title="Lock waits, the longest first",
        columns=("waited ms", "process", "held by", "lock", "statement"),
        rows=tuple(_lock(item) for item in longest[:top]),
        left_out=max(len(found) - top, 0),
    )


def _lock(item: LoggedLockWait) -> tuple[str, ...]:
    text = shortened(item.query, QUERY_LENGTH)
    for holder in item.holders:
        if holder.query:
            what = "running" if holder.was_running else "last logged"
            text += f" — {what} in {holder.process_id}: "
            text += shortened(holder.query, QUERY_LENGTH)
    return (
        number(item.waited_ms) + ("" if item.acquired else "+"),
        str(item.process_id),
        ", ".join(str(holder.process_id) for holder in item.holders) or "–",
        f"{plain(item.lock_mode)} on {plain(item.locked_object)}",
        text,
    )


def _deadlocks(report: LogReport, top: int) -> Rows:
    shown = report.deadlocks[:top]
    return Rows(
        title="Deadlocks",
        columns=("at", "process", "waited for", "lock", "statement"),
        rows=tuple(
            (
                f"{item.logged_at:%Y-%m-%d %H:%M:%S}",
                f"{member.process_id}"
                + ("*" if member.process_id == item.canceled_process_id else ""),
                str(member.blocked_by_process_id),
                f"{plain(member.lock_mode)} on {plain(member.locked_object)}",
                shortened(member.query, QUERY_LENGTH),
            )
            for item in shown
            for member in item.members
        ),
        left_out=len(report.deadlocks) - len(shown),
    )


def _temp_files(report: LogReport, top: int) -> Rows:
    found = [
        (f"{files.count:,}", files, _text(report, name))
        for name, files in report.temp_files_by_statement.items()
    ]
    rows = [
        (count, amount(files.bytes, "bytes"), amount(files.max_bytes, "bytes"), text)
        for count, files, text in found[:top]
    ]
    if report.temp_files.unattached_count:
        count = f"{report.temp_files.unattached_count:,}"
        rows.append((count, "–", "–", "(of no known statement)"))
    return Rows(
        title=f"Temporary files: {report.temp_files.count:,}, "
        f"{amount(report.temp_files.bytes, 'bytes')}",
        columns=("files", "bytes", "largest", "statement"),
        rows=tuple(rows),
        left_out=max(len(found) - top, 0),
    )


def _idle(report: LogReport, top: int) -> Rows:
    found = report.transactions.idle
    return Rows(
        title="Idle in transaction, the longest first",
        columns=("idle ms", "process", "had written", "blocked ms", "before → after"),
        rows=tuple(
            (
                number(item.idle_ms),
                str(item.process_id),
                "yes" if item.has_written else "no",
                number(item.blocked_ms),
                f"{_text(report, item.before)} → {_text(report, item.after)}",
            )
            for item in found[:top]
        ),
        left_out=max(len(found) - top, 0),
    )


def _connections(report: LogReport) -> Rows:
    found = report.connections
    times = found.session_time
    rows = [
        (f"{found.received_count:,}", "connections received"),
        (f"{times.sample_count:,}" if times else "0", "sessions that ended"),
        (amount(times.p50_ms / 1000, "s") if times else "–", "half of them within"),
        (f"{found.peak_session_count:,}", "open at once"),
    ]
    seen = found.received_count or found.authorized_count or times
    return Rows(
        title="Connections",
        columns=("value", "what"),
        rows=tuple(rows) if seen else (),
    )


def _checkpoints(report: LogReport) -> Rows:
    reasons = report.checkpoints.reasons
    return Rows(
        title=f"Checkpoints: {len(report.checkpoints.completed):,} completed",
        columns=("started", "reason"),
        rows=tuple((f"{count:,}", plain(why)) for why, count in reasons.items()),
    )


def _maintenance(report: LogReport, top: int) -> Rows:
    found = report.maintenance
    return Rows(
        title="Autovacuum",
        columns=("vacuums", "s", "analyzes", "s", "rows removed", "table"),
        rows=tuple(
            (
                f"{item.vacuum_count:,}",
                number(item.vacuum_s),
                f"{item.analyze_count:,}",
                number(item.analyze_s),
                f"{item.tuples_removed:,}",
                plain(item.table),
            )
            for item in found[:top]
        ),
        left_out=max(len(found) - top, 0),
    )


def _errors(report: LogReport, top: int) -> Rows:
    return Rows(
        title="Errors",
        columns=("count", "severity", "SQLSTATE", "message"),
        rows=tuple(_error(item, report) for item in report.errors[:top]),
        left_out=max(len(report.errors) - top, 0),
    )


def _error(item: ErrorGroup, report: LogReport) -> tuple[str, ...]:
    text = plain(item.message)
    name = next(iter(item.by_statement), None)
    if name is not None:
        text += f" — {_text(report, name)}"
    return (f"{item.count:,}", item.severity, item.sqlstate or "–", text)


def _events(report: LogReport) -> Rows:
    return Rows(
        title="Events",
        columns=("count", "class"),
        rows=tuple((f"{count:,}", kind) for kind, count in report.events.items()),
    )


def _text(report: LogReport, name: Fingerprint) -> str:
    return _shown(name, report.texts)


def _shown(name: Fingerprint, texts: Mapping[Fingerprint, str]) -> str:
    return shortened(texts.get(name) or name, QUERY_LENGTH)
