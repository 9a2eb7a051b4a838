"""Other texts of one query that are cheaper and, by a proof, the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from analyzer.advisors.contract import Facts
from analyzer.advisors.index import missing_index
from analyzer.advisors.index_change import create_index
from analyzer.domain.catalog import Catalog
from analyzer.domain.ports import Progress
from analyzer.domain.recommendation import CreateIndex, Recommendation
from analyzer.domain.rewriting import IndexRemedy, Rewrite, Rewriting
from analyzer.domain.snapshot import StatementCounters
from analyzer.domain.target import Address
from analyzer.domain.workload import ParameterSet, Window, Workload, WorkloadItem
from analyzer.errors import AnalyzerError, PlanningFailed, SourceError, UserError
from analyzer.pipeline.check_query import check_query
from analyzer.pipeline.rewrite_measured import MeasuredOn, measured
from analyzer.pipeline.rewrite_verdict import Verdicts, verdicts
from analyzer.planner.parameters import ParameterSource
from analyzer.planner.schema_snapshot import snapshot_of_schema
from analyzer.planner.shadow import ShadowPlanner, build, cluster_for
from analyzer.planner.snapshot import PlannerSnapshot, load, take_snapshot
from analyzer.postgres.catalog import read_catalog
from analyzer.postgres.function_facts import read_volatility
from analyzer.postgres.view_facts import read_views
from analyzer.rewriting.protocol import Setting
from analyzer.rewriting.registry import RULES
from analyzer.rewriting.search import Search, Searcher
from analyzer.statements.describe import describe

MAX_OFFERED = 5
MAX_MEASURED = 2
MAX_SCHEMA_BYTES = 32 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RewriteRequest:
    """One statement, and where its tables are known.

    Exactly one of ``address``, ``snapshot_path`` and ``schema_path`` is given.

    Attributes:
        query: one statement, with ``$n`` allowed.
        address: the watched database.
        snapshot_path: a snapshot file instead.
        schema_path: a file of DDL instead; sizes are assumed then.
        parameters: values of ``$1`` …; empty to draw them from the statistics.
        measure: whether the best rewrites are run on generated data as well.
        approximate: whether answers that are not exact may be offered.
    """

    query: str
    address: Address | None = None
    snapshot_path: Path | None = None
    schema_path: Path | None = None
    parameters: tuple[str | None, ...] = ()
    approximate: bool = False
    measure: bool = False


def rewrite_statement(
    request: RewriteRequest, progress: Progress | None = None
) -> Rewriting:
    """Search rewrites of a statement in a shadow, and check what is offered.

    Raises:
        UserError: the text or a value cannot be understood, or no place is given.
        Refusal: the statement may not be planned.
        TargetError: the server could not answer.
        SourceError: the snapshot or schema file cannot be read.
    """
    tell = progress or _nobody
    facts = check_query(request.query)
    values = request.parameters
    if values and len(values) != facts.parameter_count:
        raise UserError(
            "the values given do not fit the statement",
            detail=f"It has {facts.parameter_count} parameters, and {len(values)} "
            "values are given.",
            hint="Give a value for each $n, in order, or none at all.",
        )
    tell("reading schema and statistics", 0.1)
    snapshot = _snapshot(request)
    with ExitStack() as stack:
        tell("building the shadow", 0.3)
        cluster = stack.enter_context(cluster_for(snapshot))
        planner = stack.enter_context(build(cluster, snapshot))
        catalog = _catalog(request, snapshot, planner)
        setting = Setting(
            catalog=catalog,
            functions=read_volatility(planner.connection),
            approximate=request.approximate,
            views=read_views(planner.connection),
        )
        samples = _samples(request, planner, catalog)
        tell("searching", 0.6)
        found = _search(Searcher(setting, RULES, planner), request.query, samples)
        index = _index_alone(request.query, samples, planner, catalog)
        tell("checking", 0.8)
        verify = stack.enter_context(verdicts(snapshot))
        answer = _answer(request.query, found, verify)
        answer = _with_ddl(answer, catalog, planner)
    if request.measure:
        tell("measuring on generated data", 0.9)
        answer = _measured(request, answer, samples)
    tell("done", 1.0)
    return replace(
        answer,
        planner_source=planner.source,
        index=index,
        not_seen=tuple(dict.fromkeys((*snapshot.not_seen, *planner.not_seen))),
    )


def _snapshot(request: RewriteRequest) -> PlannerSnapshot:
    given = (request.address, request.snapshot_path, request.schema_path)
    if sum(item is not None for item in given) != 1:
        raise UserError(
            "a query is rewritten for one database",
            hint="Give one of --target DSN|NAME, --snapshot FILE and --schema FILE.",
        )
    if request.snapshot_path is not None:
        return load(request.snapshot_path)
    if request.address is not None:
        return take_snapshot(request.address)
    return snapshot_of_schema(_schema_text(request.schema_path or Path()))


def _schema_text(path: Path) -> str:
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise SourceError(f'cannot read "{path}"', detail=error.strerror) from error
    except UnicodeDecodeError as error:
        raise SourceError(
            f'"{path}" is not text in UTF-8', detail=f"At byte {error.start}."
        ) from None
    if len(content) > MAX_SCHEMA_BYTES:
        raise SourceError(
            f'"{path}" is too large', detail=f"The limit is {MAX_SCHEMA_BYTES:,} bytes."
        )
    return text


def _catalog(
    request: RewriteRequest, snapshot: PlannerSnapshot, planner: ShadowPlanner
) -> Catalog:
    """The snapshot's catalog, or what the server made of a schema file."""
    if request.schema_path is None:
        return snapshot.catalog
    catalog, _not_seen = read_catalog(planner.connection)
    return replace(
        catalog,
        search_path=snapshot.catalog.search_path,
        settings={**catalog.settings, **snapshot.catalog.settings},
    )


def _samples(
    request: RewriteRequest, planner: ShadowPlanner, catalog: Catalog
) -> tuple[ParameterSet, ...]:
    if request.parameters:
        source = "given with the statement"
        return (ParameterSet(values=request.parameters, label="given", source=source),)
    return ParameterSource(planner.connection, catalog).draw(request.query)


def _search(searcher: Searcher, query: str, samples: Sequence[ParameterSet]) -> Search:
    try:
        return searcher.search(query, samples)
    except PlanningFailed as error:
        raise UserError(error.message, detail=error.detail) from None


def _answer(query: str, found: Search, verify: Verdicts) -> Rewriting:
    offered: list[Rewrite] = []
    not_offered: list[Rewrite] = []
    dropped = list(found.dropped)
    for item in found.paying:
        if item.unproven:
            if len(not_offered) < MAX_OFFERED:
                not_offered.append(item)
            continue
        if len(offered) >= MAX_OFFERED:
            break
        checked = verify.check(query, item)
        if checked.verdict.level == "refuted":
            names = " + ".join(step.rule for step in item.steps)
            dropped.insert(0, f"{names}: refuted, {checked.verdict.reason}")
        else:
            offered.append(checked)
    return Rewriting(
        query=query,
        planner_source="",
        offered=tuple(offered),
        not_offered=tuple(_missing(not_offered, offered)),
        dropped=tuple(dropped),
    )


def _missing(
    not_offered: Sequence[Rewrite], offered: Sequence[Rewrite]
) -> Iterator[Rewrite]:
    """Those that would beat what is offered, if their conditions were proved."""
    best = min((item.cost_after for item in offered), default=float("inf"))
    for item in not_offered:
        if item.cost_after < best / 1.5:
            yield item


def _with_ddl(answer: Rewriting, catalog: Catalog, planner: ShadowPlanner) -> Rewriting:
    def told(item: Rewrite) -> Rewrite:
        if item.create is None:
            return item
        size_bytes = planner.index_size_bytes(item.create)
        return replace(
            item, create_ddl=create_index(item.create, size_bytes, catalog).ddl
        )

    return replace(
        answer,
        offered=tuple(map(told, answer.offered)),
        not_offered=tuple(map(told, answer.not_offered)),
    )


def _measured(
    request: RewriteRequest, answer: Rewriting, samples: Sequence[ParameterSet]
) -> Rewriting:
    """The answer with the best rewrites really run; one that is slower is dropped."""
    if request.schema_path is not None:
        raise UserError(
            "a schema alone says nothing about the data to measure on",
            hint="Give --target or --snapshot with --measure.",
        )
    kept: list[Rewrite] = []
    dropped = list(answer.dropped)
    for number, item in enumerate(answer.offered):
        place = MeasuredOn(
            query=request.query,
            samples=tuple(samples),
            snapshot_path=request.snapshot_path,
            source=request.address,
        )
        found = measured(place, item) if number < MAX_MEASURED else item
        if isinstance(found, str):
            names = " + ".join(step.rule for step in item.steps)
            dropped.insert(0, f"{names}: {found}")
        else:
            kept.append(found)
    return replace(answer, offered=tuple(kept), dropped=tuple(dropped))


def _index_alone(
    query: str,
    samples: Sequence[ParameterSet],
    planner: ShadowPlanner,
    catalog: Catalog,
) -> IndexRemedy | None:
    """The index that helps the query as it is most, weighed against the rewrites."""
    now = datetime.now(UTC)
    item = WorkloadItem(
        statement=describe(query),
        counters=StatementCounters(
            calls=1000,
            rows=1000,
            total_exec_time_ms=1_000_000.0,
            mean_exec_time_ms=1000.0,
        ),
        exec_time_ratio=1.0,
        parameter_sets=tuple(samples),
        sources=("submitted",),
    )
    facts = Facts(
        workload=Workload(
            server_id="submitted",
            database=catalog.database,
            window=Window(started_at=now, ended_at=now),
            items=(item,),
        ),
        catalog=catalog,
        what_if=planner,
    )
    try:
        found = [
            one
            for one in missing_index.advise(facts)
            if isinstance(one, Recommendation)
        ]
    except AnalyzerError:
        return None
    if not found or not isinstance(found[0].action, CreateIndex):
        return None
    best = found[0]
    action = best.action
    if not isinstance(action, CreateIndex):
        return None
    return IndexRemedy(
        ddl=action.ddl,
        size_bytes=action.size_bytes,
        cost_before=best.before.value,
        cost_after=best.after.value,
    )


def _nobody(stage: str, done_ratio: float) -> None:
    """Progress for nobody."""
