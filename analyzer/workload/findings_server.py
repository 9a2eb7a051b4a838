"""Findings about the server: connections, memory, checkpoints, skipped rows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from analyzer.domain.log_activity import Checkpoints, Connections, Transactions
from analyzer.domain.log_findings import LogFinding
from analyzer.domain.log_report import TempFiles
from analyzer.domain.statement import Fingerprint
from analyzer.workload.findings_runs import measured

MIN_SESSIONS = 100
MIN_SHORT_RATIO = 0.5
MIN_TEMP_FILES = 10
MIN_TEMP_BYTES = 10 * 1024 * 1024
MIN_CHECKPOINTS = 3
MIN_FORCED_RATIO = 0.5
_FORCED = ("wal", "xlog")
_KIB = 1024


def connection_churn(
    found: Connections, transactions: Transactions, log_s: float
) -> Iterator[LogFinding]:
    """Many short sessions: a pool would keep them, of the size Little's law gives.

    Args:
        found: of the log.
        transactions: likewise, for how many were busy at once.
        log_s: span of the log in seconds.
    """
    times = found.session_time
    if times is None or times.sample_count < MIN_SESSIONS or log_s <= 0:
        return
    short_ratio = found.short_session_count / times.sample_count
    if short_ratio < MIN_SHORT_RATIO:
        return
    pool = _pool_size(transactions)
    rate = times.sample_count / log_s
    yield LogFinding(
        kind="connection_churn",
        title=f"{times.sample_count:,} sessions, half of them over after "
        f"{times.p50_ms / 1000:,.2f} s: {rate * 60:,.1f} new ones a minute",
        instruction=f"Keep connections in a pool (PgBouncer in transaction mode, or "
        f"the application's own) of about {pool}.",
        evidence=(
            measured("Sessions that ended", times.sample_count, "sessions"),
            measured("Of them shorter than a second", short_ratio, "ratio"),
            measured(
                "Most sessions open at once", found.peak_session_count, "sessions"
            ),
            measured(
                "Transactions open on average in the busiest minute (Little's law: "
                "arrivals per second times seconds each)",
                transactions.busiest_minute_mean_count,
                "connections",
            ),
            measured(
                "Transactions open when one began, 99 of 100 times at most",
                transactions.busy_p99_count,
                "connections",
            ),
        ),
        caveats=(
            "Statements that were not logged kept no connection busy here; log all of "
            "them for some minutes before you size a pool.",
        ),
        facts={
            "sessions": times.sample_count,
            "short_ratio": short_ratio,
            "per_second": rate,
            "pool_size": pool,
            "peak_sessions": found.peak_session_count,
            **_busy_facts(transactions),
        },
    )


def _pool_size(transactions: Transactions) -> int:
    """Enough for the mean of the busiest minute and for 99 of 100 arrivals."""
    mean = math.ceil(transactions.busiest_minute_mean_count)
    return max(transactions.busy_p99_count, mean, 1)


def _busy_facts(transactions: Transactions) -> dict[str, float]:
    return {
        "busy_mean": transactions.busy_mean_count,
        "busiest_minute_mean": transactions.busiest_minute_mean_count,
        "busy_p99": transactions.busy_p99_count,
        "busy_peak": transactions.busy_peak_count,
    }


def temp_files(
    by_statement: Mapping[Fingerprint, TempFiles],
) -> Iterator[LogFinding]:
    """Statements whose sorts and hashes did not fit into work_mem."""
    for name, files in by_statement.items():
        if files.count < MIN_TEMP_FILES or files.bytes < MIN_TEMP_BYTES:
            continue
        mean = files.bytes / files.count
        yield LogFinding(
            kind="temp_files",
            title=f"{files.count:,} temporary files, {_mib(files.bytes)} together",
            instruction="Give this statement an index that saves the sort, fewer or "
            "narrower rows to sort, or more memory for its session alone: "
            f"SET LOCAL work_mem above {_mib(files.max_bytes)}.",
            evidence=(
                measured("Temporary files", files.count, "files"),
                measured("Written to them", files.bytes, "bytes"),
                measured("Largest file", files.max_bytes, "bytes"),
                measured("Mean file", mean, "bytes"),
            ),
            fingerprint=name,
            caveats=(
                "In memory rows take more room than in a file, and each worker and "
                "each sort may take work_mem; a hash is split into several files.",
            ),
            facts={
                "count": files.count,
                "bytes": files.bytes,
                "max_bytes": files.max_bytes,
            },
        )


def _mib(value_bytes: float) -> str:
    return f"{max(value_bytes / _KIB / _KIB, 1):,.0f} MB"


def forced_checkpoints(found: Checkpoints) -> Iterator[LogFinding]:
    """Checkpoints that WAL volume forced before their time."""
    started = sum(found.reasons.values())
    forced = sum(
        count
        for reason, count in found.reasons.items()
        if any(word in reason.split() for word in _FORCED)
    )
    if not started or forced < MIN_CHECKPOINTS or forced / started < MIN_FORCED_RATIO:
        return
    distances = [
        item.numbers.get("distance_kb", 0.0)
        for item in found.completed
        if item.kind == "checkpoint"
    ]
    largest = max(distances, default=0.0) * _KIB
    interval = found.shortest_interval_s
    yield LogFinding(
        kind="forced_checkpoints",
        title=f"{forced:,} of {started:,} checkpoints were forced by WAL volume",
        instruction="Raise max_wal_size until checkpoints start by time; "
        "checkpoint_completion_target = 0.9 spreads what they write.",
        evidence=(
            measured("Checkpoints forced by WAL", forced, "checkpoints"),
            measured("Checkpoints in all", started, "checkpoints"),
            measured("WAL between two checkpoints, at most", largest, "bytes"),
            *(
                [measured("Shortest interval warned of", interval, "s")]
                if interval is not None
                else []
            ),
        ),
        caveats=("More WAL between checkpoints makes crash recovery longer.",),
        facts={
            "forced": forced,
            "checkpoints": started,
            "max_distance_bytes": largest,
            "too_frequent_warnings": found.too_frequent_count,
            "shortest_interval_s": interval,
        },
    )
