"""Measure a recommendation, an index or a rewrite where it can do no harm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.domain.catalog import Catalog
from analyzer.domain.measurement import (
    MeasuredChange,
    MeasuredStatement,
    Measurement,
)
from analyzer.domain.ports import Progress
from analyzer.domain.statement import Statement, StatementKind
from analyzer.domain.target import Address
from analyzer.domain.workload import NotSeen, ParameterSet
from analyzer.errors import (
    AnalyzerError,
    NotAllowedHere,
    UnsafeStatement,
    UserError,
)
from analyzer.pipeline.generated_database import (
    GeneratedOptions,
    generated_database,
)
from analyzer.pipeline.generated_likeness import likeness
from analyzer.pipeline.proof_places import (
    ProofPlace,
    clone_place,
    definitions,
    existing_index,
    generated_place,
    rolled_back_place,
)
from analyzer.planner.analyze import guard_statement
from analyzer.planner.parameters import ParameterSource
from analyzer.planner.parse_process import parse_apart
from analyzer.planner.snapshot import PlannerSnapshot, load, take_snapshot
from analyzer.postgres.guard import Action, Place
from analyzer.postgres.proof_indexes import lasting_effect
from analyzer.postgres.rolled_back import rolled_back
from analyzer.statements.describe import describe
from analyzer.verification.measure import MeasureOptions, measure

WRITING = frozenset(
    {
        StatementKind.INSERT,
        StatementKind.UPDATE,
        StatementKind.DELETE,
        StatementKind.MERGE,
    }
)


_MAX_NAMED = 5
"""Statements that are named of those that the change does not concern."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenStatement:
    """A statement as it was given; ``rewritten`` is what stands for it afterwards."""

    name: str
    query: str
    weight: float = 1.0
    parameter_sets: tuple[ParameterSet, ...] = ()
    rewritten: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyRequest:
    """What to measure, with what, and where.

    Exactly one place is given: ``clone``, ``rolled_back``, or ``generated`` with a
    snapshot file or the address of the database that it stands for.

    Attributes:
        indexes: CREATE INDEX statements.
        drop: names of existing indexes to do without.
        statements: of the workload, and the rewritten ones.
        clone: a copy that its owner has named as one.
        rolled_back: a watched server whose owner allows it.
        generated: how much to generate.
        snapshot_path: of the database to generate.
        source: the database to generate, where there is no file.
        options: how to measure.
    """

    indexes: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    statements: tuple[GivenStatement, ...] = ()
    clone: Address | None = None
    rolled_back: Address | None = None
    generated: GeneratedOptions | None = None
    snapshot_path: Path | None = None
    source: Address | None = None
    options: MeasureOptions | None = None


def verify(request: VerifyRequest, progress: Progress | None = None) -> Measurement:
    """Measure what is asked for.

    Raises:
        UserError: something is missing or cannot be understood.
        Refusal: it may not be measured there.
        TargetError, StoreUnreachable: a server could not answer.
        SourceError: the snapshot file cannot be read.
    """
    tell = progress or _nobody
    _check(request)
    with _place(request, tell) as place:
        return verify_on(place, request, tell)


def verify_on(
    place: ProofPlace, request: VerifyRequest, progress: Progress | None = None
) -> Measurement:
    """Measure on a place that is open already; one place serves many requests."""
    tell = progress or _nobody
    change = _change(request, place.catalog)
    tell("checking statements", 0.35)
    statements, not_seen = passed(place, change, request.statements)
    if not statements:
        raise UserError(
            "no statement of the workload can be measured there",
            detail="; ".join(f"{n.what}: {n.why}" for n in not_seen[:3]) or None,
        )
    tell("building", 0.4)
    with place.open(change) as bench:
        found = measure(
            str(change),
            statements,
            bench,
            request.options,
            lambda stage, done: tell(stage, 0.45 + 0.55 * done),
        )
    return replace(found, not_seen=(*not_seen, *found.not_seen))


def _change(request: VerifyRequest, catalog: Catalog) -> MeasuredChange:
    """What is measured; it names nothing that is not there."""
    change = MeasuredChange(
        create=request.indexes,
        drop=tuple(existing_index(name, catalog) for name in request.drop),
        describes="" if request.indexes or request.drop else "the rewritten query",
    )
    definitions(change, catalog)
    return change


def _check(request: VerifyRequest) -> None:
    rewrites = any(item.rewritten is not None for item in request.statements)
    if not (request.indexes or request.drop or rewrites):
        raise UserError(
            "nothing to verify",
            hint="Name a recommendation, or give --index, --drop or --rewrite.",
        )
    if not request.statements:
        raise UserError(
            "a proof needs statements to measure",
            hint="Give --workload with a file or folder of statements.",
        )
    places = (request.clone, request.rolled_back, request.generated)
    if sum(place is not None for place in places) != 1:
        raise UserError(
            "a proof needs exactly one place to measure on",
            hint="Give --clone DSN, --generated, or --rolled-back with --target DSN.",
        )


@contextmanager
def _place(request: VerifyRequest, tell: Progress) -> Iterator[ProofPlace]:
    if request.clone is not None:
        with clone_place(request.clone) as clone:
            yield clone
    elif request.rolled_back is not None:
        with rolled_back_place(request.rolled_back) as watched:
            yield watched
    else:
        with generated_from(request, tell) as generated:
            yield generated


@contextmanager
def generated_from(request: VerifyRequest, tell: Progress) -> Iterator[ProofPlace]:
    """A place of generated data, with its likeness to the database it stands for."""
    tell("reading schema and statistics", 0.0)
    snapshot = _snapshot(request)
    _change(request, snapshot.catalog)  # before minutes are spent on rows
    queries = [item.query for item in request.statements]
    with generated_database(
        snapshot,
        queries,
        request.generated,
        lambda stage, done: tell(stage, 0.02 + 0.28 * done),
    ) as made:
        tell("comparing it with the statistics", 0.3)
        like = likeness(made, snapshot, queries)
        with generated_place(made, like) as place:
            yield place


def _snapshot(request: VerifyRequest) -> PlannerSnapshot:
    if request.snapshot_path is not None:
        return load(request.snapshot_path)
    if request.source is None:
        raise UserError(
            "generated data needs statistics to be generated from",
            hint="Give --snapshot FILE or --target DSN|NAME.",
        )
    return take_snapshot(request.source)


def passed(
    place: ProofPlace, change: MeasuredChange, given: Sequence[GivenStatement]
) -> tuple[tuple[MeasuredStatement, ...], tuple[NotSeen, ...]]:
    """The statements that the guard lets pass there, with values to run them with."""
    touched = {item.relation.name for item in definitions(change, place.catalog)}
    touched |= {
        relation.name.name
        for relation in place.catalog.relations
        if any(index.name in change.drop for index in relation.indexes)
    }
    source = ParameterSource(place.connection, place.catalog)
    found: list[MeasuredStatement] = []
    not_seen: list[NotSeen] = []
    elsewhere: list[str] = []
    for item in given:
        try:
            statement = _passed(place, item, touched, source)
        except AnalyzerError as error:
            why = f"{error.message}: {error.detail}" if error.detail else error.message
            not_seen.append(NotSeen(what=item.name, why=why, hint=error.hint or ""))
            continue
        if statement is None:
            elsewhere.append(item.name)
        else:
            found.append(statement)
    if elsewhere:
        named = ", ".join(elsewhere[:_MAX_NAMED])
        more = len(elsewhere) - _MAX_NAMED
        not_seen.append(
            NotSeen(
                what=named + (f" and {more} more" if more > 0 else ""),
                why="they write other tables than those of the change",
            )
        )
    return tuple(found), tuple(not_seen)


def _passed(
    place: ProofPlace,
    item: GivenStatement,
    touched: set[str],
    source: ParameterSource,
) -> MeasuredStatement | None:
    statement = describe(item.query)
    writes = statement.kind in WRITING
    locks = parse_apart(item.query).locks_rows and not writes
    if writes and touched and not any(r.name in touched for r in statement.relations):
        return None
    if (writes or locks) and not place.may_write:
        is_clone = place.guard_place is Place.CLONE
        raise NotAllowedHere(
            "statements that write or lock rows are not run "
            + ("by a superuser" if is_clone else "on a watched server"),
            hint="Connect to a clone as the owner of its tables who is no superuser, "
            "or use --generated.",
        )
    if writes and place.guard_place is Place.CLONE:
        _refuse_lasting(place, statement)
    text = _guarded(place, item.query, writes=writes or locks)
    rewritten = None
    if item.rewritten is not None:
        rewritten = _guarded(place, item.rewritten, writes=writes or locks)
    return MeasuredStatement(
        name=item.name,
        query=text,
        fingerprint=str(statement.fingerprint),
        parameter_sets=item.parameter_sets or _drawn(source, text),
        weight=item.weight,
        writes=writes,
        locks_rows=locks,
        rewritten=rewritten,
    )


def _refuse_lasting(place: ProofPlace, statement: Statement) -> None:
    """Refuse what would leave a trace on a clone although it is rolled back.

    Raises:
        UnsafeStatement: and which trace.
    """
    inserts = statement.kind in (StatementKind.INSERT, StatementKind.MERGE)
    for name in statement.relations:
        relation = place.catalog.find(name)
        if relation is None:
            continue
        effect = lasting_effect(place.connection, relation.name, inserts=inserts)
        if effect:
            raise UnsafeStatement(
                "the statement is not run on a clone",
                detail=f"rule leaves nothing: {relation.name}: {effect}.",
                hint="Measure it on generated data.",
            )


def _guarded(place: ProofPlace, query: str, *, writes: bool) -> str:
    """The text that the guard lets pass, printed from its tree.

    Raises:
        Refusal, UserError: it does not.
    """
    facts = parse_apart(query)
    rules = Place.TEST if writes else place.guard_place
    with rolled_back(place.connection):
        guard_statement(place.connection, facts, rules, Action.RUN)
    return facts.text


def _drawn(source: ParameterSource, query: str) -> tuple[ParameterSet, ...]:
    drawn = source.draw(query)
    absent = source.draw_absent(query)
    sets = (*drawn, absent) if absent else drawn
    return tuple({item.values: item for item in reversed(sets)}.values())[::-1]


def _nobody(stage: str, done_ratio: float) -> None:
    """Progress for nobody."""
