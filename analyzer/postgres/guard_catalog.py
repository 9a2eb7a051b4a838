"""What the names of a statement mean in the catalog of the server it is meant for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from psycopg.rows import class_row, dict_row

from analyzer.errors import AnalyzerError
from analyzer.postgres.connect import Connection
from analyzer.postgres.guard_facts import (
    BodyFact,
    CastFact,
    CatalogFacts,
    FunctionFact,
    OperatorFact,
    RelationFact,
    StoredFact,
    TypeFact,
)
from analyzer.postgres.guard_names import TRUSTED_EXTENSIONS
from analyzer.postgres.queries import load
from analyzer.postgres.rolled_back import set_local
from analyzer.statements.growing_columns import CAP, COLUMN
from analyzer.statements.safety import Name, SafetyFacts

MAX_TEXTS = 60
"""Views, checks and functions whose texts are read for one statement."""
MAX_EXPANDED = 64
"""Relations a statement may have after views and CTEs are expanded."""
CHECK = 0
"""How many relations a check stands for."""
SYSTEM_SCHEMAS = ("pg_catalog", "information_schema", "pg_toast")

ViewParser = Callable[[str], SafetyFacts]
"""Turns the text of a view into facts, in a safe place."""


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
    expansion = _Expansion(connection, path, parse_view)
    expansion.expand(facts)
    found = _merged(expansion.parts)
    stored = _stored(connection, found, writes=facts.writes)
    functions = [*found.functions, *(item.function for item in stored)]
    result = replace(
        found,
        casts=_casts(connection, expansion.parts, writes=facts.writes),
        stored=stored,
        bodies=expansion.bodies(functions),
        violations=(*expansion.violations, *_support(connection)),
        expanded_count=expansion.expanded_count,
        part_count=expansion.part_count,
        copies=expansion.copies,
        built_bytes=expansion.built_bytes,
    )
    set_local(connection, {"search_path": setting})
    return result


class _Expansion:
    """The names of a statement, and of each text that its names bring with them."""

    def __init__(
        self, connection: Connection, path: Sequence[str], parse_view: ViewParser
    ) -> None:
        self._connection = connection
        self._path = path
        self._parse = parse_view
        self._texts_read = 0
        self.parts: list[CatalogFacts] = []
        self.violations: list[Name] = []
        self.expanded_count = 0
        self.part_count = 0
        self.copies = 0
        self.built_bytes = 0

    def expand(self, facts: SafetyFacts) -> None:
        """Follow the statement's views and checks, until there are too many."""
        found = _Lookup(self._connection, self._path).look_up(facts)
        self.parts.append(found)
        self.expanded_count = facts.expanded_count
        self._count_parts(found, facts, 1)
        self.copies = facts.growth.copies
        self.built_bytes = facts.growth.built_bytes
        reached = (self.copies, self.built_bytes)
        pending = [(*item, reached) for item in _texts(found, facts, 1)]
        while pending and self.expanded_count <= MAX_EXPANDED:
            text, weight, reached = pending.pop()
            if not self._may_read_another():
                break
            inner = self._parse(text)
            below = _Lookup(self._connection, ["pg_catalog"]).look_up(inner)
            self._add(inner, below, weight)
            reached = self._written_out(inner, reached)
            pending += [(*item, reached) for item in _texts(below, inner, weight)]

    def _may_read_another(self) -> bool:
        self._texts_read += 1
        if self._texts_read > MAX_TEXTS:
            self.violations.append(("view", "views nested too deep"))
        return self._texts_read <= MAX_TEXTS

    def _add(self, inner: SafetyFacts, below: CatalogFacts, weight: int) -> None:
        self.parts.append(below)
        self.violations += inner.violations
        self.expanded_count += weight * max(inner.expanded_count - 1, 0)
        self._count_parts(below, inner, weight)
        if weight == CHECK:
            # Unlike other calls, those of a check may come as early as at parsing.
            self.violations += [
                ("volatile check", item.asked_name)
                for item in below.functions
                if item.volatility == "v"
            ]

    def _count_parts(
        self, found: CatalogFacts, facts: SafetyFacts, weight: int
    ) -> None:
        counts = {name[:2]: name[2] for name in facts.relations}
        self.part_count += sum(
            weight * counts[item.asked_schema, item.asked_name] * item.part_count
            for item in found.relations
            if item.kind != "v"
        )

    def _written_out(
        self, inner: SafetyFacts, reached: tuple[int, int]
    ) -> tuple[int, int]:
        """What a view's columns stand for where they are used."""
        copies = min(reached[0] * inner.growth.output_copies, CAP)
        times = -(-inner.growth.output_bytes // COLUMN.size_bytes)
        built_bytes = min(reached[1] * max(times, 1), CAP)
        self.copies = max(self.copies, copies)
        self.built_bytes = max(self.built_bytes, built_bytes, inner.growth.built_bytes)
        return copies, built_bytes

    def bodies(self, functions: Iterable[FunctionFact]) -> tuple[BodyFact, ...]:
        """The texts of functions in SQL, and of those that they call in turn."""
        known: dict[int, BodyFact] = {}
        pending = list(functions)
        while pending:
            item = pending.pop()
            if item.body is None or item.oid in known:
                continue
            if not self._may_read_another():
                break
            try:
                facts = self._parse(item.body)
            except AnalyzerError:
                continue  # what cannot be read is not known to be harmless
            # It has no setting of its own, so its names mean what ours mean.
            found = _Lookup(self._connection, self._path).look_up(facts)
            known[item.oid] = BodyFact(oid=item.oid, facts=facts, catalog=found)
            pending += found.functions
        return tuple(known.values())


def _stored(
    connection: Connection, found: CatalogFacts, *, writes: bool
) -> tuple[StoredFact, ...]:
    """What is kept with the relations and domains that were found."""
    domains = [item for item in found.types if item.kind == "d"]
    values = {
        "relations": [item.oid for item in found.relations],
        "domains": [item.oid for item in domains],
        # A value read from a column has passed its checks.
        "checked": [i.oid for i in domains if i.is_part or i.asked_name],
    }
    query = load("guard_stored", connection.info.server_version)
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query, values).fetchall()
    stored = (
        StoredFact(
            holder=row.pop("holder"),
            held_by=row.pop("held_by"),
            function=FunctionFact(**row),
        )
        for row in rows
    )
    return tuple(item for item in stored if writes or item.holder != "default")


def _support(connection: Connection) -> list[Name]:
    query = load("guard_support", connection.info.server_version)
    trusted = sorted(TRUSTED_EXTENSIONS)
    rows = connection.execute(query, {"trusted": trusted}).fetchall()
    return [("user operator class", str(name)) for (name,) in rows]


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
        parts = [("", name) for name in facts.parts]
        on_values = self._rows("guard_functions", FunctionFact, parts)
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
        casts = [*facts.types, *facts.functions, *parts]
        types = self._rows("guard_types", TypeFact, casts, oids=oids)
        return CatalogFacts(
            functions=tuple(functions),
            field_functions=(
                *(item for item in on_rows if item.takes_row),
                *(item for item in on_values if item.argument_count),
            ),
            operators=tuple(operators),
            types=tuple(types),
            relations=tuple(relations),
            unknown=(
                *self._unknown_keywords(facts),
                *_missing("function", facts.functions, functions),
                *_missing("operator", facts.operators, operators),
                *_missing("type", facts.types, types),
                *_missing("relation", certain, relations),
            ),
        )

    def _unknown_keywords(self, facts: SafetyFacts) -> list[Name]:
        """Keywords that an older server takes for names of functions."""
        version = self._connection.info.server_version // 10_000
        return [("function", name) for name, since in facts.keywords if since > version]

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
