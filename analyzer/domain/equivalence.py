"""Whether two queries are equivalent, by what proof, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from analyzer.domain.index import RelationName


class Outcome(StrEnum):
    """What a check came to."""

    EQUIVALENT = "equivalent"
    REFUTED = "refuted"
    UNTESTED = "untested"
    REFUSED = "refused"


class Level(StrEnum):
    """By what an equivalence is known, strongest first.

    *Tested* is no proof: it says that no generated database told the two apart, and
    comes with the share of deliberate mistakes that the same databases found.
    """

    PLANNER_EQUAL = "planner-equal"
    Z3_PROVED = "z3-proved"
    RULE_PROVED = "rule-proved"
    TESTED = "tested"
    NONE = ""


class Compare(StrEnum):
    """How results are compared.

    ``AUTO``: everything a client sees counts: names, types, rows, and their order if
    the first query has an ORDER BY. ``BAG`` and ``LIST``: rows alone count, without or
    with their order; names may differ, and types that differ are not decided.
    """

    AUTO = "auto"
    BAG = "bag"
    LIST = "list"


class ConditionKind(StrEnum):
    """A fact of the catalog that a rewrite rests on; each can be looked up again."""

    NOT_NULL = "not null"
    UNIQUE = "unique"
    FOREIGN_KEY = "foreign key"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCondition:
    """One named condition of a rule.

    Attributes:
        kind: what must hold.
        relation: of which table.
        columns: all NOT NULL, unique together, or referencing.
        referenced: of a foreign key, the table that has the key.
        referenced_columns: in the order of ``columns``.
    """

    kind: ConditionKind
    relation: RelationName
    columns: tuple[str, ...]
    referenced: RelationName | None = None
    referenced_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivationStep:
    """One application of a rule that was proved once, by hand, under conditions."""

    rule: str
    conditions: tuple[RuleCondition, ...] = ()
    from_filters: tuple[str, ...] = ()
    """Conditions the rule proved from the query itself, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """How a rewrite engine came from the first query to the second."""

    steps: tuple[DerivationStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSchema:
    """The database that the two queries are asked about.

    Attributes:
        ddl: its schema as SQL; foreign input, which is run as a role without rights.
        search_path: where unqualified names are looked up.
        time_zone: of the sessions that run the queries.
        extensions: names, with their schemas, of extensions the schema needs.
    """

    ddl: str
    search_path: tuple[str, ...] = ("public",)
    time_zone: str = "UTC"
    extensions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """How hard to look.

    Attributes:
        databases: how many to generate.
        seed: of the generator; the same seed gives the same databases.
        compare: how results are compared.
        budget_s: seconds of the whole check; what is left undone is told.
    """

    databases: int = 1_000
    seed: int = 0
    compare: Compare = Compare.AUTO
    budget_s: float = 30.0


class Difference(StrEnum):
    """In what two results differ."""

    ROWS = "rows"
    ORDER = "order"
    ERROR = "error"
    COLUMNS = "number of columns"
    NAMES = "names of columns"
    TYPES = "types of columns"


Rows = tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterexample:
    """A database on which the two queries differ, and what each returns there.

    Attributes:
        difference: in what they differ.
        inserts: INSERT statements that make it of an empty schema; none for empty
            tables.
        settings: names and values of settings that matter, such as TimeZone.
        parameters: the values of ``$1`` …, as text.
        before, after: rows as text, in the order they came.
        before_error, after_error: SQLSTATE and message, empty where there was none.
        writes: the statements write; then ``before`` and ``after`` tell how many rows
            they report, what they return, and every row that is left in the tables.
    """

    difference: Difference
    inserts: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    parameters: tuple[str | None, ...] = ()
    before: Rows = ()
    after: Rows = ()
    before_error: str = ""
    after_error: str = ""
    writes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the test saw, so that a vacuous one can be told from a strong one.

    Attributes:
        databases: on which both queries were run and compared.
        with_rows: of these, on how many the first query returned a row.
        distinct_results: different results of the first query among them.
        mutants: deliberate mistakes made in either query.
        killed: of these, how many the databases told apart from it.
        survivors: the others, in words.
    """

    databases: int = 0
    with_rows: int = 0
    distinct_results: int = 0
    mutants: int = 0
    killed: int = 0
    survivors: tuple[str, ...] = ()

    @property
    def mutation_score_ratio(self) -> float | None:
        """Killed mutants of all, 0 to 1; none if there were none."""
        return self.killed / self.mutants if self.mutants else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is known of a pair of queries.

    Attributes:
        outcome: what the check came to.
        level: by what, if they are equivalent.
        reason: one sentence.
        proofs: every level that holds, strongest first, with its argument.
        counterexample: if refuted.
        coverage: of the differential test; it runs after a proof too.
        caveats: what the verdict is limited to, one sentence each.
    """

    outcome: Outcome
    level: Level = Level.NONE
    reason: str = ""
    proofs: tuple[tuple[Level, str], ...] = ()
    counterexample: Counterexample | None = None
    coverage: Coverage = field(default_factory=Coverage)
    caveats: tuple[str, ...] = ()

    @property
    def is_accepted(self) -> bool:
        """Whether the second query may stand in for the first."""
        return self.outcome is Outcome.EQUIVALENT
