"""Names and oids to facts: the catalog as one search path sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from analyzer.errors import CatalogChanged
from analyzer.postgres.guard_answers import CatalogQuestions
from analyzer.postgres.guard_facts import (
    CastFact,
    CatalogFacts,
    FunctionFact,
    OperatorFact,
    RelationFact,
    StoredFact,
    TypeFact,
)
from analyzer.postgres.guard_names import JSON_MAKERS, LARGE_OR_LONG, TRUSTED_EXTENSIONS
from analyzer.statements.safety import Name, SafetyFacts

_Fact = TypeVar("_Fact", OperatorFact, CastFact, StoredFact)
_Row = dict[str, Any]


class NameLookup:
    """What names mean to a session with this search path."""

    def __init__(self, questions: CatalogQuestions, path: Sequence[str]) -> None:
        self._questions = questions
        self._path = list(path)

    def look_up(self, facts: SafetyFacts) -> CatalogFacts:
        """Everything that the names of one statement could mean.

        Raises:
            CatalogChanged: it did while it was asked.
            psycopg.Error: the catalog cannot be read.
        """
        fields = [("", name) for name in facts.fields]
        parts = [("", name) for name in facts.parts]
        calls = self._calls({*facts.functions, *fields, *parts})
        on_rows = [item for name in fields for item in calls.get(name, ())]
        on_values = [item for name in parts for item in calls.get(name, ())]
        trusted = sorted(TRUSTED_EXTENSIONS)
        rows = self._named("guard_operators", facts.operators, trusted=trusted)
        operators = with_functions(self._questions, OperatorFact, rows)
        relations = self._relations(facts)
        # A call f(x) may also be a cast to a type named f.
        asked = [*facts.types, *facts.functions, *parts]
        types = self._types(asked, _type_oids(relations, facts))
        return CatalogFacts(
            functions=_all_of(calls, facts.functions),
            field_functions=(
                *(item for item in on_rows if item.takes_row),
                *(item for item in on_values if item.argument_count),
            ),
            operators=operators,
            types=types,
            relations=relations,
            json_makers=_json_makers(facts),
            unknown=(
                *self._unknown_keywords(facts),
                *_missing("function", facts.functions, calls),
                *_missing("operator", facts.operators, _asked(operators)),
                *_missing("type", facts.types, _asked(types)),
                *_missing("relation", _certain(facts, relations), _asked(relations)),
            ),
        )

    def _calls(self, names: Iterable[Name]) -> dict[Name, list[FunctionFact]]:
        rows = self._named("guard_calls", names)
        known = function_facts(self._questions, (row["function_oid"] for row in rows))
        calls: dict[Name, list[FunctionFact]] = {}
        for row in rows:
            name = (row["asked_schema"], row["asked_name"])
            calls.setdefault(name, []).append(known[row["function_oid"]])
        return calls

    def _relations(self, facts: SafetyFacts) -> tuple[RelationFact, ...]:
        named = [item[:2] for item in facts.relations]
        trusted = sorted(TRUSTED_EXTENSIONS)
        large = sorted(LARGE_OR_LONG)
        rows = self._named("guard_relations", named, trusted=trusted, large=large)
        return tuple(RelationFact(**row) for row in rows)

    def _types(
        self, names: Iterable[Name], oids: Iterable[int]
    ) -> tuple[TypeFact, ...]:
        rows = self._named("guard_types", names, oids=sorted(set(oids)))
        return tuple(TypeFact(**row) for row in rows)

    def _unknown_keywords(self, facts: SafetyFacts) -> list[Name]:
        """Keywords that an older server takes for names of functions."""
        version = self._questions.connection.info.server_version // 10_000
        return [("function", name) for name, since in facts.keywords if since > version]

    def _named(self, question: str, names: Iterable[Name], **more: Any) -> list[_Row]:
        asked = sorted(set(names))
        values = {
            "schemas": [name[0] for name in asked],
            "names": [name[1] for name in asked],
            "path": self._path,
            **more,
        }
        return self._questions.rows(question, values)


def function_facts(
    questions: CatalogQuestions, oids: Iterable[int]
) -> dict[int, FunctionFact]:
    """What is known of these functions, by oid.

    Raises:
        CatalogChanged: one of them has been dropped since it was found.
        psycopg.Error: the catalog cannot be read.
    """
    asked = sorted(set(oids))
    values = {"oids": asked, "trusted": sorted(TRUSTED_EXTENSIONS)}
    rows = questions.rows("guard_functions", values) if asked else []
    if len(rows) != len(asked):
        raise CatalogChanged()
    return {row["oid"]: FunctionFact(**row) for row in rows}


def with_functions(
    questions: CatalogQuestions, kind: type[_Fact], rows: Sequence[_Row]
) -> tuple[_Fact, ...]:
    """Facts of rows that name a function by ``function_oid``.

    Raises:
        CatalogChanged: one of them has been dropped since it was found.
        psycopg.Error: the catalog cannot be read.
    """
    known = function_facts(questions, (row["function_oid"] for row in rows))
    return tuple(
        kind(function=known[row.pop("function_oid")], **row) for row in map(dict, rows)
    )


def _type_oids(relations: Iterable[RelationFact], facts: SafetyFacts) -> Iterator[int]:
    """Types of the columns of relations, and of their rows where one is a value."""
    for item in relations:
        yield from item.type_oids
        if (item.asked_schema, item.asked_name) in facts.rows and item.row_type_oid:
            yield item.row_type_oid


def _json_makers(facts: SafetyFacts) -> tuple[str, ...]:
    """What of a statement looks for casts to json, by names that it may mean."""
    named = [*facts.functions, *(("", name) for name in (*facts.fields, *facts.parts))]
    called = {name for _schema, name in named if name in JSON_MAKERS}
    return (*sorted(called), *(("JSON",) if facts.makes_json else ()))


def _all_of(
    calls: dict[Name, list[FunctionFact]], names: Iterable[Name]
) -> tuple[FunctionFact, ...]:
    return tuple(item for name in names for item in calls.get(name, ()))


def _asked(
    found: Iterable[OperatorFact | TypeFact | RelationFact],
) -> set[Name]:
    return {(item.asked_schema, item.asked_name) for item in found}


def _certain(facts: SafetyFacts, relations: Iterable[RelationFact]) -> list[Name]:
    """Names of relations; that of a CTE somewhere may still mean one elsewhere."""
    known = {item.asked_name for item in relations if not item.asked_schema}
    named = [item[:2] for item in facts.relations]
    return [n for n in named if n[0] or n[1] in known or n[1] not in facts.ctes]


def _missing(kind: str, asked: Iterable[Name], found: Iterable[Name]) -> list[Name]:
    known = set(found)
    return [(kind, ".".join(filter(None, name))) for name in asked if name not in known]
