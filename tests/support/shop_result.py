"""A hand-built scan of a small shop with one of everything the pages show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.domain.log_findings import LogFinding
from analyzer.domain.plan import Plan, PlanNode
from analyzer.domain.recommendation import (
    AffectedStatement,
    Basis,
    ChangeApplication,
    CreateIndex,
    DidNotRun,
    DropIndex,
    Evidence,
    NoAdvice,
    Quantity,
    Recommendation,
    RewriteQuery,
    Semantics,
)
from analyzer.domain.scan import ScanKind, ScanResult
from analyzer.domain.snapshot import StatementCounters
from analyzer.domain.statement import Fingerprint, Statement, StatementKind
from analyzer.domain.workload import Latency, NotSeen, Window, Workload, WorkloadItem
from analyzer.workload.duration_sketch import sketches_by_slot

SCRIPT = "<script>document.title='pwned'</script>"
ORDERS = Fingerprint("a1b2c3d4e5f60718")
CUSTOMERS = Fingerprint("b1b2c3d4e5f60718")
HOSTILE = Fingerprint("c1b2c3d4e5f60718")
LOOKUP = Fingerprint("d1b2c3d4e5f60718")
STARTED_AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultOptions:
    """What differs from one built result to the next."""

    started_at: datetime = STARTED_AT
    slowdown: float = 1.0
    kind: ScanKind = ScanKind.SCAN
    recommendations: tuple[Recommendation, ...] | None = None


def scan_result(options: ResultOptions = ResultOptions()) -> ScanResult:
    """One nightly scan of the shop: four statements, four recommendations."""
    started_at = options.started_at
    chosen = options.recommendations
    return ScanResult(
        kind=options.kind,
        server_id="7400000000000000001",
        database="shop",
        started_at=started_at,
        finished_at=started_at + timedelta(seconds=21.4),
        workload=Workload(
            server_id="7400000000000000001",
            database="shop",
            window=Window(
                started_at=started_at - timedelta(days=1), ended_at=started_at
            ),
            items=workload_items(options.slowdown, started_at),
            covered_time_ratio=0.92,
        ),
        log_findings=(
            LogFinding(
                kind="lock_hot_spot",
                title=f"12 waits for locks on {SCRIPT}",
                instruction="Shorten the transaction that holds it.",
                evidence=(),
                fingerprint=ORDERS,
                parent=LOOKUP,
                query="SELECT 1",
                lost_ms=3_000.0,
            ),
        ),
        recommendations=chosen if chosen is not None else all_recommendations(),
        no_advice=(
            NoAdvice(
                fingerprint=LOOKUP,
                reason="The planner already reads one row by the primary key.",
            ),
        ),
        did_not_run=(
            DidNotRun(
                advisor="n_plus_one",
                why="no log was read, and only a log tells who ran what after what",
                hint="Pass the server's log with --logs FILE.",
            ),
        ),
        not_seen=(
            NotSeen(
                what="texts of 3 statements",
                why="the role may not read the queries of other users",
                hint="GRANT pg_read_all_stats TO watcher;",
            ),
        ),
        planner_source="shadow 18.6",
        plans={ORDERS: orders_plan(), LOOKUP: lookup_plan()},
        measured_plans={ORDERS: orders_plan(measured=True)},
        plans_after={missing_index().identity: orders_plan_after()},
        own_exec_time_ratio=0.0021,
    )


def workload_items(
    slowdown: float = 1.0, ended_at: datetime = STARTED_AT
) -> tuple[WorkloadItem, ...]:
    """The statements, the most expensive first; one was logged, a call a minute."""
    orders = _item(
        ORDERS,
        "SELECT id, total\nFROM orders\nWHERE status = $1 AND created_at >= $2\n"
        "ORDER BY created_at DESC\nLIMIT $3",
        (0.61, 184_233, 2_460_000.0 * slowdown),
    )
    latency = Latency(
        sample_count=3400,
        p50_ms=11.9 * slowdown,
        p95_ms=31.2 * slowdown,
        p99_ms=84.0 * slowdown,
        max_ms=412.0,
        total_ms=45_400.0,
        source="log: 3,400 of 184,233 executions",
    )
    logged = replace(
        orders,
        latency=latency,
        sources=("pg_stat_statements", "log"),
        sketches=sketches_by_slot(
            [ended_at - timedelta(minutes=minute) for minute in range(1, 601)],
            [11.9 * slowdown] * 600,
        ),
    )
    return (
        logged,
        _item(
            CUSTOMERS,
            "SELECT * FROM customers WHERE lower(email) = $1",
            (0.22, 9_120, 890_000.0),
        ),
        _item(
            HOSTILE,
            f'SELECT a AS "{SCRIPT}" FROM t WHERE a = $1',
            (0.1, 77, 400_000.0),
        ),
        _item(LOOKUP, "SELECT * FROM orders WHERE id = $1", (0.07, 901_223, 280_000.0)),
    )


def _item(
    fingerprint: Fingerprint, text: str, numbers: tuple[float, int, float]
) -> WorkloadItem:
    share, calls, total_ms = numbers
    mean_ms = total_ms / calls
    return WorkloadItem(
        statement=Statement(
            fingerprint=fingerprint,
            normalized_query=text,
            kind=StatementKind.SELECT,
            relations=(RelationName("public", "orders"),),
            parameter_count=text.count("$"),
            tags={"application": "checkout"},
        ),
        queryids=(-4567890123456789012,),
        counters=StatementCounters(
            calls=calls,
            rows=calls * 3,
            total_exec_time_ms=total_ms,
            mean_exec_time_ms=mean_ms,
            min_exec_time_ms=mean_ms / 4,
            max_exec_time_ms=mean_ms * 9,
            stddev_exec_time_ms=mean_ms / 3,
            shared_blks_hit=calls * 900,
            shared_blks_read=calls * 40,
        ),
        exec_time_ratio=share,
        sources=("pg_stat_statements",),
        databases=("shop",),
    )


def orders_plan(*, measured: bool = False) -> Plan:
    """A sort over a sequential scan, estimated or run."""
    scan = PlanNode(
        node_type="Seq Scan",
        startup_cost=0.0,
        total_cost=24_812.0,
        plan_rows=1020.0,
        plan_width_bytes=16,
        relation="orders",
        schema="public",
        alias="orders",
        filter="((status = $1) AND (created_at >= $2))",
        parent_relationship="Outer",
        actual_rows=14_012.0 if measured else None,
        actual_total_time_ms=118.4 if measured else None,
        loops=1.0 if measured else None,
        rows_removed_by_filter=985_988.0 if measured else None,
    )
    sort = PlanNode(
        node_type="Sort",
        startup_cost=24_863.0,
        total_cost=24_866.0,
        plan_rows=1020.0,
        parent_relationship="Outer",
        actual_rows=50.0 if measured else None,
        actual_total_time_ms=121.2 if measured else None,
        loops=1.0 if measured else None,
        children=(scan,),
        details={"Sort Key": ["created_at DESC"]},
    )
    root = PlanNode(
        node_type="Limit",
        startup_cost=24_863.0,
        total_cost=24_863.2,
        plan_rows=50.0,
        actual_rows=50.0 if measured else None,
        actual_total_time_ms=121.3 if measured else None,
        loops=1.0 if measured else None,
        children=(sort,),
    )
    plan = Plan(
        root=root,
        source="target" if measured else "shadow 18.6",
        planning_time_ms=0.4,
        execution_time_ms=121.9 if measured else None,
    )
    return _with_document(plan)


def orders_plan_after() -> Plan:
    """The same rows in the order of the recommended index."""
    root = PlanNode(
        node_type="Index Scan",
        startup_cost=0.42,
        total_cost=52.6,
        plan_rows=50.0,
        relation="orders",
        schema="public",
        alias="orders",
        index_name="orders_status_created_at_idx",
        index_cond="((status = 'secret') AND (created_at >= $2))",
    )
    return _with_document(Plan(root=root, source="shadow 18.6"))


def lookup_plan() -> Plan:
    """One row by the primary key."""
    root = PlanNode(
        node_type="Index Scan",
        startup_cost=0.42,
        total_cost=8.44,
        plan_rows=1.0,
        relation="orders",
        schema="public",
        index_name="orders_pkey",
        index_cond="(id = $1)",
    )
    return _with_document(Plan(root=root, source="shadow 18.6"))


def _with_document(plan: Plan) -> Plan:
    """The same plan with the EXPLAIN document it would have been read from."""
    document: dict[str, object] = {"Plan": _node_document(plan.root)}
    if plan.execution_time_ms is not None:
        document["Execution Time"] = plan.execution_time_ms
    return replace(plan, raw=document)


def _node_document(node: PlanNode) -> dict[str, object]:
    values: dict[str, object] = {
        "Node Type": node.node_type,
        "Startup Cost": node.startup_cost,
        "Total Cost": node.total_cost,
        "Plan Rows": node.plan_rows,
        "Plan Width": node.plan_width_bytes,
        "Relation Name": node.relation,
        "Schema": node.schema,
        "Alias": node.alias,
        "Index Name": node.index_name,
        "Index Cond": node.index_cond,
        "Filter": node.filter,
        "Parent Relationship": node.parent_relationship,
        "Actual Rows": node.actual_rows,
        "Actual Total Time": node.actual_total_time_ms,
        "Actual Loops": node.loops,
        "Rows Removed by Filter": node.rows_removed_by_filter,
        **node.details,
    }
    kept = {name: value for name, value in values.items() if value not in ("", None)}
    if node.children:
        kept["Plans"] = [_node_document(child) for child in node.children]
    return kept


def all_recommendations() -> tuple[Recommendation, ...]:
    """One of each kind the pages treat differently."""
    return (missing_index(), rewrite(), loop(), drop())


def missing_index() -> Recommendation:
    """An index for the most expensive statement."""
    name = "orders_status_created_at_idx"
    return Recommendation(
        advisor="missing_index",
        title="Add an index on orders (status, created_at): 1 query, 61% of the time",
        action=CreateIndex(
            ddl=f"CREATE INDEX CONCURRENTLY {name}\n"
            "ON public.orders (status, created_at);",
            definition=IndexDefinition(
                relation=RelationName("public", "orders"),
                keys=(IndexKey(attribute="status"), IndexKey(attribute="created_at")),
            ),
            name=name,
            size_bytes=31_457_280,
        ),
        before=_cost(24_863.2),
        after=_cost(52.6),
        evidence=(
            _evidence(
                "Rows read and thrown away by the filter, each run",
                (985_988, "rows", Basis.MEASURED, "EXPLAIN ANALYZE on shop"),
            ),
            _evidence(
                "Share of the workload's execution time",
                (0.61, "ratio", Basis.MEASURED, "pg_stat_statements"),
            ),
            _evidence(
                "Size of the new index",
                (31_457_280, "bytes", Basis.ESTIMATED, "widths in pg_stats"),
            ),
        ),
        affects=(_affected(ORDERS, (0.61, 24_863.2, 52.6, 184_233)),),
        rollback=f"DROP INDEX CONCURRENTLY IF EXISTS public.{name};",
        verify="SELECT indisvalid FROM pg_index\n"
        f"WHERE indexrelid = 'public.{name}'::regclass;",
        refuted_by="The plan of the query does not use the index after ANALYZE.",
        caveats=("Each write to orders also writes this index.",),
        impact_ratio=0.58,
    )


def rewrite() -> Recommendation:
    """A rewrite whose texts attack the page."""
    return Recommendation(
        advisor="non_sargable_predicate",
        title=f"Compare email without lower(): {SCRIPT}",
        action=RewriteQuery(
            original="SELECT * FROM customers WHERE lower(email) = $1",
            query="SELECT * FROM customers WHERE email = $1",
            counterexample=f"INSERT INTO customers (email) VALUES ('{SCRIPT}')",
        ),
        before=_cost(3_120.0),
        after=_cost(8.4),
        evidence=(
            _evidence(
                f"The column {SCRIPT} is citext",
                (3_120, "rows", Basis.ESTIMATED, "pg_stats"),
            ),
        ),
        affects=(_affected(CUSTOMERS, (0.22, 3_120.0, 8.4, 9_120)),),
        semantics=Semantics.UNCHANGED_IF,
        conditions=("email compares without regard to case",),
        impact_ratio=0.21,
    )


def loop() -> Recommendation:
    """A change of the application."""
    return Recommendation(
        advisor="n_plus_one",
        title="Fetch order lines in one query instead of 40 per page",
        action=ChangeApplication(
            instruction="Send the ids as one array.",
            query="SELECT * FROM order_lines WHERE order_id = ANY($1)",
        ),
        before=Quantity(
            value=40, unit="calls", basis=Basis.MEASURED, source="log: sessions"
        ),
        after=Quantity(
            value=1, unit="calls", basis=Basis.ASSUMED, source="the rewritten loop"
        ),
        evidence=(),
        affects=(
            AffectedStatement(fingerprint=LOOKUP, exec_time_ratio=0.07, calls=901_223),
        ),
        impact_ratio=0.05,
    )


def drop() -> Recommendation:
    """An index to drop."""
    size = Quantity(
        value=125_829_120, unit="bytes", basis=Basis.MEASURED, source="pg_class"
    )
    return Recommendation(
        advisor="unused_index",
        title="Drop orders_old_idx: no scan in 94 days, 120 MB",
        action=DropIndex(
            ddl="DROP INDEX CONCURRENTLY public.orders_old_idx;",
            index=RelationName("public", "orders_old_idx"),
            size_bytes=125_829_120,
        ),
        before=size,
        after=replace(size, value=0),
        evidence=(),
        rollback="CREATE INDEX CONCURRENTLY orders_old_idx ON public.orders (old);",
    )


def _cost(value: float) -> Quantity:
    return Quantity(
        value=value, unit="planner cost", basis=Basis.ESTIMATED, source="shadow 18.6"
    )


def _evidence(claim: str, number: tuple[float, str, Basis, str]) -> Evidence:
    value, unit, basis, source = number
    return Evidence(
        claim=claim,
        quantity=Quantity(value=value, unit=unit, basis=basis, source=source),
    )


def _affected(
    fingerprint: Fingerprint, numbers: tuple[float, float, float, int]
) -> AffectedStatement:
    share, before, after, calls = numbers
    return AffectedStatement(
        fingerprint=fingerprint,
        exec_time_ratio=share,
        cost_before=before,
        cost_after=after,
        calls=calls,
    )
