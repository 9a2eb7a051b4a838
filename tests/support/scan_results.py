"""Builders of scan results for tests of the store and the faces."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.domain.plan import Plan, PlanNode
from analyzer.domain.recommendation import (
    AffectedStatement,
    Basis,
    CreateIndex,
    Evidence,
    Quantity,
    Recommendation,
)
from analyzer.domain.scan import ScanKind, ScanResult
from analyzer.domain.snapshot import Snapshot, StatementCounters, StatementKey
from analyzer.domain.statement import Fingerprint, Statement, StatementKind
from analyzer.domain.workload import Latency, Window, Workload, WorkloadItem

MIDNIGHT = datetime(2026, 11, 1, tzinfo=UTC)


def window(hour: float = 0.0) -> Window:
    """One hour that starts so many hours after midnight."""
    started_at = MIDNIGHT + timedelta(hours=hour)
    return Window(started_at=started_at, ended_at=started_at + timedelta(hours=1))


def fingerprint(number: int) -> Fingerprint:
    """The fingerprint of the numbered statement."""
    return Fingerprint(f"{number:016x}")


def item(
    number: int, *, calls: int = 10, time_ms: float = 100.0, p95_ms: float | None = None
) -> WorkloadItem:
    """One numbered statement of a workload."""
    latency = None
    if p95_ms is not None:
        latency = Latency(
            sample_count=calls,
            p50_ms=p95_ms / 2,
            p95_ms=p95_ms,
            p99_ms=p95_ms * 2,
            max_ms=p95_ms * 3,
            total_ms=time_ms,
            source="log: every execution",
        )
    return WorkloadItem(
        statement=Statement(
            fingerprint=fingerprint(number),
            normalized_query=f"SELECT * FROM t{number} WHERE id = $1",
            kind=StatementKind.SELECT,
        ),
        counters=StatementCounters(
            calls=calls,
            rows=calls,
            total_exec_time_ms=time_ms,
            mean_exec_time_ms=time_ms / max(calls, 1),
            shared_blks_read=number,
        ),
        exec_time_ratio=0.5,
        queryids=(number,),
        latency=latency,
        databases=("shop",),
    )


def recommendation(number: int, *, impact_ratio: float = 0.5) -> Recommendation:
    """An index for the numbered statement."""
    relation = RelationName("public", f"t{number}")
    definition = IndexDefinition(relation=relation, keys=(IndexKey(attribute="id"),))
    ddl = f"CREATE INDEX CONCURRENTLY t{number}_id ON public.t{number} (id)"
    cost = Quantity(
        value=100.0, unit="cost", basis=Basis.ESTIMATED, source="shadow 18.6"
    )
    return Recommendation(
        advisor="missing_index",
        title=f"Index t{number} by id",
        action=CreateIndex(
            ddl=ddl, definition=definition, name=f"t{number}_id", size_bytes=8192
        ),
        before=cost,
        after=cost,
        evidence=(Evidence(claim="it reads all rows", quantity=cost),),
        affects=(
            AffectedStatement(fingerprint=fingerprint(number), exec_time_ratio=0.5),
        ),
        impact_ratio=impact_ratio,
    )


def plan(condition: str = "(id = 42)", *, node_type: str = "Seq Scan") -> Plan:
    """A plan of one node with a constant in it."""
    raw = {
        "Plan": {
            "Node Type": node_type,
            "Total Cost": 8.3,
            "Plan Rows": 1,
            "Filter": condition,
        }
    }
    root = PlanNode(
        node_type=node_type,
        startup_cost=0.0,
        total_cost=8.3,
        plan_rows=1,
        filter=condition,
    )
    return Plan(root=root, source="shadow 18.6", raw=raw)


def snapshot(taken_at: datetime, numbers: Sequence[int] = (1, 2)) -> Snapshot:
    """A snapshot with the numbered statements."""
    return Snapshot(
        server_id="7000",
        taken_at=taken_at,
        server_version_num=180006,
        dealloc=3,
        counters={
            StatementKey(dbid=5, userid=10, queryid=-n): StatementCounters(
                calls=n, total_exec_time_ms=n / 3, stats_since=MIDNIGHT
            )
            for n in numbers
        },
        database_names={5: "shop"},
        user_names={10: "app"},
        missing_columns=("wal_bytes",),
    )


def result(
    items: Sequence[WorkloadItem] = (),
    recommendations: Sequence[Recommendation] = (),
    *,
    hour: float = 0.0,
    kind: ScanKind = ScanKind.SCAN,
) -> ScanResult:
    """A scan of the hour with these statements and recommendations."""
    span = window(hour)
    return ScanResult(
        kind=kind,
        server_id="7000",
        database="shop",
        started_at=span.ended_at,
        finished_at=span.ended_at + timedelta(seconds=10),
        workload=Workload(
            server_id="7000", database="shop", window=span, items=tuple(items)
        ),
        recommendations=tuple(recommendations),
        planner_source="shadow 18.6",
    )
