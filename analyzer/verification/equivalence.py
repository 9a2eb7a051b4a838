"""Decide whether two queries are equivalent: by proof, by test, or by a counterexample.

Levels and their limits: rewrites.md 6.3 and 6.4. A differential test always runs, also
behind a proof, since it tests our own code; a difference it shows outweighs any proof.
"""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from analyzer.domain.equivalence import (
    CheckedSchema,
    CheckOptions,
    Counterexample,
    Coverage,
    Derivation,
    Difference,
    Level,
    Outcome,
    Verdict,
)
from analyzer.errors import UserError
from analyzer.postgres.errors_map import translated
from analyzer.verification.counterexample import (
    NotShown,
    Suspect,
    counterexample,
    is_promised,
    smallest,
)
from analyzer.verification.predicate_answer import PredicateAnswer
from analyzer.verification.prepared_pair import Pair, PreparedPair, prepare
from analyzer.verification.proofs import proofs_of, z3_answer
from analyzer.verification.reading_proof import read_as_one
from analyzer.verification.settled import Settled, settle
from analyzer.verification.strength import MAX_LARGE_ROWS, caveat, why_too_weak
from analyzer.verification.trial import TrialOrder, try_pair, try_rows
from analyzer.verification.trial_cluster import trial_cluster
from analyzer.verification.trial_database import TrialDatabase, prepare_cluster
from analyzer.verification.trial_result import TrialResult

MAX_KEPT_SCHEMAS = 8
MAX_USES = 150
"""Pairs that one session serves: it remembers all it ever ran, a megabyte each."""
_FEW = 5
"""Databases for queries that read no table, and see none of them."""
_SHRINK_S = 2.0


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
        databases=_FEW if prepared.is_fixed else options.databases,
        mutants={m.number: m.original for m in prepared.mutants},
        ends_at=ends_at,
        is_fragile=prepared.is_fragile,
        adds_up=prepared.adds_up,
    )
    result = try_pair(database, prepared.maker, order)
    if not result.numbers:
        _try_large(database, prepared, order, result)
    by_z3 = _by_z3(database, prepared, order, result)
    caveats = list(prepared.caveats)
    if result.out_of_time:
        caveats.append(f"time ran out after {result.compared} databases")
    if result.rounded:
        caveats.append(_ROUNDED)
    coverage = _coverage(prepared, result)
    if result.numbers:
        verdict = _told_apart(database, prepared, result, ends_at)
        return replace(verdict, coverage=coverage, caveats=tuple(caveats))
    if result.open:
        return replace(
            _without_fixed_result(database, prepared, _why_open(result)),
            coverage=coverage,
            caveats=tuple(caveats),
        )
    if prepared.type_difference:
        return Verdict(
            outcome=Outcome.REFUSED,
            reason=f"values are equal on {_counted(result.compared)}, types are not:"
            f" {prepared.type_difference}",
            coverage=coverage,
            caveats=tuple(caveats),
        )
    proofs = proofs_of(database, prepared, derivation, by_z3)
    verdict = _accepted(prepared, coverage, proofs)
    caveats += verdict.caveats
    return replace(verdict, coverage=coverage, proofs=proofs, caveats=tuple(caveats))


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


_ROUNDED = (
    "sums of floats are rounded in the order in which rows are added up: both agree but"
    " for that, in which each differs from itself"
)


def _why_open(result: TrialResult) -> str:
    if not result.is_open_alike:
        return (
            "they differ, but one query alone already gives different rows when only"
            " plans or the order of stored rows change"
        )
    return (
        "one query alone gives different rows when only the order in which rows are"
        " stored changes, so there is nothing to compare (stored alike, both gave the"
        f" same on {_counted(result.compared)})"
    )


def _counted(databases: int) -> str:
    return f"{databases} database{'' if databases == 1 else 's'}"


def _told_apart(
    database: TrialDatabase,
    prepared: PreparedPair,
    result: TrialResult,
    ends_at: float,
) -> Verdict:
    """What the databases come to on which the two differ: the first that refutes."""
    verdicts = []
    for number in result.numbers:
        database.stage([(0, result.rows[number])])
        by_order = number in result.ordered_otherwise and result.differing is None
        verdict = None
        if result.differing is None:
            verdict = _if_open(database, prepared, by_order=by_order)
        if verdict is None:
            verdict = _differing(database, prepared, ends_at, by_order=by_order)
        if verdict.outcome is Outcome.REFUTED:
            return verdict
        verdicts.append(verdict)
        if time.monotonic() > ends_at:
            break
    return verdicts[0]


def _if_open(
    database: TrialDatabase, prepared: PreparedPair, *, by_order: bool
) -> Verdict | None:
    """A verdict if one query alone has several results on the staged database 0."""
    rows = database.staged_rows(0)
    settled = settle(database, rows, by_order=by_order, adds_up=prepared.adds_up)
    if settled is not Settled.DIFFER:
        reason = _why_open(TrialResult(is_open_alike=False))
        return _without_fixed_result(database, prepared, reason)
    database.stage([(0, rows)], repair=False)
    return None


def _differing(
    database: TrialDatabase,
    prepared: PreparedPair,
    ends_at: float,
    *,
    by_order: bool,
) -> Verdict:
    """What the staged database 0 comes to, on which the two differ."""
    suspect = Suspect(
        rows=database.staged_rows(0),
        queries=(prepared.before.text, prepared.after.text),
        by_order=by_order,
        settings=prepared.settings,
    )
    shrink_until = min(ends_at, time.monotonic() + _SHRINK_S)
    small = smallest(database, suspect, ends_at=shrink_until)
    found = counterexample(database, small, is_list=prepared.is_list)
    if isinstance(found, NotShown):
        found = counterexample(database, suspect, is_list=prepared.is_list)
    if isinstance(found, NotShown):
        return Verdict(outcome=Outcome.REFUSED, reason=found.reason)
    if found.difference is Difference.ERROR:
        reason = _why_no_refutation(database, prepared, small, ends_at)
        if reason:
            return Verdict(
                outcome=Outcome.REFUSED,
                reason=f"{reason}: {found.before_error or found.after_error}",
                counterexample=found,
            )
    return Verdict(
        outcome=Outcome.REFUTED,
        reason=_reason(found),
        counterexample=found,
    )


def _why_no_refutation(
    database: TrialDatabase, prepared: PreparedPair, small: Suspect, ends_at: float
) -> str:
    """Why an error that one query alone raises refutes nothing; empty if it does."""
    if prepared.type_difference:
        return (
            f"types differ: {prepared.type_difference}; and a value of one may not fit"
            " the other"
        )
    if is_promised(database, small, ends_at=ends_at):
        return ""
    return (
        "rows are the same, but one query fails on a value of a row that neither"
        " returns, and PostgreSQL does not promise when it looks at such a row"
    )


def _without_fixed_result(
    database: TrialDatabase, prepared: PreparedPair, reason: str
) -> Verdict:
    """Refused, unless both are one query, and may return what the other may."""
    texts = (prepared.before.text, prepared.after.text)
    if read_as_one(database, *texts, prepared.parameter_types):
        return Verdict(
            outcome=Outcome.EQUIVALENT,
            level=Level.PLANNER_EQUAL,
            reason="PostgreSQL reads both as one query, which has no fixed result",
        )
    return Verdict(outcome=Outcome.REFUSED, reason=reason)


def _reason(found: Counterexample) -> str:
    rows = len(found.inserts)
    noun = "row" if rows == 1 else "rows"
    where = f"on a database of {rows} {noun}" if rows else "on empty tables"
    return f"they differ in {found.difference.value} {where}"


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
    prepared: PreparedPair,
    coverage: Coverage,
    proofs: tuple[tuple[Level, str], ...],
) -> Verdict:
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
    why = why_too_weak(coverage, texts, prepared.maker.needs.row_counts)
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
