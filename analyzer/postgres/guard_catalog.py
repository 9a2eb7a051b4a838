"""What the names of a statement mean in the catalog of the server it is meant for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from analyzer.postgres.connect import Connection
from analyzer.postgres.guard_answers import SETTINGS, CatalogQuestions
from analyzer.postgres.guard_built_ins import BuiltIns, built_ins, replaced_views
from analyzer.postgres.guard_expansion import SYSTEM_SCHEMAS, Expansion, ViewParser
from analyzer.postgres.guard_facts import (
    CastFact,
    CatalogFacts,
    FunctionFact,
    StoredFact,
)
from analyzer.postgres.guard_lookup import with_functions
from analyzer.postgres.guard_names import TRUSTED_EXTENSIONS
from analyzer.postgres.rolled_back import set_local
from analyzer.statements.safety import Name, SafetyFacts

_JSON_OIDS = (114, 3802)
"""Of json and jsonb, in pg_type.dat of every version."""


def look_up(
    connection: Connection,
    facts: SafetyFacts,
    parse_view: ViewParser,
    *,
    is_ours: bool = False,
) -> CatalogFacts:
    """Look up every name of a statement, and of the texts that its names bring along.

    Args:
        connection: in the transaction that will plan or run the statement.
        facts: of the statement.
        parse_view: the parser for the texts of views, checks and functions.
        is_ours: we have made the server, so what is built in is PostgreSQL's own.

    Raises:
        AnalyzerError: a view's text cannot be parsed.
        CatalogChanged: the catalog did while it was asked.
        psycopg.Error: the catalog cannot be read.
    """
    settings, path = _session_facts(connection)
    set_local(connection, SETTINGS)
    questions = CatalogQuestions(connection)
    expansion = Expansion(questions, path, parse_view)
    expansion.expand(facts)
    # A text may name what brings another text along, until no more is new.
    made = _casts(questions)
    while True:
        found = _merged(expansion.parts)
        casts = _applying(made, expansion.parts, writes=facts.writes)
        stored = _stored(questions, found, writes=facts.writes)
        functions = [*_called(found), *(item.function for item in casts)]
        functions += [item.function for item in stored]
        bodies = expansion.wrappers(functions)
        functions += [item for body in bodies for item in _called(body.catalog)]
        if not expansion.expand_bodies(functions):
            break
    own = BuiltIns() if is_ours else built_ins(connection)
    altered = [] if is_ours else _altered(connection, found, own)
    checks = [] if is_ours else questions.confirm(settings, path)
    result = replace(
        found,
        casts=casts,
        stored=stored,
        bodies=bodies,
        json_casts=_to_json(made, expansion.parts),
        violations=(*expansion.violations, *_support(questions), *altered),
        added=own.added,
        expanded_count=expansion.expanded_count,
        part_count=expansion.part_count,
        copies=expansion.copies,
        built_bytes=expansion.built_bytes,
        collected_bytes=expansion.collected_bytes,
        checks=tuple(checks),
    )
    set_local(connection, settings)
    return result


def _called(found: CatalogFacts) -> list[FunctionFact]:
    behind = (item.function for item in found.operators)
    return [*found.functions, *found.field_functions, *behind]


def _stored(
    questions: CatalogQuestions, found: CatalogFacts, *, writes: bool
) -> tuple[StoredFact, ...]:
    """What is kept with the relations and domains that were found."""
    domains = [item for item in found.types if item.kind == "d"]
    values = {
        "relations": [item.oid for item in found.relations],
        "domains": [item.oid for item in domains],
        # A value read from a column has passed its checks.
        "checked": [i.oid for i in domains if i.is_part or i.asked_name],
    }
    rows = [
        row
        for row in questions.rows("guard_stored", values)
        if writes or row["holder"] != "default"
    ]
    return with_functions(questions, StoredFact, rows)


def _support(questions: CatalogQuestions) -> list[Name]:
    values = {"trusted": sorted(TRUSTED_EXTENSIONS)}
    rows = questions.rows("guard_support", values)
    return [(str(row["rule"]), str(row["name"])) for row in rows]


def _altered(connection: Connection, found: CatalogFacts, own: BuiltIns) -> list[Name]:
    """What the statement may reach of PostgreSQL's own, and what is not as it was."""
    altered = [("replaced built-in", name) for name in own.replaced]
    reads_views = any(
        item.kind == "v" and item.schema in SYSTEM_SCHEMAS for item in found.relations
    )
    if reads_views:
        names = replaced_views(connection)
        altered += [("replaced built-in", name) for name in names]
    return altered


def _casts(questions: CatalogQuestions) -> tuple[CastFact, ...]:
    """Casts of the database's own that call a function."""
    values = {"trusted": sorted(TRUSTED_EXTENSIONS)}
    rows = questions.rows("guard_casts", values)
    return with_functions(questions, CastFact, rows)


def _applying(
    made: Sequence[CastFact], parts: Sequence[CatalogFacts], *, writes: bool
) -> tuple[CastFact, ...]:
    """Casts that the statement could use without a function's name."""
    reached = {item.oid for part in parts for item in part.types}
    named = {item.oid for part in parts for item in part.types if item.asked_name}
    implicit = {"i", "a"} if writes else {"i"}
    return tuple(
        item
        for item in made
        if item.target_oid in named
        or (
            item.context in implicit
            and (item.is_target_built_in or item.target_oid in reached)
            and _has_source(item, reached)
        )
    )


def _to_json(
    made: Sequence[CastFact], parts: Sequence[CatalogFacts]
) -> tuple[CastFact, ...]:
    """Casts that functions which make json could find for a value of the statement."""
    reached = {item.oid for part in parts for item in part.types}
    return tuple(
        item
        for item in made
        if item.target_oid in _JSON_OIDS and _has_source(item, reached)
    )


def _has_source(item: CastFact, reached: set[int]) -> bool:
    """Whether the statement may have a value of the type that is cast."""
    return item.is_source_anywhere or not reached.isdisjoint(item.source_oids)


def _session_facts(connection: Connection) -> tuple[dict[str, str], list[str]]:
    """Settings that asking changes, and the schemas of the search path."""
    row = connection.execute(
        "SELECT /* pgproof */ pg_catalog.current_setting('search_path'),"
        " pg_catalog.current_setting('plan_cache_mode'),"
        " pg_catalog.current_setting('jit'),"
        " pg_catalog.current_schemas(true)::pg_catalog.text[]"
    ).fetchone()
    assert row is not None
    return dict(zip(SETTINGS, row, strict=False)), list(row[-1])


def _merged(parts: Sequence[CatalogFacts]) -> CatalogFacts:
    def joined(field: str) -> tuple[Any, ...]:
        return tuple(item for part in parts for item in getattr(part, field))

    return CatalogFacts(
        functions=joined("functions"),
        field_functions=joined("field_functions"),
        operators=joined("operators"),
        types=joined("types"),
        relations=joined("relations"),
        json_makers=joined("json_makers"),
        unknown=joined("unknown"),
    )
