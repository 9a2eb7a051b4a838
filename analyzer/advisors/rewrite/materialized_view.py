"""Keep the answer of an aggregate that is asked again and again.

Rule: a query without parameters that reads many rows and returns few gives the same
    answer until the tables change. A materialised view holds the answer; it is worked
    out once for each refresh instead of once for each call.
Evidence: calls per hour, planner cost of the query, and what a scan of its few rows
    costs; refreshes are taken off what is saved.
Semantics: changed: the answer is as old as the last refresh.
Silent when: the query has parameters, reads a clock or a setting of the session, calls
    something volatile, is not asked often, returns more than few rows, limits or locks
    them, or two of its columns have one name.
Source: PostgreSQL manual, "Materialized Views" and "REFRESH MATERIALIZED VIEW";
    rewrites.md P1.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.advisors.affected import affected
from analyzer.advisors.contract import Advisor, Facts, Need
from analyzer.domain.catalog import Catalog
from analyzer.domain.index import RelationName
from analyzer.domain.plan import Plan
from analyzer.domain.ports import WhatIfPlanner
from analyzer.domain.recommendation import (
    Basis,
    ChangeApplication,
    Evidence,
    NoAdvice,
    Quantity,
    Recommendation,
    Semantics,
)
from analyzer.domain.statement import StatementKind
from analyzer.domain.workload import WorkloadItem
from analyzer.errors import AnalyzerError
from analyzer.indexing.cost_settings import CostSettings
from analyzer.rewriting.block import Block
from analyzer.rewriting.proofs import not_volatile
from analyzer.rewriting.protocol import Setting, Subject, subject
from analyzer.rewriting.selects import knows
from analyzer.rewriting.trees import has_only
from analyzer.statements.clocks import clocks
from analyzer.statements.identifiers import (
    quote_identifier,
    quote_literal,
    quote_relation,
)
from analyzer.statements.outputs import has_aggregate
from analyzer.statements.parse import Node, walk
from analyzer.statements.sides import function_name

_SLUG = "materialized_view"
_CLAUSES = ("targetList", "fromClause", "whereClause", "groupClause", "havingClause")
_PAGE_BYTES = 8192
_ROW_HEADER_BYTES = 28
_MAX_NAME = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When to speak.

    Attributes:
        min_calls_per_hour: fewer are no burden, and an old answer is no bargain.
        min_time_ratio: its share of the workload's time.
        min_cost: planner cost of one call.
        min_speedup: cost of a call to that of a scan of the answer.
        max_rows: of the answer.
        refresh_ratio: share of today's cost that refreshes may take.
        min_interval_s, max_interval_s: bounds of the time between two refreshes.
    """

    min_calls_per_hour: float = 30.0
    min_time_ratio: float = 0.02
    min_cost: float = 200.0
    min_speedup: float = 20.0
    max_rows: float = 10_000.0
    refresh_ratio: float = 0.1
    min_interval_s: int = 60
    max_interval_s: int = 3_600


_DEFAULTS = Thresholds()


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """The view to be made, its columns, and those that tell its rows apart."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    interval_s: int


def advise(
    facts: Facts, thresholds: Thresholds = _DEFAULTS
) -> Iterator[Recommendation | NoAdvice]:
    """One materialised view per aggregate that is asked often."""
    if facts.catalog is None or facts.what_if is None:
        return
    hours = facts.workload.window.duration_s / 3600
    for item in facts.workload.items:
        if item.statement.kind is not StatementKind.SELECT or hours <= 0:
            continue
        per_hour = item.counters.calls / hours
        if (
            per_hour < thresholds.min_calls_per_hour
            or item.exec_time_ratio < thresholds.min_time_ratio
        ):
            continue
        found = _answer(item, facts.catalog)
        plan = _plan(item, facts.what_if) if found is not None else None
        if found is None or plan is None or not _pays(plan, facts.catalog, thresholds):
            continue
        view = _view(found, facts.catalog, _interval_s(per_hour, thresholds))
        yield _recommendation(item, view, (plan, per_hour), facts)


def _plan(item: WorkloadItem, planner: WhatIfPlanner) -> Plan | None:
    try:
        return planner.plan(item.planned_query)
    except AnalyzerError:
        return None


def _pays(plan: Plan, catalog: Catalog, thresholds: Thresholds) -> bool:
    """Whether few rows come of much work."""
    bar = max(thresholds.min_cost, _scan_cost(plan, catalog) * thresholds.min_speedup)
    return plan.root.plan_rows <= thresholds.max_rows and plan.total_cost >= bar


def _answer(item: WorkloadItem, catalog: Catalog) -> tuple[Subject, Block] | None:
    """The query and its block, if its answer can be kept."""
    text = item.statement.normalized_query
    try:
        given = subject(text, Setting(catalog=catalog))
        reads_clock = bool(clocks(text))
    except AnalyzerError:
        return None
    block = given.blocks.top
    if block is None or reads_clock or "SelectStmt" not in block.node:
        return None
    fields = block.fields
    if not has_only(fields, _CLAUSES) or not knows(fields) or not block.is_understood:
        return None
    if any(_is_of_session(kind, node) for kind, node in walk(given.tree)):
        return None
    if "groupClause" not in fields and not has_aggregate(fields["targetList"]):
        return None
    names = [name for name, _ in given.blocks.outputs(block) or []]
    if not names or not all(names) or len(set(names)) != len(names):
        return None
    relations = [source.relation for source in block.sources]
    if not relations or any(relation is None for relation in relations):
        return None
    return (given, block) if not_volatile(given.setting, fields).holds else None


def _is_of_session(kind: str, fields: Node) -> bool:
    """Whether a node has another value in the session that asks than in a refresh.

    A tenant that is read from a setting would get the rows of whoever refreshed.
    """
    if kind != "FuncCall":
        return kind == "ParamRef"
    name = function_name(fields)
    is_from_today = name == "age" and len(fields.get("args", [])) == 1
    return name == "current_setting" or is_from_today


def _scan_cost(plan: Plan, catalog: Catalog) -> float:
    """What PostgreSQL charges for a sequential scan of the rows of the answer."""
    rows = max(plan.root.plan_rows, 1.0)
    width = plan.root.plan_width_bytes + _ROW_HEADER_BYTES
    pages = math.ceil(rows * width / _PAGE_BYTES)
    settings = CostSettings.read(catalog.settings)
    return pages * settings.seq_page_cost + rows * settings.cpu_tuple_cost


def _interval_s(per_hour: float, thresholds: Thresholds) -> int:
    """Seconds between refreshes, so that they take a small share of today's cost."""
    wanted = 3600 / (per_hour * thresholds.refresh_ratio)
    bounded = min(max(wanted, thresholds.min_interval_s), thresholds.max_interval_s)
    return math.ceil(bounded / 60) * 60


def _view(found: tuple[Subject, Block], catalog: Catalog, interval_s: int) -> _View:
    given, block = found
    outputs = given.blocks.outputs(block) or []
    groups = [
        given.blocks.column(item, block) for item in block.fields.get("groupClause", [])
    ]
    named = {given.blocks.column(node, block): name for name, node in outputs}
    key = tuple(named[use] for use in groups if use is not None and use in named)
    columns = tuple(name for name, _ in outputs)
    if not groups:
        key = columns[:1]
    elif len(key) != len(groups):
        key = ()
    return _View(
        name=_name(block, key if groups else (), catalog),
        columns=columns,
        key=key,
        interval_s=interval_s,
    )


def _name(block: Block, key: tuple[str, ...], catalog: Catalog) -> str:
    """A name made of the first table and the groups, that nothing else has."""
    first = block.sources[0].relation
    parts = [first.name.name if first is not None else "answer"]
    parts += ["by", *key] if key else ["totals"]
    base = re.sub(r"[^a-z0-9_]", "_", "_".join(parts).lower())[:_MAX_NAME]
    taken = {relation.name.name for relation in catalog.relations}
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    return name


def _ddl(view: _View, text: str, schema: str) -> tuple[str, str, str]:
    """CREATE MATERIALIZED VIEW, its unique index or nothing, and the refresh."""
    name = quote_relation(RelationName(schema, view.name))
    create = f"CREATE MATERIALIZED VIEW {name} AS {text.rstrip().rstrip(';')};"
    if not view.key:
        return create, "", f"REFRESH MATERIALIZED VIEW {name};"
    keys = ", ".join(map(quote_identifier, view.key))
    index = f"CREATE UNIQUE INDEX {quote_identifier(view.name + '_key')} "
    return (
        create,
        f"{index}ON {name} ({keys});",
        f"REFRESH MATERIALIZED VIEW CONCURRENTLY {name};",
    )


def _recommendation(
    item: WorkloadItem, view: _View, seen: tuple[Plan, float], facts: Facts
) -> Recommendation:
    plan, per_hour = seen
    catalog = facts.catalog
    scan = _scan_cost(plan, catalog) if catalog is not None else 0.0
    after = scan + plan.total_cost * min(3600 / view.interval_s / per_hour, 1.0)
    schema = (catalog.search_path if catalog is not None else ("public",))[0]
    name = quote_relation(RelationName(schema, view.name))
    create, index, refresh = _ddl(view, item.statement.normalized_query, schema)
    minutes = view.interval_s // 60
    columns = ", ".join(map(quote_identifier, view.columns))
    return Recommendation(
        advisor=_SLUG,
        title=(
            f"Keep the answer in a materialised view, refreshed every {minutes} min: "
            f"planner cost per call {plan.total_cost:,.0f} to {after:,.0f}"
        ),
        action=ChangeApplication(
            instruction=f"Read the answer from {name}, and run {refresh} every "
            f"{minutes} min (cron or pg_cron).",
            query=f"SELECT {columns} FROM {name}",
        ),
        before=_cost(plan.total_cost, facts),
        after=_cost(after, facts),
        evidence=_evidence(plan, scan, per_hour, facts),
        affects=(affected(item, cost_before=plan.total_cost, cost_after=after),),
        rollback=f"DROP MATERIALIZED VIEW {name};",
        semantics=Semantics.CHANGED,
        conditions=(
            f"an answer that is up to {minutes} min old will do",
            f"this materialised view exists: {create}",
            *((f"it has this unique index: {index}",) if index else ()),
            f"it is refreshed every {minutes} min: {refresh}",
        ),
        verify="SELECT matviewname, ispopulated FROM pg_matviews\n"
        f"WHERE matviewname = {quote_literal(view.name)};",
        refuted_by="A reader that must see its own last change, or a refresh that "
        "takes longer than the time between two.",
        caveats=_caveats(index),
        impact_ratio=item.exec_time_ratio * max(0.0, 1 - after / plan.total_cost),
    )


def _caveats(index: str) -> tuple[str, ...]:
    locks = "" if index else " Readers wait while it is refreshed."
    return (
        f"The answer is as old as the last refresh.{locks}",
        "Each refresh costs as much as one call does today, and writes WAL; the cost "
        "per call counts it.",
        "It is filled as its owner, with the settings of the session that refreshes: "
        "row security does not hold for its readers, and the time zone is that one's.",
        "An index may make the query itself cheap enough; weigh it first.",
    )


def _evidence(
    plan: Plan, scan: float, per_hour: float, facts: Facts
) -> tuple[Evidence, ...]:
    calls = Quantity(
        value=round(per_hour, 1),
        unit="calls per hour",
        basis=Basis.MEASURED,
        source="pg_stat_statements",
    )
    rows = Quantity(
        value=plan.root.plan_rows,
        unit="rows",
        basis=Basis.ESTIMATED,
        source=_source(facts),
    )
    return (
        Evidence(claim="calls per hour, all asking the same", quantity=calls),
        Evidence(claim="rows of the answer", quantity=rows),
        Evidence(
            claim="cost of a scan of these rows, by PostgreSQL's own formula",
            quantity=_cost(scan, facts),
        ),
    )


def _source(facts: Facts) -> str:
    return facts.what_if.source if facts.what_if is not None else ""


def _cost(value: float, facts: Facts) -> Quantity:
    return Quantity(
        value=round(value, 2),
        unit="planner cost",
        basis=Basis.ESTIMATED,
        source=_source(facts),
    )


ADVISOR = Advisor(
    slug=_SLUG, needs=(Need.CATALOG, Need.WHAT_IF), doc=__doc__, advise=advise
)
