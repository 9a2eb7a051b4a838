"""What the guard knows of a catalog: plain facts, each of one row."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.statements.safety import Name, SafetyFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionFact:
    """A function that a call, an operator, a cast or a stored expression could mean.

    ``has_known_types`` if those of its arguments and results are built in or of trusted
    extensions; ``calls_by_default`` if what stands in for a missing argument is not.
    ``body`` is the text of a function in SQL; empty for those of PostgreSQL's own whose
    names were fixed at creation, None where the text does not tell what is called.
    ``stands_for`` names what a member of an extension calls in its stead; an empty name
    is not of that extension.
    """

    oid: int
    name: str
    schema: str
    argument_count: int
    volatility: str
    returns_set: bool
    language: str
    is_security_definer: bool
    extension: str
    is_built_in: bool
    is_superusers: bool
    is_internal: bool
    takes_row: bool
    has_known_types: bool
    calls_by_default: bool
    body: str | None
    stands_for: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFact:
    """A function in an expression that the catalog keeps.

    ``holder`` is what keeps it: ``table`` (an index, check, statistics object or key of
    it), ``default``, ``view`` or ``domain``; ``held_by`` is its name.
    """

    holder: str
    held_by: str
    function: FunctionFact


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyFact:
    """The text of an immutable SQL function of the database, and what its names mean.

    It has no setting, returns one value, and runs with the rights of its caller.
    """

    oid: int
    facts: SafetyFacts
    catalog: CatalogFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorFact:
    """An operator that a name could mean, with the function behind it.

    ``operand_oids`` are the types of both operands of one that is not built in, and all
    that becomes them without being told; ``is_operand_anywhere`` if a value of one of
    them needs no name.
    """

    asked_schema: str
    asked_name: str
    schema: str
    is_built_in: bool
    operand_oids: list[int]
    is_operand_anywhere: bool
    function: FunctionFact


@dataclass(frozen=True, slots=True, kw_only=True)
class CastFact:
    """A cast that the database has made for itself, with the function behind it.

    ``source_oids`` are the type and, if it is made of another, what it is made of.
    ``is_source_anywhere`` if a value of the type needs no name: it is built in, or of a
    trusted extension, whose functions give such values.
    """

    source_oids: list[int]
    target_oid: int
    is_source_anywhere: bool
    is_target_built_in: bool
    context: str
    source: str
    target: str
    function: FunctionFact


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
    """A relation that a name means, and what reading it involves.

    ``computed_query`` selects its virtual columns, and those expressions kept with it
    that could make much of a constant.
    """

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
    part_count: int
    computed_query: str | None
    type_oids: list[int]
    row_type_oid: int
    has_rules: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogFacts:
    """All that the names of a statement, and of the views it reads, could mean.

    Attributes:
        functions: candidates of all calls.
        field_functions: candidates of names behind a dot that take a row.
        operators: candidates of all operators.
        casts: of the database's own, that the statement could use.
        stored: functions in expressions that are kept with what was named.
        bodies: of SQL functions that were found.
        json_makers: that look in the catalog for casts of what they are given to json.
        json_casts: of the database's own, that these may find and call.
        types: of casts, columns and calls.
        relations: views among them.
        unknown: kind and name of what has no meaning here.
        violations: of the texts of views, and of what spoils the database whole.
        added: oids of functions that look built in, and that PostgreSQL does not have.
        expanded_count: relations after views and CTEs are expanded.
        part_count: of all partitions and children of these relations.
        copies: leaves of expressions after views are written out.
        built_bytes: of values built for one row, after views are written out.
        collected_bytes: that one row adds to what aggregates collect, of views too.
        checks: statements that fail unless the catalog still says all this; see
            :mod:`analyzer.postgres.guard_answers`.
    """

    functions: tuple[FunctionFact, ...] = ()
    field_functions: tuple[FunctionFact, ...] = ()
    operators: tuple[OperatorFact, ...] = ()
    casts: tuple[CastFact, ...] = ()
    stored: tuple[StoredFact, ...] = ()
    bodies: tuple[BodyFact, ...] = ()
    json_makers: tuple[str, ...] = ()
    json_casts: tuple[CastFact, ...] = ()
    types: tuple[TypeFact, ...] = ()
    relations: tuple[RelationFact, ...] = ()
    unknown: tuple[Name, ...] = ()
    violations: tuple[Name, ...] = ()
    added: frozenset[int] = frozenset()
    expanded_count: int = 0
    part_count: int = 0
    copies: int = 0
    built_bytes: int = 0
    collected_bytes: int = 0
    checks: tuple[str, ...] = ()
