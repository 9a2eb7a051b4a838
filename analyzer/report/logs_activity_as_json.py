"""What a log says over time and about the server, as plain JSON values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from analyzer.domain.log_activity import (
    ActivityStep,
    Bouncer,
    Checkpoints,
    Connections,
    EventExample,
    IdleInTransaction,
    TableMaintenance,
    Transactions,
)
from analyzer.domain.log_classes import CLASS_GROUPS, CLASS_IDS
from analyzer.domain.log_findings import LogFinding
from analyzer.domain.log_report import LockTree, LockTreeWait, LogReport
from analyzer.domain.statement import Fingerprint
from analyzer.domain.workload import Latency

Json = dict[str, Any]
_MAX_DEPTH = 50


def activity(report: LogReport, top: int | None = None) -> Json:
    """Everything but statements, single waits, temporary files and errors.

    Args:
        report: what to show.
        top: how many tables, pauses and trees; none means all of them.
    """
    return {
        "event_classes": [_example(item) for item in report.event_examples],
        "severities": dict(report.severities),
        "pgbouncer": _bouncer(report.bouncer) if report.bouncer else None,
        "lock_trees": [_tree(item) for item in report.lock_trees[:top]],
        "connections": _connections(report.connections),
        "transactions": _transactions(report.transactions, top),
        "checkpoints": _checkpoints(report.checkpoints),
        "maintenance": [_table(item) for item in report.maintenance[:top]],
        "activity": {
            "step_s": report.activity.step_s,
            "steps": [_step(item) for item in report.activity.steps],
        },
    }


def finding(item: LogFinding, texts: Mapping[Fingerprint, str]) -> Json:
    """One finding; its numbers stand beside the others by their names."""
    return {
        **item.facts,
        "kind": item.kind,
        "title": item.title,
        "instruction": item.instruction,
        "suggestion": item.query,
        "fingerprint": item.fingerprint,
        "query": texts.get(item.fingerprint, "") if item.fingerprint else "",
        "parent": {
            "fingerprint": item.parent,
            "query": texts.get(item.parent, ""),
        }
        if item.parent
        else None,
        "lost_ms": item.lost_ms,
        "evidence": [
            {
                "claim": evidence.claim,
                "value": evidence.quantity.value,
                "unit": evidence.quantity.unit,
                "basis": evidence.quantity.basis.value,
                "source": evidence.quantity.source,
            }
            for evidence in item.evidence
        ],
        "caveats": list(item.caveats),
    }


def _example(item: EventExample) -> Json:
    return {
        "class": item.kind,
        "id": CLASS_IDS.get(item.kind),
        "group": CLASS_GROUPS.get(item.kind, ""),
        "count": item.count,
        "first_seen_at": _time(item.first_seen_at),
        "last_seen_at": _time(item.last_seen_at),
        "severity": item.severity,
        "message": item.message,
        "sqlstates": dict(item.sqlstates),
        "details": dict(item.details),
    }


def _tree(item: LockTree) -> Json:
    return {
        "holder": {
            "process_id": item.holder.process_id,
            "fingerprint": item.holder.fingerprint,
            "query": item.holder.query,
            "was_running": item.holder.was_running,
        },
        "started_at": _time(item.started_at),
        "waited_ms": item.waited_ms,
        "process_count": item.process_count,
        "depth": item.depth,
        "waits": [_wait(wait, 1) for wait in item.waits],
    }


def _wait(item: LockTreeWait, depth: int) -> Json:
    wait = item.wait
    return {
        "process_id": wait.process_id,
        "started_at": _time(wait.started_at),
        "waited_ms": wait.waited_ms,
        "lock_mode": wait.lock_mode,
        "locked_object": wait.locked_object,
        "fingerprint": wait.fingerprint,
        "query": wait.query,
        # Deeper than any reader would follow.
        "below": [_wait(child, depth + 1) for child in item.below]
        if depth < _MAX_DEPTH
        else [],
    }


def _connections(item: Connections) -> Json:
    return {
        "received": item.received_count,
        "authorized": item.authorized_count,
        "session_time": _latency(item.session_time),
        "short_sessions": item.short_session_count,
        "peak_sessions": item.peak_session_count,
        "peak_at": _time(item.peak_at),
        **{f"by_{name}": dict(counts) for name, counts in item.by.items()},
        "session_histogram": [
            {"le_ms": bound, "count": count}
            for bound, count in item.session_histogram.items()
        ],
    }


def _transactions(item: Transactions, top: int | None) -> Json:
    return {
        "duration": _latency(item.duration),
        "idle_ms": item.idle_ms,
        "idle_in_transaction": [_idle(pause) for pause in item.idle[:top]],
        "busy": {
            "peak": item.busy_peak_count,
            "p99": item.busy_p99_count,
            "mean": item.busy_mean_count,
            "busiest_minute_mean": item.busiest_minute_mean_count,
            "busiest_minute": _time(item.busiest_minute),
        },
    }


def _idle(item: IdleInTransaction) -> Json:
    return {
        "idle_since": _time(item.idle_since),
        "idle_ms": item.idle_ms,
        "transaction_ms": item.transaction_ms,
        "before_fingerprint": item.before,
        "after_fingerprint": item.after,
        "has_written": item.has_written,
        "process_id": item.process_id,
        "database": item.database,
        "user": item.user,
        "application": item.application_name,
        "blocked": item.blocked_count,
        "blocked_ms": item.blocked_ms,
    }


def _checkpoints(item: Checkpoints) -> Json:
    return {
        "reasons": dict(item.reasons),
        "too_frequent_warnings": item.too_frequent_count,
        "shortest_interval_s": item.shortest_interval_s,
        "completed": [
            {
                "ended_at": _time(one.ended_at),
                "kind": one.kind,
                "reason": one.reason,
                **one.numbers,
            }
            for one in item.completed
        ],
    }


def _bouncer(item: Bouncer) -> Json:
    return {
        "periods": item.stats_count,
        "peak": dict(item.peak),
        "mean": dict(item.mean),
        "logins": dict(item.logins),
        "client_closes": dict(item.client_closes),
        "server_closes": dict(item.server_closes),
        "server_connections": item.server_connect_count,
        "pool_waits": dict(item.pool_waits),
        "errors": dict(item.errors),
        "longest_wait_at": _time(item.waiting_since),
    }


def _table(item: TableMaintenance) -> Json:
    return {
        "table": item.table,
        "vacuums": item.vacuum_count,
        "vacuum_s": item.vacuum_s,
        "analyzes": item.analyze_count,
        "analyze_s": item.analyze_s,
        "index_scans": item.index_scan_count,
        "tuples_removed": item.tuples_removed,
        "pages_removed": item.pages_removed,
        "tuples_not_removable": item.tuples_not_removable,
        "canceled": item.canceled_count,
        "wraparound": item.wraparound_count,
    }


def _step(item: ActivityStep) -> Json:
    return {
        "started_at": _time(item.started_at),
        "executions": item.execution_count,
        "reads": item.read_count,
        "writes": item.write_count,
        "prepared": item.prepared_count,
        "total_ms": item.total_ms,
        "p50_ms": item.p50_ms,
        "p95_ms": item.p95_ms,
        "p99_ms": item.p99_ms,
        "errors": item.error_count,
        "connections": item.connection_count,
        "temp_bytes": item.temp_bytes,
        "lock_waits": item.lock_wait_count,
        "checkpoint_buffers": item.checkpoint_buffers,
    }


def _latency(item: Latency | None) -> Json | None:
    if item is None:
        return None
    return {
        "count": item.sample_count,
        "p50_ms": item.p50_ms,
        "p95_ms": item.p95_ms,
        "p99_ms": item.p99_ms,
        "max_ms": item.max_ms,
        "total_ms": item.total_ms,
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
