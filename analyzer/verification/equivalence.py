"""Decide whether two queries are equivalent: by proof, by test, or by a counterexample.

Levels and their limits: rewrites.md 6.3 and 6.4. A differential test always runs, also
behind a proof, since it tests our own code; a difference it shows outweighs any proof.
"""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from analyzer.domain.equivalence import (
    CheckedSchema,
    CheckOptions,
    Coverage,
    Derivation,
    Level,
    Outcome,
    Verdict,
)
from analyzer.domain.workload import NotSeen
from analyzer.errors import UnknownRelation, UserError
from analyzer.postgres.errors_map import translated
from analyzer.verification.predicate_answer import PredicateAnswer
from analyzer.verification.prepared_pair import (
    Pair,
    PreparedPair,
    prepare,
    with_mutants,
)
from analyzer.verification.proofs import proofs_of, z3_answer
from analyzer.verification.reached import unreached
from analyzer.verification.strength import (
    MAX_LARGE_ROWS,
    caveat,
    why_not_reached,
    why_too_weak,
)
from analyzer.verification.told_apart import (
    ROUNDED,
    counted,
    told_apart,
    why_open,
    without_fixed_result,
)
from analyzer.verification.trial import TrialOrder, try_pair, try_rows
from analyzer.verification.trial_cluster import trial_cluster
from analyzer.verification.trial_database import TrialDatabase, prepare_cluster
from analyzer.verification.trial_result import TrialResult

MAX_KEPT_SCHEMAS = 8
MAX_USES = 150
"""Pairs that one session serves: it remembers all it ever ran, a megabyte each."""
_FIRST = 40
"""Databases that are tried before anything is done for those that agree on them."""
_REMOTE = 80
"""Databases with moments before the year 1."""
_FEW = 5
"""Databases for queries that read no table, and see none of them."""


class EquivalenceChecker:
    """Checks pairs of queries in a warm cluster that belongs to this process.

    Args:
        folder: where clusters are kept between runs; the user's cache by default.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._cluster = trial_cluster(folder)
        self._databases: OrderedDict[CheckedSchema, TrialDatabase] = OrderedDict()
        self._uses: Counter[CheckedSchema] = Counter()

    def __enter__(self) -> Self:
        self._cluster.start()
        try:
            prepare_cluster(self._cluster)
        except BaseException:
            self._cluster.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            while self._databases:
                self._databases.popitem()[1].close()
        finally:
            self._cluster.stop()

    def check(
        self,
        schema: CheckedSchema,
        before: str,
        after: str,
        *,
        derivation: Derivation | None = None,
        options: CheckOptions | None = None,
    ) -> Verdict:
        """The verdict on two queries.

        Args:
            schema: of the database they are asked about.
            before: one SELECT; ``$n`` stand for any value.
            after: another.
            derivation: how a rewrite engine came from one to the other.
            options: how hard to look.

        Raises:
            QuerySyntaxError, UserError: a text is not one statement, or does not fit
                the schema.
            StoreUnreachable, TargetError: the cluster cannot be used.
        """
        options = options or CheckOptions()
        ends_at = time.monotonic() + options.budget_s
        database = self._database(schema)
        pair = Pair(before=before, after=after)
        try:
            with translated():
                prepared = prepare(database, pair, options)
                if isinstance(prepared, Verdict):
                    return prepared
                return _judged(database, prepared, derivation, options, ends_at)
        except RecursionError:
            self._forget(schema)
            raise UserError("a query is nested too deeply to be compared") from None
        except UnknownRelation as error:
            self._forget(schema)
            raise _with_what_was_not_made(error, database.not_seen) from None
        except BaseException:
            # The session may be in any state; the next pair gets another one.
            self._forget(schema)
            raise

    def _database(self, schema: CheckedSchema) -> TrialDatabase:
        self._uses[schema] += 1
        if self._uses[schema] > MAX_USES:
            self._forget(schema)
        database = self._databases.pop(schema, None)
        if database is None:
            database = TrialDatabase(self._cluster, schema)
            self._uses[schema] = 1
        self._databases[schema] = database
        if len(self._databases) > MAX_KEPT_SCHEMAS:
            self._databases.popitem(last=False)[1].close()
        return database

    def _forget(self, schema: CheckedSchema) -> None:
        database = self._databases.pop(schema, None)
        if database is not None:
            database.close()


def _judged(
    database: TrialDatabase,
    prepared: PreparedPair,
    derivation: Derivation | None,
    options: CheckOptions,
    ends_at: float,
) -> Verdict:
    order = TrialOrder(
        databases=_FEW if prepared.is_fixed else min(_FIRST, options.databases),
        ends_at=ends_at,
        is_fragile=prepared.is_fragile,
        adds_up=prepared.adds_up,
    )
    result = try_pair(database, prepared.maker, order)
    if not (result.numbers or prepared.is_fixed):
        # Most false pairs end here; mutants take as long to make ready as these.
        prepared = with_mutants(database, prepared)
        order = replace(
            order,
            databases=options.databases,
            mutants={m.number: m.original for m in prepared.mutants},
            decisive=frozenset(m.number for m in prepared.mutants if m.lone_comparison),
        )
        result = try_pair(database, prepared.maker, order)
    if not result.numbers:
        _try_large(database, prepared, order, result)
    by_z3 = _by_z3(database, prepared, order, result)
    verdict = None
    if result.numbers:
        verdict = told_apart(database, prepared, result, ends_at)
    if verdict is None and (result.open or prepared.type_difference):
        verdict = _undecided(database, prepared, result)
    if verdict is None:
        proofs = proofs_of(database, prepared, derivation, by_z3)
        verdict = _accepted(database, prepared, result, proofs, ends_at)
        verdict = replace(verdict, proofs=proofs)
    caveats = list(prepared.caveats)
    if result.out_of_time:
        caveats.append(f"time ran out after {result.compared} databases")
    if result.rounded:
        caveats.append(ROUNDED)
    return replace(
        verdict,
        coverage=_coverage(prepared, result),
        caveats=(*caveats, *verdict.caveats),
    )


def _undecided(
    database: TrialDatabase, prepared: PreparedPair, result: TrialResult
) -> Verdict:
    """The verdict where rows are alike, and other things are not."""
    if result.open:
        return without_fixed_result(database, prepared, why_open(result))
    return Verdict(
        outcome=Outcome.REFUSED,
        reason=f"values are equal on {counted(result.compared)}, types are not:"
        f" {prepared.type_difference}; with casts to one type they could be compared"
        " whole",
    )


def _by_z3(
    database: TrialDatabase,
    prepared: PreparedPair,
    order: TrialOrder,
    result: TrialResult,
) -> PredicateAnswer | None:
    """What z3 says, if no rows differ yet; a witness is tried at once."""
    if result.differing is not None or result.ordered_otherwise:
        return None
    answer = z3_answer(database, prepared)
    if answer is not None and answer.witness:
        try_rows(database, prepared.maker.completed(answer.witness), order, result)
    return answer


def _try_large(
    database: TrialDatabase,
    prepared: PreparedPair,
    order: TrialOrder,
    result: TrialResult,
) -> None:
    """Try databases of as many rows as a large number in the queries counts."""
    for rows in prepared.maker.large(MAX_LARGE_ROWS):
        if result.numbers or time.monotonic() > order.ends_at:
            return
        try_rows(database, rows, order, result)


def _coverage(prepared: PreparedPair, result: TrialResult) -> Coverage:
    survivors = [m for m in prepared.mutants if m.number not in result.killed]
    return Coverage(
        databases=result.compared,
        with_rows=result.with_rows,
        distinct_results=len(result.results),
        mutants=len(prepared.mutants),
        killed=len(result.killed),
        survivors=tuple(m.description for m in survivors),
    )


def _accepted(
    database: TrialDatabase,
    prepared: PreparedPair,
    result: TrialResult,
    proofs: tuple[tuple[Level, str], ...],
    ends_at: float,
) -> Verdict:
    coverage = _coverage(prepared, result)
    if proofs:
        level, argument = proofs[0]
        return Verdict(outcome=Outcome.EQUIVALENT, level=level, reason=argument)
    if prepared.is_fixed and coverage.databases:
        return Verdict(
            outcome=Outcome.EQUIVALENT,
            level=Level.TESTED,
            reason="both read no table, and were run: what they return is the same",
        )
    texts = (prepared.before.text, prepared.after.text)
    why = why_too_weak(
        coverage, texts, prepared.maker.needs.row_counts, prepared.maker.needs.valueless
    )
    if not why:
        alive = [m for m in prepared.mutants if m.number not in result.killed]
        vague = unreached(database, prepared, alive, ends_at)
        why = why_not_reached(coverage.databases, texts, vague)
    why = why or _why_remote(database, prepared, ends_at)
    if why:
        return Verdict(outcome=Outcome.UNTESTED, reason=why)
    strength = ""
    if coverage.mutants:
        strength = (
            f", which found {coverage.killed} of {coverage.mutants} deliberate mistakes"
        )
    weakness = caveat(coverage)
    return Verdict(
        outcome=Outcome.EQUIVALENT,
        level=Level.TESTED,
        reason=f"no difference on {coverage.databases} databases{strength}",
        caveats=(weakness,) if weakness else (),
    )


def _why_remote(database: TrialDatabase, prepared: PreparedPair, ends_at: float) -> str:
    """Why a pair is undecided that only moments before the year 1 tell apart.

    Nobody has them, and yet they are values: neither is it refuted, nor accepted.
    """
    maker = prepared.maker.remote()
    if maker is None:
        return ""
    order = TrialOrder(
        databases=_REMOTE,
        ends_at=ends_at,
        is_fragile=prepared.is_fragile,
        adds_up=prepared.adds_up,
    )
    if not try_pair(database, maker, order).numbers:
        return ""
    return (
        "they differ on moments before the year 1 (BC), and on no others that were"
        " tried; a CHECK that rules these out, or a bound in both queries, decides it"
    )


def _with_what_was_not_made(
    error: UnknownRelation, not_seen: Sequence[NotSeen]
) -> UnknownRelation:
    """The error, with the statements of the schema that failed before it."""
    if not not_seen:
        return error
    failed = "; ".join(f"{item.what} ({item.why})" for item in not_seen[:3])
    return UnknownRelation(
        error.message,
        detail=f"Of the schema was not made: {failed}.",
        hint=error.hint,
    )
