"""Golden cases of advisors: a schema, a workload, and what must come of it.

A file holds cases, each made of lines that begin with a mark and of SQL between them:

    -- case: title, which for a silent case is its reason
    CREATE TABLE …; CREATE INDEX …;
    -- rows: child=1000000, parent=10
    -- activity: child n_tup_del=500 n_tup_upd=3
    -- fill: child.state = CASE WHEN g % 50 = 0 THEN 'open' ELSE 'done' END
    -- workload: calls=100 total_exec_time_ms=90000
    -- parameters: ["2024-05-01", null]
    -- runs: call_count=500 run_count=10 longest=60
    SELECT …;
    -- expect: recommend | silent | no advice [: words of the answer]
    text of the action, for recommend

``rows`` are the statistics of the pure run and, up to a limit, the number of rows that
are really generated. ``parameters`` (JSON, as if logged) and ``runs`` belong to the
query below them; there may be several workloads. ``setting`` holds for the real run.
``-- only: real`` or ``pure`` leaves out the other run, with the reason after it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from analyzer.advisors.contract import Facts
from analyzer.domain.catalog import Catalog, Relation, RelationActivity
from analyzer.domain.snapshot import StatementCounters
from analyzer.domain.what_if import BulkWhatIfPlanner
from analyzer.domain.workload import (
    ParameterSet,
    StatementRun,
    Window,
    Workload,
    WorkloadItem,
)
from analyzer.statements.describe import describe

FOLDER = Path(__file__).parents[1] / "golden"
_STARTED_AT = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(slots=True)
class Query:
    """One statement of the workload of a case."""

    calls: int = 100
    total_ms: float = 10_000.0
    parameters: list[tuple[str | None, ...]] = field(default_factory=list)
    run: dict[str, int] = field(default_factory=dict)
    text: str = ""


@dataclass(slots=True)
class GoldenCase:
    """One case of a golden file."""

    slug: str
    title: str
    ddl: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    fill: dict[tuple[str, str], str] = field(default_factory=dict)
    activity: dict[str, dict[str, Any]] = field(default_factory=dict)
    queries: list[Query] = field(default_factory=list)
    settings: list[str] = field(default_factory=list)
    only: str = ""
    expect: str = ""
    words: str = ""
    text: str = ""

    @property
    def name(self) -> str:
        return f"{self.slug}: {self.title}"


def golden_cases(folder: Path = FOLDER) -> list[GoldenCase]:
    """Every case of every ``<family>/<slug>.sql``."""
    files = sorted(folder.glob("*/*.sql"))
    return [case for path in files for case in read_cases(path)]


def read_cases(path: Path) -> list[GoldenCase]:
    """The cases of one file, in order."""
    cases: list[GoldenCase] = []
    state = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        mark, _, rest = line.removeprefix("-- ").partition(":")
        if line.startswith("-- case:"):
            cases.append(GoldenCase(slug=path.stem, title=rest.strip()))
            state = "ddl"
        elif line.startswith("-- ") and mark in _MARKS:
            state = _MARKS[mark](cases[-1], rest.strip()) or state
        elif line.startswith("-- "):
            raise ValueError(f"{path.name}: unknown mark {mark!r}")
        elif cases:
            _add_text(cases[-1], state, line)
    return cases


def _add_text(case: GoldenCase, state: str, line: str) -> None:
    if state == "ddl":
        case.ddl += line + "\n"
    elif state == "query":
        query = case.queries[-1]
        query.text = f"{query.text}\n{line}".strip()
    elif state == "expect":
        case.text = f"{case.text}\n{line}".strip()


def _rows(case: GoldenCase, rest: str) -> None:
    for part in rest.split(","):
        name, _, count = part.partition("=")
        case.rows[name.strip()] = int(count)


def _fill(case: GoldenCase, rest: str) -> None:
    target, _, expression = rest.partition("=")
    table, _, column = target.strip().partition(".")
    case.fill[(table, column)] = expression.strip()


def _activity(case: GoldenCase, rest: str) -> None:
    table, *counters = rest.split()
    pairs = (item.split("=") for item in counters)
    case.activity[table] = {
        name: datetime.fromisoformat(value).replace(tzinfo=UTC)
        if name.endswith("_at")
        else int(value)
        for name, value in pairs
    }


def _workload(case: GoldenCase, rest: str) -> str:
    pairs = dict(item.split("=") for item in rest.split())
    case.queries.append(
        Query(
            calls=int(pairs.get("calls", "100")),
            total_ms=float(pairs.get("total_exec_time_ms", "10000")),
        )
    )
    return "query"


def _parameters(case: GoldenCase, rest: str) -> None:
    values = [None if item is None else str(item) for item in json.loads(rest)]
    case.queries[-1].parameters.append(tuple(values))


def _runs(case: GoldenCase, rest: str) -> None:
    pairs = (item.split("=") for item in rest.split())
    case.queries[-1].run = {name: int(value) for name, value in pairs}


def _setting(case: GoldenCase, rest: str) -> None:
    case.settings.append(rest)


def _only(case: GoldenCase, rest: str) -> None:
    case.only = rest.partition(",")[0]


def _expect(case: GoldenCase, rest: str) -> str:
    case.expect, _, words = rest.partition(":")
    case.expect, case.words = case.expect.strip(), words.strip()
    return "expect"


_MARKS: dict[str, Callable[[GoldenCase, str], str | None]] = {
    "rows": _rows,
    "fill": _fill,
    "activity": _activity,
    "workload": _workload,
    "parameters": _parameters,
    "runs": _runs,
    "setting": _setting,
    "only": _only,
    "expect": _expect,
}


def facts_of(case: GoldenCase, catalog: Catalog, planner: BulkWhatIfPlanner) -> Facts:
    """The facts of a case: its workload on this catalog, with this planner."""
    items = list(_items(case))
    return Facts(
        workload=Workload(
            server_id="golden",
            database="golden",
            window=Window(
                started_at=_STARTED_AT, ended_at=_STARTED_AT + timedelta(hours=1)
            ),
            items=tuple(items),
        ),
        catalog=_with_activity(case, catalog),
        runs=tuple(_statement_runs(case, items)),
        what_if=planner,
    )


def _items(case: GoldenCase) -> Iterator[WorkloadItem]:
    total = sum(query.total_ms for query in case.queries)
    for query in case.queries:
        yield WorkloadItem(
            statement=describe(query.text),
            counters=StatementCounters(
                calls=query.calls,
                rows=query.calls,
                total_exec_time_ms=query.total_ms,
                mean_exec_time_ms=query.total_ms / query.calls,
            ),
            exec_time_ratio=query.total_ms / total,
            parameter_sets=tuple(
                ParameterSet(values=values, label="log", source="golden case")
                for values in query.parameters
            ),
            sources=("log",),
        )


def _statement_runs(
    case: GoldenCase, items: list[WorkloadItem]
) -> Iterator[StatementRun]:
    for number, (query, item) in enumerate(zip(case.queries, items, strict=True)):
        if query.run:
            previous = items[number - 1].statement.fingerprint if number else None
            yield StatementRun(
                fingerprint=item.statement.fingerprint,
                parent=previous,
                run_count=query.run["run_count"],
                call_count=query.run["call_count"],
                total_ms=query.total_ms,
                longest=query.run["longest"],
                distinct_parameter_ratio=query.run.get("distinct_percent", 100) / 100,
                session_count=query.run.get("session_count", 1),
            )


def _with_counters(case: GoldenCase, relation: Relation) -> Relation:
    counters = case.activity.get(relation.name.name, {})
    live = counters.get("n_live_tup", 0)
    growth = live / relation.reltuples if live and relation.reltuples > 0 else 1.0
    return replace(
        relation,
        activity=RelationActivity(**counters),
        # The file is as long as its live rows make it, whatever ANALYZE last saw.
        size_bytes=int(relation.size_bytes * max(growth, 1.0)),
    )


def _with_activity(case: GoldenCase, catalog: Catalog) -> Catalog:
    if not case.activity:
        return catalog
    relations = tuple(_with_counters(case, item) for item in catalog.relations)
    return replace(catalog, relations=relations, stats_reset_at=_STARTED_AT)
