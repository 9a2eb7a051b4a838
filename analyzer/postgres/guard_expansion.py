"""The texts that names bring along: of views, checks, and functions in SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from analyzer.errors import AnalyzerError
from analyzer.postgres.guard_answers import CatalogQuestions
from analyzer.postgres.guard_facts import BodyFact, CatalogFacts, FunctionFact
from analyzer.postgres.guard_lookup import NameLookup
from analyzer.postgres.guard_names import TRUSTED_EXTENSIONS
from analyzer.statements.growing_columns import CAP, COLUMN
from analyzer.statements.safety import Name, SafetyFacts

MAX_TEXTS = 60
"""Views, checks and functions whose texts are read for one statement."""
MAX_EXPANDED = 64
"""Relations a statement may have after views and CTEs are expanded."""
SYSTEM_SCHEMAS = ("pg_catalog", "information_schema", "pg_toast")
SYSTEM_VIEW_RELATIONS = 12
"""What a view of PostgreSQL's own counts for; its text is not read. The largest that
may be read, information_schema.columns, joins so many."""

ViewParser = Callable[[str], SafetyFacts]
"""Turns the text of a view into facts, in a safe place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """One to be read.

    Attributes:
        text: the query of a view, or one that selects the checks of a domain.
        is_check: a check, whose calls may come as early as at parsing.
        weight: how often its relations count; a check's never.
        copies: leaves of expressions that a column of it is written out to.
        built_bytes: of a value that a column of it is part of.
    """

    text: str
    is_check: bool
    weight: int
    copies: int
    built_bytes: int


class Expansion:
    """The names of a statement, and of each text that its names bring with them.

    Attributes:
        parts: what the names of each text mean.
        violations: of the texts.
        expanded_count: relations after views and CTEs are expanded.
        part_count: of their partitions and children.
        copies: leaves of expressions after views are written out.
        built_bytes: of values built for one row, after views are written out.
        collected_bytes: that one row adds to what aggregates collect, of views too.
    """

    def __init__(
        self, questions: CatalogQuestions, path: Sequence[str], parse_view: ViewParser
    ) -> None:
        self._session = NameLookup(questions, path)
        # Views and checks are printed with the schemas of all that is not built in.
        self._printed = NameLookup(questions, ["pg_catalog"])
        self._parse = parse_view
        self._texts_read = 0
        self._wrappers: dict[int, BodyFact] = {}
        self._bodies_read: set[int] = set()
        self._checks: dict[str, SafetyFacts] = {}
        self.parts: list[CatalogFacts] = []
        self.violations: list[Name] = []
        self.expanded_count = 0
        self.part_count = 0
        self.copies = 0
        self.built_bytes = 0
        self.collected_bytes = 0

    def expand(self, facts: SafetyFacts) -> None:
        """Follow the statement's views and checks, until there are too many.

        Raises:
            AnalyzerError: a text cannot be parsed.
            psycopg.Error: the catalog cannot be read.
        """
        found = self._session.look_up(facts)
        self.parts.append(found)
        self.expanded_count = facts.expanded_count
        self._count_relations(found, facts, 1)
        self.copies = facts.growth.copies
        self.built_bytes = facts.growth.built_bytes
        self.collected_bytes = facts.growth.collected_bytes
        self._read(_texts(found, facts, (1, self.copies, self.built_bytes)))

    def expand_bodies(self, functions: Iterable[FunctionFact]) -> bool:
        """Follow the texts of trusted functions in SQL; whether there were new ones.

        The names in them are looked up when they are called, in the search path of the
        session, so what is in front of the extension's schema there stands in for
        what its author meant.

        Raises:
            AnalyzerError: the text of a view or check cannot be parsed.
            psycopg.Error: the catalog cannot be read.
        """
        new = {f.oid: f for f in functions if _has_open_names(f)}
        pending = [new[oid] for oid in sorted(new.keys() - self._bodies_read)]
        self._bodies_read |= new.keys()
        for item in pending:
            if not self._may_read_another():
                break
            inner = self._facts_of(item)
            if inner is None or inner.kind != "select":
                self.violations.append(("function text", f"{item.schema}.{item.name}"))
                continue
            below = self._session.look_up(inner)
            self.parts.append(below)
            self.violations += inner.violations
            self._read(_texts(below, inner, (1, 1, 0)))
        return bool(pending)

    def wrappers(self, functions: Iterable[FunctionFact]) -> tuple[BodyFact, ...]:
        """The texts of the database's own functions in SQL that may be harmless.

        Those that they call in turn are among them.

        Raises:
            psycopg.Error: the catalog cannot be read.
        """
        pending = list(functions)
        while pending:
            item = pending.pop()
            if not _may_be_harmless(item) or item.oid in self._wrappers:
                continue
            if not self._may_read_another():
                break
            facts = self._facts_of(item)
            if facts is None:
                continue  # what cannot be read is not known to be harmless
            # It has no setting of its own, so its names mean what ours mean.
            found = self._session.look_up(facts)
            self._wrappers[item.oid] = BodyFact(
                oid=item.oid, facts=facts, catalog=found
            )
            pending += found.functions
        return tuple(self._wrappers.values())

    def _facts_of(self, item: FunctionFact) -> SafetyFacts | None:
        try:
            return self._parse(item.body or "")
        except AnalyzerError:
            return None

    def _read(self, texts: list[_Text]) -> None:
        pending = list(texts)
        while pending and self.expanded_count <= MAX_EXPANDED:
            item = pending.pop()
            if item.is_check and item.text in self._checks:
                self._written_out(self._checks[item.text], item)
                continue
            if not self._may_read_another():
                break
            inner = self._parse(item.text)
            if item.is_check:
                self._checks[item.text] = inner
            below = self._printed.look_up(inner)
            self._add(inner, below, item)
            pending += _texts(below, inner, self._written_out(inner, item))

    def _may_read_another(self) -> bool:
        self._texts_read += 1
        if self._texts_read > MAX_TEXTS:
            self.violations.append(("view", "views nested too deep"))
        return self._texts_read <= MAX_TEXTS

    def _add(self, inner: SafetyFacts, below: CatalogFacts, item: _Text) -> None:
        self.parts.append(below)
        self.violations += inner.violations
        self.collected_bytes += item.weight * inner.growth.collected_bytes
        self.expanded_count += item.weight * max(inner.expanded_count - 1, 0)
        self._count_relations(below, inner, item.weight)
        if item.is_check:
            self.violations += [
                ("volatile check", called.name)
                for called in below.functions
                if called.volatility == "v"
            ]

    def _count_relations(
        self, found: CatalogFacts, facts: SafetyFacts, weight: int
    ) -> None:
        """Count partitions, and the relations behind views that are not read."""
        counts = {name[:2]: name[2] for name in facts.relations}
        for item in found.relations:
            times = weight * counts[item.asked_schema, item.asked_name]
            if item.kind != "v":
                self.part_count += times * item.part_count
            elif item.schema in SYSTEM_SCHEMAS:
                self.expanded_count += times * (SYSTEM_VIEW_RELATIONS - 1)

    def _written_out(self, inner: SafetyFacts, item: _Text) -> tuple[int, int, int]:
        """What a view's columns stand for where they are used."""
        copies = min(item.copies * inner.growth.output_copies, CAP)
        times = -(-inner.growth.output_bytes // COLUMN.size_bytes)
        built_bytes = min(item.built_bytes * max(times, 1), CAP)
        self.copies = max(self.copies, copies)
        self.built_bytes = max(self.built_bytes, built_bytes, inner.growth.built_bytes)
        return item.weight, copies, built_bytes


def _texts(
    found: CatalogFacts, facts: SafetyFacts, reached: tuple[int, int, int]
) -> list[_Text]:
    """Texts that come with names: of views, and of checks that a value may meet."""
    counts = {name[:2]: name[2] for name in facts.relations}
    weight, copies, built_bytes = reached
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
    checks |= {i.computed_query for i in found.relations if i.computed_query}
    return [
        _Text(
            text=text,
            is_check=text in checks,
            weight=times,
            # A check gets a value, not the expression that made it.
            copies=1 if text in checks else copies,
            built_bytes=built_bytes,
        )
        for text, times in [*views, *((text, 0) for text in sorted(checks))]
    ]


def _has_open_names(item: FunctionFact) -> bool:
    """Whether a text that is trusted names what only its call looks up.

    Settings of a function keep it from being written out, and mean that its author
    thought of the search path.
    """
    is_trusted = item.is_built_in or item.extension in TRUSTED_EXTENSIONS
    return is_trusted and item.language == "sql" and bool(item.body)


def _may_be_harmless(item: FunctionFact) -> bool:
    return (
        item.language == "sql"
        and bool(item.body)
        and not item.is_built_in
        and item.volatility == "i"
        and not item.returns_set
        and not item.is_security_definer
    )
