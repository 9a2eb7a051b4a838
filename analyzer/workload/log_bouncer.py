"""What PgBouncer's log says, and whether its pool was too small."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from analyzer.domain.event_columns import events_of
from analyzer.domain.execution import LogEvent
from analyzer.domain.log_activity import Bouncer
from analyzer.domain.log_findings import LogFinding
from analyzer.workload.findings_runs import measured

MIN_POOL_WAITS = 3
MIN_WAIT_US = 100_000.0


def bouncer(events: Sequence[LogEvent]) -> Bouncer | None:
    """The sums of PgBouncer's messages, or none if there are none."""
    counts: dict[str, Counter[str]] = {}
    sums: Counter[str] = Counter()
    peak: dict[str, float] = {}
    waiting_since: datetime | None = None
    stats = connects = 0
    for event in events_of(events).of(lambda head: head.kind.startswith("pgbouncer_")):
        kind = event.kind.removeprefix("pgbouncer_")
        if kind == "stats":
            stats += 1
            numbers = _numbers(event)
            if numbers.get("wait_us", 0.0) > peak.get("wait_us", 0.0):
                waiting_since = event.logged_at
            for name, value in numbers.items():
                sums[name] += value  # type: ignore[assignment]
                peak[name] = max(peak.get(name, 0.0), value)
        elif kind == "server_connect":
            connects += 1
        counts.setdefault(kind, Counter())[_what(event, kind)] += 1
    if not counts:
        return None
    return Bouncer(
        stats_count=stats,
        peak=peak,
        mean={name: value / stats for name, value in sums.items()} if stats else {},
        logins=_ranked(counts, "login"),
        client_closes=_ranked(counts, "client_close"),
        server_closes=_ranked(counts, "server_close"),
        server_connect_count=connects,
        pool_waits=_ranked(counts, "pool_wait"),
        errors=_ranked(counts, "error"),
        waiting_since=waiting_since,
    )


def _numbers(event: LogEvent) -> dict[str, float]:
    return {
        name: float(value)
        for name, value in event.details.items()
        if isinstance(value, int | float)
    }


def _what(event: LogEvent, kind: str) -> str:
    if kind == "login":
        return f"{event.database}/{event.user}"
    return str(event.details.get("reason", ""))


def _ranked(counts: dict[str, Counter[str]], kind: str) -> dict[str, int]:
    return dict(counts.get(kind, Counter()).most_common())


def pool_waits(found: Bouncer | None) -> Iterator[LogFinding]:
    """Clients that waited for a connection of the pool, or got none."""
    if found is None:
        return
    refused = sum(found.pool_waits.values())
    wait_us = found.peak.get("wait_us", 0.0)
    if refused < MIN_POOL_WAITS and wait_us < MIN_WAIT_US:
        return
    yield LogFinding(
        kind="pool_waits",
        title=f"{refused:,} clients got no connection of the pool; a query waited "
        f"{wait_us / 1000:,.1f} ms on average in the worst period",
        instruction="Look for slow or idle transactions that keep pool connections "
        "first; then raise default_pool_size as far as the server can work in "
        "parallel.",
        evidence=(
            measured("Clients that got no connection", refused, "clients"),
            measured("Mean wait for a connection, worst period", wait_us / 1000, "ms"),
            measured(
                "Mean wait for a connection, all periods",
                found.mean.get("wait_us", 0.0) / 1000,
                "ms",
            ),
        ),
        caveats=("A larger pool makes a server that is busy already slower.",),
        facts={
            "clients": refused,
            "reasons": dict(found.pool_waits),
            "worst_wait_ms": wait_us / 1000,
        },
    )
