"""Golden cases of rewrite rules: a query, and what a rule makes of it.

    -- case: title, which for a silent case is its reason
    -- known: {"1": "day"}                    parameters with one value in the log
    -- values: ["2024-05-01", null]           to run it with, once for each line
    -- version: 150000   -- style: ISO   -- approximate: yes
    SELECT …;
    -- expect: rewritten | silent | unproven: words of the missing condition
    text, for rewritten

All cases stand on ``schema.sql`` and ``rows.sql`` beside the folder of rules.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from analyzer.domain.catalog import Attribute, Catalog, Relation, RelationKind
from analyzer.domain.index import RelationName
from analyzer.rewriting.protocol import Setting
from analyzer.statements.ddl import catalog_from_ddl

FOLDER = Path(__file__).parents[1] / "golden" / "rewriting"
SCHEMA = (FOLDER / "schema.sql").read_text(encoding="utf-8")
ROWS = (FOLDER / "rows.sql").read_text(encoding="utf-8")
N_DISTINCT = {"events": {"user_id": 20.0, "kind": 4.0, "ts": -0.9}}
VIEWS = {
    RelationName("public", "item_totals"): (
        ("order_id", "items", "price"),
        "SELECT order_items.order_id, count(*) AS items,"
        " sum(order_items.price) AS price FROM public.order_items"
        " GROUP BY order_items.order_id",
    ),
    RelationName("public", "open_orders"): (
        ("id", "total"),
        "SELECT orders.id, orders.total FROM public.orders"
        " WHERE orders.status = 'open'",
    ),
    RelationName("public", "numbered_events"): (
        ("id", "user_id", "n"),
        "SELECT events.id, events.user_id, row_number()"
        " OVER (PARTITION BY events.user_id ORDER BY events.ts, events.id) AS n"
        " FROM public.events",
    ),
}
"""Columns and query of the views of the schema, as PostgreSQL prints them."""
FUNCTIONS = {"current_tenant": "s", "next_turn": "v"}


@dataclass(slots=True)
class RuleCase:
    """One case of a rule."""

    slug: str
    title: str
    query: str = ""
    known: dict[int, str] = field(default_factory=dict)
    values: list[tuple[str | None, ...]] = field(default_factory=list)
    version: int = 180000
    style: str = ""
    approximate: bool = False
    expect: str = ""
    words: str = ""
    text: str = ""

    @property
    def name(self) -> str:
        return f"{self.slug}: {self.title}"

    def setting(self, catalog: Catalog) -> Setting:
        settings = {**catalog.settings, "DateStyle": self.style}
        return Setting(
            catalog=replace(catalog, settings=settings),
            known=self.known,
            functions=FUNCTIONS,
            approximate=self.approximate,
            views={name: text for name, (_, text) in VIEWS.items()},
        )


def schema_catalog(version: int = 180000) -> Catalog:
    """The catalog of the schema as its text makes it."""
    catalog = catalog_from_ddl(SCHEMA, server_version_num=version)
    relations = tuple(_with_statistics(item) for item in catalog.relations)
    views = tuple(_view(name, columns) for name, (columns, _) in VIEWS.items())
    return replace(catalog, relations=(*relations, *views))


def _view(name: RelationName, columns: Sequence[str]) -> Relation:
    return Relation(
        name=name,
        kind=RelationKind.VIEW,
        reltuples=-1.0,
        relpages=0,
        size_bytes=0,
        attributes=tuple(
            Attribute(name=column, number=number, type_name="", not_null=False)
            for number, column in enumerate(columns, 1)
        ),
    )


def _with_statistics(relation: Relation) -> Relation:
    """A large table, of which some columns are known to have few values."""
    counts = N_DISTINCT.get(relation.name.name, {})
    attributes = (
        replace(item, n_distinct=counts.get(item.name)) for item in relation.attributes
    )
    return replace(relation, reltuples=100_000.0, attributes=tuple(attributes))


def rule_cases() -> list[RuleCase]:
    """Every case of every ``rules/<slug>.sql``."""
    files = sorted((FOLDER / "rules").glob("*.sql"))
    return [case for path in files for case in read_cases(path)]


def read_cases(path: Path) -> list[RuleCase]:
    """The cases of one file, in order."""
    cases: list[RuleCase] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        mark, colon, rest = line.removeprefix("-- ").partition(":")
        if line.startswith("-- ") and colon:
            _mark(cases, path.stem, mark, rest.strip())
        elif cases and line.strip():
            case = cases[-1]
            if case.expect:
                case.text = f"{case.text}\n{line}".strip()
            else:
                case.query = f"{case.query}\n{line}".strip().rstrip(";")
    return cases


def _mark(cases: list[RuleCase], slug: str, mark: str, rest: str) -> None:
    if mark == "case":
        cases.append(RuleCase(slug=slug, title=rest))
        return
    case = cases[-1]
    if mark == "known":
        case.known = {int(key): value for key, value in json.loads(rest).items()}
    elif mark == "values":
        case.values.append(tuple(json.loads(rest)))
    elif mark == "version":
        case.version = int(rest)
    elif mark == "style":
        case.style = rest
    elif mark == "approximate":
        case.approximate = True
    elif mark == "expect":
        case.expect, _, case.words = (part.strip() for part in rest.partition(":"))
    else:
        raise ValueError(f"{slug}: unknown mark {mark!r}")
