"""What the names of a statement mean in the catalog of the server it is meant for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from psycopg.rows import class_row

from analyzer.postgres.connect import Connection
from analyzer.postgres.guard_names import TRUSTED_EXTENSIONS
from analyzer.postgres.queries import load
from analyzer.postgres.rolled_back import set_local
from analyzer.statements.safety import Name, SafetyFacts

MAX_VIEWS = 60
MAX_EXPANDED = 64
"""Relations a statement may have after views and CTEs are expanded."""
CHECK = 0
"""How many relations a check stands for."""
SYSTEM_SCHEMAS = ("pg_catalog", "information_schema", "pg_toast")

ViewParser = Callable[[str], SafetyFacts]
"""Turns the text of a view into facts, in a safe place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionFact:
    """A function that a call, or a name behind a dot, could mean."""

    asked_schema: str
    asked_name: str
    schema: str
    volatility: str
    language: str
    is_security_definer: bool
    extension: str
    is_built_in: bool
    is_superusers: bool
    is_internal: bool
    takes_row: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorFact:
    """An operator that a name could mean, with the function behind it."""

    asked_schema: str
    asked_name: str
    schema: str
    function_name: str
    volatility: str
    language: str
    is_security_definer: bool
    extension: str
    is_built_in: bool
    is_superusers: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CastFact:
    """A cast that the database has made for itself, with the function behind it."""

    source_oid: int
    target_oid: int
    is_source_built_in: bool
    is_target_built_in: bool
    context: str
    source: str
    target: str
    volatility: str
    language: str
    is_security_definer: bool
    extension: str
    is_built_in: bool
    is_superusers: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeFact:
    """A type reached from a name; the asked name is empty for types of columns.

    ``is_part`` if it is an element, attribute or base of what was asked for;
    ``check_query`` selects the checks of a domain.
    """

    asked_schema: str
    asked_name: str
    oid: int
    schema: str
    name: str
    kind: str
    is_made_of_parts: bool
    is_part: bool
    is_built_in: bool
    extension: str
    check_query: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationFact:
    """A relation that a name means, and what reading it involves."""

    asked_schema: str
    asked_name: str
    oid: int
    schema: str
    kind: str
    has_row_security: bool
    access_method: str
    is_owner: bool
    view_query: str | None
    is_foreign: bool
    has_other_storage: bool
    operator_class: str | None
    stored_function: str | None
    type_oids: list[int]
    defaults_call_functions: bool
    has_rules: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogFacts:
    """All that the names of a statement, and of the views it reads, could mean.

    Attributes:
        functions: candidates of all calls.
        field_functions: candidates of names behind a dot that take a row.
        operators: candidates of all operators.
        casts: of the database's own, that the statement could use.
        types: of casts, columns and calls.
        relations: views among them.
        unknown: kind and name of what has no meaning here.
        violations: of the texts of views.
        expanded_count: relations after views and CTEs are expanded.
    """

    functions: tuple[FunctionFact, ...] = ()
    field_functions: tuple[FunctionFact, ...] = ()
    operators: tuple[OperatorFact, ...] = ()
    casts: tuple[CastFact, ...] = ()
    types: tuple[TypeFact, ...] = ()
    relations: tuple[RelationFact, ...] = ()
    unknown: tuple[Name, ...] = ()
    violations: tuple[Name, ...] = ()
    expanded_count: int = 0


def look_up(
    connection: Connection, facts: SafetyFacts, parse_view: ViewParser
) -> CatalogFacts:
    """Look up every name of a statement, and of the views it reads, in turn.

    Args:
        connection: in the transaction that will plan or run the statement.
        facts: of the statement.
        parse_view: the parser for the texts of views.

    Raises:
        AnalyzerError: a view's text cannot be parsed.
        psycopg.Error: the catalog cannot be read.
    """
    setting, path = _search_path(connection)
    # Names of user objects come back with their schema, and no function of the
    # database can stand in for a built-in one of ours.
    set_local(connection, {"search_path": "pg_catalog"})
    total, violations, expanded = _expanded(connection, facts, path, parse_view)
    casts = _casts(connection, total, writes=facts.writes)
    set_local(connection, {"search_path": setting})
    return replace(
        _merged(total),
        casts=casts,
        violations=tuple(violations),
        expanded_count=expanded,
    )


def _expanded(
    connection: Connection,
    facts: SafetyFacts,
    path: Sequence[str],
    parse_view: ViewParser,
) -> tuple[list[CatalogFacts], list[Name], int]:
    """Facts of the statement, and of each text that its names bring with them."""
    found = _Lookup(connection, path).look_up(facts)
    pending = _texts(found, facts, 1)
    total, seen, expanded = [found], 0, facts.expanded_count
    violations: list[Name] = []
    while pending and expanded <= MAX_EXPANDED:
        text, weight = pending.pop()
        seen += 1
        if seen > MAX_VIEWS:
            violations.append(("view", "views nested too deep"))
            break
        inner = parse_view(text)
        violations += inner.violations
        expanded += weight * max(inner.expanded_count - 1, 0)
        below = _Lookup(connection, ["pg_catalog"]).look_up(inner)
        if weight == CHECK:
            # Unlike other calls, those of a check may come as early as at parsing.
            violations += [
                ("volatile check", item.asked_name)
                for item in below.functions
                if item.volatility == "v"
            ]
        total.append(below)
        pending += _texts(below, inner, weight)
    return total, violations, expanded


def _texts(
    found: CatalogFacts, facts: SafetyFacts, weight: int
) -> list[tuple[str, int]]:
    """Texts that come with names: of views, and of checks that a value may meet."""
    counts = {name[:2]: name[2] for name in facts.relations}
    views = [
        (item.view_query or "", weight * counts[item.asked_schema, item.asked_name])
        for item in found.relations
        if item.kind == "v" and item.schema not in SYSTEM_SCHEMAS
    ]
    # A value read from a column has passed its checks; a constant may still meet them.
    checks = {
        item.check_query
        for item in found.types
        if item.check_query and (item.is_part or item.asked_name)
    }
    return [*views, *((text, CHECK) for text in sorted(checks))]


def _casts(
    connection: Connection, parts: Sequence[CatalogFacts], *, writes: bool
) -> tuple[CastFact, ...]:
    """Casts of the database's own that could apply to the types that were reached."""
    reached = {item.oid for part in parts for item in part.types}
    named = {item.oid for part in parts for item in part.types if item.asked_name}
    implicit = {"i", "a"} if writes else {"i"}
    query = load("guard_casts", connection.info.server_version)
    with connection.cursor(row_factory=class_row(CastFact)) as cursor:
        return tuple(
            item
            for item in cursor.execute(query, {})
            if item.target_oid in named
            or (
                item.context in implicit
                and (item.is_target_built_in or item.target_oid in reached)
                and (item.is_source_built_in or item.source_oid in reached)
            )
        )


class _Lookup:
    """The catalog as one search path sees it."""

    def __init__(self, connection: Connection, path: Sequence[str]) -> None:
        self._connection = connection
        self._path = list(path)

    def look_up(self, facts: SafetyFacts) -> CatalogFacts:
        functions = self._rows("guard_functions", FunctionFact, facts.functions)
        fields = [("", name) for name in facts.fields]
        on_rows = self._rows("guard_functions", FunctionFact, fields)
        operators = self._rows("guard_operators", OperatorFact, facts.operators)
        named = [item[:2] for item in facts.relations]
        relations = self._rows(
            "guard_relations", RelationFact, named, trusted=sorted(TRUSTED_EXTENSIONS)
        )
        known = {item.asked_name for item in relations if not item.asked_schema}
        # What is the name of a CTE somewhere may still mean a relation elsewhere.
        certain = [n for n in named if n[0] or n[1] in known or n[1] not in facts.ctes]
        oids = sorted({oid for item in relations for oid in item.type_oids})
        # A call f(x) may also be a cast to a type named f.
        casts = [*facts.types, *facts.functions]
        types = self._rows("guard_types", TypeFact, casts, oids=oids)
        return CatalogFacts(
            functions=tuple(functions),
            field_functions=tuple(item for item in on_rows if item.takes_row),
            operators=tuple(operators),
            types=tuple(types),
            relations=tuple(relations),
            unknown=(
                *_missing("function", facts.functions, functions),
                *_missing("operator", facts.operators, operators),
                *_missing("type", facts.types, types),
                *_missing("relation", certain, relations),
            ),
        )

    def _rows(
        self, question: str, kind: type[Any], names: Iterable[Name], **more: Any
    ) -> list[Any]:
        asked = list(names)
        values = {
            "schemas": [name[0] for name in asked],
            "names": [name[1] for name in asked],
            "path": self._path,
            **more,
        }
        query = load(question, self._connection.info.server_version)
        with self._connection.cursor(row_factory=class_row(kind)) as cursor:
            return cursor.execute(query, values).fetchall()


def _search_path(connection: Connection) -> tuple[str, list[str]]:
    row = connection.execute(
        "SELECT /* pgproof */ pg_catalog.current_setting('search_path'),"
        " pg_catalog.current_schemas(true)::pg_catalog.text[]"
    ).fetchone()
    return (row[0], list(row[1])) if row else ("", [])


def _missing(kind: str, asked: Iterable[Name], found: Iterable[Any]) -> list[Name]:
    known = {(item.asked_schema, item.asked_name) for item in found}
    return [(kind, ".".join(filter(None, name))) for name in asked if name not in known]


def _merged(parts: Sequence[CatalogFacts]) -> CatalogFacts:
    def joined(field: str) -> tuple[Any, ...]:
        return tuple(item for part in parts for item in getattr(part, field))

    return CatalogFacts(
        functions=joined("functions"),
        field_functions=joined("field_functions"),
        operators=joined("operators"),
        types=joined("types"),
        relations=joined("relations"),
        unknown=joined("unknown"),
    )
