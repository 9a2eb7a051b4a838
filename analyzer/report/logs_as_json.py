"""A log's report as plain JSON values; described by schema/logs.schema.json."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from analyzer.domain.execution import LogCoverage
from analyzer.domain.log_report import (
    Attached,
    Deadlock,
    ErrorGroup,
    LockHolder,
    LoggedLockWait,
    LoggedStatement,
    LogReport,
    Share,
    SlowSample,
    TempFiles,
)
from analyzer.domain.statement import Fingerprint
from analyzer.report.logs_activity_as_json import activity, finding

Json = dict[str, Any]


def log_report(report: LogReport, top: int | None = None) -> Json:
    """A report as JSON values.

    Times are ISO 8601 in UTC, durations milliseconds, queryids strings (they exceed
    what JavaScript can hold).

    Args:
        report: what to show.
        top: how many statements, locks and errors; none means all of them.
    """
    return {
        "files": [_file(item) for item in report.files],
        "window": {
            "first_seen_at": _time(report.first_seen_at),
            "last_seen_at": _time(report.last_seen_at),
        },
        "execution_count": report.execution_count,
        "total_ms": report.total_ms,
        "statement_count": len(report.statements),
        "statements": [_statement(item) for item in report.statements[:top]],
        "events": dict(report.events),
        "locks": [_lock(item) for item in report.locks[:top]],
        "deadlocks": [_deadlock(item) for item in report.deadlocks[:top]],
        "temp_files": {
            **_temp_files(report.temp_files),
            "statements": [
                {**_named(name, report.texts), **_temp_files(files)}
                for name, files in [*report.temp_files_by_statement.items()][:top]
            ],
        },
        "errors": [_error(item, report.texts) for item in report.errors[:top]],
        "findings": [finding(item, report.texts) for item in report.findings],
        **activity(report, top),
        "trace": None
        if report.trace is None
        else [_sample(item) for item in report.trace],
    }


def _file(item: LogCoverage) -> Json:
    return {
        "path": item.file,
        "format": item.format,
        "bytes": item.bytes_read,
        "lines": item.line_count,
        "events": item.message_count,
        "not_understood": item.not_understood_count,
        "not_understood_ratio": item.not_understood_ratio,
        "examples": list(item.examples),
        "truncated_tail": item.truncated_tail,
        "line_prefix": item.line_prefix,
        "unknown_zones": list(item.unknown_zones),
        "plans_without_execution": item.plans_unattached_count,
    }


def _statement(item: LoggedStatement) -> Json:
    numbers = item.latency
    return {
        "fingerprint": item.fingerprint,
        "query": item.query,
        "kind": item.kind.value,
        "queryids": [str(queryid) for queryid in item.queryids],
        "calls": numbers.sample_count,
        "total_ms": numbers.total_ms,
        "mean_ms": item.mean_ms,
        "stddev_ms": item.stddev_ms,
        "min_ms": item.min_ms,
        "p50_ms": numbers.p50_ms,
        "p95_ms": numbers.p95_ms,
        "p99_ms": numbers.p99_ms,
        "max_ms": numbers.max_ms,
        "parse_total_ms": item.parse_total_ms,
        "bind_total_ms": item.bind_total_ms,
        "plans": item.plan_count,
        "histogram": [
            {"le_ms": bucket.le_ms, "count": bucket.count} for bucket in item.histogram
        ],
        **{f"by_{name}": _shares(shares) for name, shares in item.by.items()},
        "by_hour": {
            moment.isoformat(): _share(share) for moment, share in item.by_hour.items()
        },
        "first_seen_at": _time(item.first_seen_at),
        "last_seen_at": _time(item.last_seen_at),
        "samples": [_sample(sample) for sample in item.samples],
        **_attached(item.attached),
    }


def _shares(shares: Mapping[str, Share]) -> Json:
    return {name: _share(share) for name, share in shares.items()}


def _share(share: Share) -> Json:
    return {"calls": share.calls, "total_ms": share.total_ms}


def _sample(item: SlowSample) -> Json:
    return {
        "logged_at": _time(item.logged_at),
        "duration_ms": item.duration_ms,
        "query": item.query,
        "process_id": item.process_id,
        "database": item.database,
        "user": item.user,
        "application": item.application_name,
        "host": item.remote_host,
        "parse_ms": item.parse_ms,
        "bind_ms": item.bind_ms,
        "has_plan": item.has_plan,
        "tags": dict(item.tags),
    }


def _attached(item: Attached) -> Json:
    return {
        "temp_files": _temp_files(item.temp_files),
        "lock_waits": {
            "count": item.lock_wait_count,
            "waited_ms": item.lock_wait_ms,
        },
        "errors": item.error_count,
        "canceled": item.canceled_count,
    }


def _temp_files(item: TempFiles) -> Json:
    return {
        "count": item.count,
        "bytes": item.bytes,
        "max_bytes": item.max_bytes,
        "unattached": item.unattached_count,
    }


def _lock(item: LoggedLockWait) -> Json:
    return {
        "started_at": _time(item.started_at),
        "process_id": item.process_id,
        "lock_mode": item.lock_mode,
        "locked_object": item.locked_object,
        "waited_ms": item.waited_ms,
        "acquired": item.acquired,
        "fingerprint": item.fingerprint,
        "query": item.query,
        "database": item.database,
        "holders": [_holder(holder) for holder in item.holders],
        "queue_process_ids": list(item.queue_process_ids),
    }


def _holder(item: LockHolder) -> Json:
    return {
        "process_id": item.process_id,
        "fingerprint": item.fingerprint,
        "query": item.query,
        "was_running": item.was_running,
    }


def _deadlock(item: Deadlock) -> Json:
    return {
        "logged_at": _time(item.logged_at),
        "canceled_process_id": item.canceled_process_id,
        "members": [
            {
                "process_id": member.process_id,
                "lock_mode": member.lock_mode,
                "locked_object": member.locked_object,
                "blocked_by_process_id": member.blocked_by_process_id,
                "query": member.query,
                "statements_before": list(member.statements),
            }
            for member in item.members
        ],
    }


def _error(item: ErrorGroup, texts: Mapping[Fingerprint, str]) -> Json:
    return {
        "severity": item.severity,
        "sqlstate": item.sqlstate,
        "class": item.kind,
        "message": item.message,
        "count": item.count,
        "first_seen_at": _time(item.first_seen_at),
        "last_seen_at": _time(item.last_seen_at),
        "statements": [
            {**_named(name, texts), "count": count}
            for name, count in item.by_statement.items()
        ],
        "unattached": item.unattached_count,
    }


def _named(name: Fingerprint, texts: Mapping[Fingerprint, str]) -> Json:
    return {"fingerprint": name, "query": texts.get(name, "")}


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
