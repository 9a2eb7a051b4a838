"""Make two queries ready to be tried: parsed, allowed, described, with rows to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analyzer.domain.equivalence import (
    CheckOptions,
    Compare,
    Counterexample,
    Difference,
    Outcome,
    Verdict,
)
from analyzer.domain.index import RelationName
from analyzer.errors import UserError
from analyzer.postgres.attempt import Failure, OutputColumn
from analyzer.rewriting.parameters import compacted, used_parameters
from analyzer.statements.identifiers import quote_relation
from analyzer.statements.safety import SafetyFacts
from analyzer.statements.sorted_output import SortedOutput, sorted_output
from analyzer.statements.unstable import adds_up, may_depend_on_storage
from analyzer.verification.comparable import catalogs_of, facts_of, is_fixed, what_acts
from analyzer.verification.compared_columns import (
    ColumnDifference,
    column_differences,
    have_comparable_texts,
)
from analyzer.verification.contrasts import find_contrasts
from analyzer.verification.definitions import with_definitions
from analyzer.verification.joined_columns import (
    joined_columns,
    merged_pools,
    ranged_columns,
)
from analyzer.verification.known_constants import with_known_constants
from analyzer.verification.mistakes import Mutant, add_mutants
from analyzer.verification.schema_facts import parameter_table
from analyzer.verification.spaced_values import spaced_contrasts
from analyzer.verification.trial_database import TrialDatabase
from analyzer.verification.trial_needs import TrialNeeds
from analyzer.verification.trial_result import AFTER, BEFORE
from analyzer.verification.trial_rows import TrialRowMaker
from analyzer.verification.value_pools import make_pools, without_values


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two texts as they were given."""

    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPair:
    """Two queries that stand ready in a trial database.

    Attributes:
        before, after: what is known of the texts.
        is_list: whether the order of rows counts.
        is_fragile: whether a query may depend on the order in which rows lie.
        adds_up: whether both have aggregates whose last digits may depend on it.
        maker: of rows.
        columns: that each returns.
        mutants: that stand ready as well, once they were asked for.
        parameter_types: of ``$1`` ….
        settings: of the session, to be told.
        type_difference: in what the types of columns differ; empty if in nothing.
        caveats: what the verdict will be limited to.
        is_fixed: whether both read no table and always return the same.
    """

    before: SafetyFacts
    after: SafetyFacts
    is_list: bool
    is_fragile: bool
    adds_up: bool
    maker: TrialRowMaker
    columns: tuple[tuple[OutputColumn, ...], ...]
    parameter_types: tuple[str, ...]
    settings: tuple[tuple[str, str], ...]
    type_difference: str
    caveats: tuple[str, ...]
    is_fixed: bool = False
    mutants: tuple[Mutant, ...] = ()


def with_mutants(database: TrialDatabase, pair: PreparedPair) -> PreparedPair:
    """The same pair, with mutants of both queries ready to be tried beside them."""
    made = add_mutants(
        database,
        (pair.before, pair.after),
        pair.columns,
        pair.parameter_types,
        is_list=pair.is_list,
    )
    return replace(pair, mutants=tuple(made))


def prepare(
    database: TrialDatabase, pair: Pair, options: CheckOptions
) -> PreparedPair | Verdict:
    """Everything up to the first try; a verdict where none is needed or possible.

    Raises:
        QuerySyntaxError, UserError: a text is not one statement, or does not fit the
            schema.
    """
    facts = [facts_of(text) for text in (pair.before, pair.after)]
    acting = what_acts(database, facts)
    if acting:
        return Verdict(outcome=Outcome.REFUSED, reason=acting)
    catalogs = catalogs_of(database, facts)
    if isinstance(catalogs, str):
        return Verdict(outcome=Outcome.REFUSED, reason=catalogs)
    columns = [_described(database, item, options) for item in facts]
    caveats = [f"{item.what}: {item.why}" for item in database.not_seen]
    type_difference = ""
    for difference in _column_differences(database, columns):
        verdict = _of_columns(difference, options.compare, columns)
        if verdict is not None:
            return verdict
        caveats.append(difference.reason)
        if difference.difference is Difference.TYPES:
            type_difference = difference.reason
    is_list = _is_list(facts, options.compare)
    ordered = [_ordered(f, c, is_list) for f, c in zip(facts, columns, strict=True)]
    if not all(item.is_complete for item in ordered):
        reason = (
            "the order of a query is by something that cannot be compared; without"
            " ORDER BY, or by columns that it returns, it can"
        )
        return Verdict(outcome=Outcome.REFUSED, reason=reason)
    database.is_list = is_list
    database.is_writing = facts[0].writes
    types = _parameter_types(database, facts)
    maker = _make_rows(database, facts, types, options.seed)
    _add(database, BEFORE, ordered[0], columns[0], types)
    _add(database, AFTER, ordered[1], columns[1], types)
    return PreparedPair(
        before=facts[0],
        after=facts[1],
        is_list=is_list,
        is_fragile=any(
            item.writes or may_depend_on_storage(item.text) for item in facts
        ),
        adds_up=all(adds_up(item.text) for item in facts),
        maker=maker,
        columns=tuple(columns),
        parameter_types=types,
        settings=(),
        type_difference=type_difference,
        caveats=tuple(caveats),
        is_fixed=all(map(is_fixed, facts, catalogs)),
    )


def _described(
    database: TrialDatabase, facts: SafetyFacts, options: CheckOptions
) -> tuple[OutputColumn, ...]:
    found = database.describe(facts.text)
    if isinstance(found, Failure):
        raise UserError(
            "a query does not fit the schema",
            detail=str(found),
            hint="Check the names in it, and that the schema has all that it uses.",
        )
    return found


def _column_differences(
    database: TrialDatabase, columns: Sequence[tuple[OutputColumn, ...]]
) -> tuple[ColumnDifference, ...]:
    before, after = columns
    if before == after:
        return ()
    asked = {(c.type_oid, c.type_modifier) for c in (*before, *after)}
    return column_differences(before, after, database.type_names(asked))


def _of_columns(
    difference: ColumnDifference,
    compare: Compare,
    columns: Sequence[Sequence[OutputColumn]],
) -> Verdict | None:
    """What a difference of columns comes to; none if rows alone decide."""
    is_counted = difference.difference is Difference.COLUMNS
    if compare is Compare.AUTO or is_counted:
        return Verdict(
            outcome=Outcome.REFUTED,
            reason=difference.reason,
            counterexample=Counterexample(difference=difference.difference),
        )
    is_other_type = difference.difference is Difference.TYPES
    if is_other_type and not have_comparable_texts(*columns):
        return Verdict(
            outcome=Outcome.REFUSED,
            reason=f"{difference.reason}; with casts to one type they can be compared",
        )
    return None


def _is_list(facts: Sequence[SafetyFacts], compare: Compare) -> bool:
    if compare is not Compare.AUTO:
        return compare is Compare.LIST
    return (
        bool(sorted_output(facts[0].text, ()).keys)
        or not sorted_output(facts[0].text, ()).is_complete
    )


def _ordered(
    facts: SafetyFacts, columns: Sequence[OutputColumn], is_list: bool
) -> SortedOutput:
    if not is_list:
        return SortedOutput(text=facts.text)
    return sorted_output(facts.text, tuple(column.name for column in columns))


def _parameter_types(
    database: TrialDatabase, facts: Sequence[SafetyFacts]
) -> tuple[str, ...]:
    known: dict[int, str] = {}
    for item in facts:
        numbers = used_parameters(item.text)
        text, _ = compacted(item.text, ())
        for number, name in zip(
            numbers, database.parameter_type_names(text), strict=True
        ):
            if known.setdefault(number, name) != name:
                raise UserError(
                    "the queries use the same parameter with different types",
                    detail=f"${number} is {known[number]} in one, {name} in the other.",
                )
    return tuple(known.get(n, "text") for n in range(1, max(known, default=0) + 1))


def _make_rows(
    database: TrialDatabase,
    facts: Sequence[SafetyFacts],
    types: Sequence[str],
    seed: int,
) -> TrialRowMaker:
    names = dict.fromkeys(
        quote_relation(RelationName(schema, name))
        for item in facts
        for schema, name, _ in item.relations
    )
    tables = database.read_tables(list(names))
    database.make_stages(tables, types)
    known = database.definitions()
    queries = [
        with_known_constants(database, f.text, with_definitions(f.text, known))
        for f in facts
    ]
    hints = [query.hints for query in queries]
    filled = (*tables, parameter_table(types)) if types else tables
    pools = make_pools(database.connection, filled, hints)
    leaders = joined_columns(filled, hints)
    named = {name for item in facts for _schema, name, _ in item.relations}
    needs = TrialNeeds(
        tables=filled,
        pools=merged_pools(pools, leaders),
        leaders=leaders,
        counts=tuple(sorted({n for hint in hints for n in hint.counts})),
        thresholds=tuple(sorted({n for hint in hints for n in hint.thresholds})),
        summed=frozenset().union(*(hint.summed for hint in hints)),
        row_counts=tuple(sorted({n for hint in hints for n in hint.row_counts})),
        asked=frozenset(table.oid for table in tables if table.name in named),
        computes=any(hint.computes for hint in hints),
        contrasts=(
            *find_contrasts(database, queries, pools, seed=seed),
            *spaced_contrasts(filled, hints),
        ),
        ranged=ranged_columns(filled, hints, leaders),
        valueless=without_values(filled, pools, hints),
    )
    return TrialRowMaker(needs, seed=seed)


def _add(
    database: TrialDatabase,
    number: int,
    query: SortedOutput,
    columns: Sequence[OutputColumn],
    types: Sequence[str],
) -> None:
    failure = database.add_query(number, query, columns, types)
    if failure is not None:
        raise UserError("a query cannot be tried", detail=str(failure))
