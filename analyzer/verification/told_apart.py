"""What databases on which two queries differ come to: refuted by one, or refused."""

from __future__ import annotations

import time

from analyzer.domain.equivalence import (
    Counterexample,
    Difference,
    Level,
    Outcome,
    Verdict,
)
from analyzer.verification.counterexample import (
    NotShown,
    Suspect,
    counterexample,
    is_promised,
    smallest,
)
from analyzer.verification.prepared_pair import PreparedPair
from analyzer.verification.reading_proof import read_as_one
from analyzer.verification.settled import Settled, settle
from analyzer.verification.trial_database import TrialDatabase
from analyzer.verification.trial_result import TrialResult

_SHRINK_S = 2.0

ROUNDED = (
    "sums of floats are rounded in the order in which rows are added up: both agree but"
    " for that, in which each differs from itself"
)


def told_apart(
    database: TrialDatabase,
    prepared: PreparedPair,
    result: TrialResult,
    ends_at: float,
) -> Verdict | None:
    """What the databases come to on which the two differ: the first that refutes.

    None if they turn out to agree but for the rounding of sums.
    """
    verdicts = []
    for number in result.numbers:
        database.stage([(0, result.rows[number])])
        by_order = number in result.ordered_otherwise and result.differing is None
        settled = Settled.DIFFER
        if result.differing is None:
            settled = _settled_first(database, prepared, by_order=by_order)
        if settled is Settled.ROUNDED:
            result.rounded += 1
            continue
        if settled is Settled.OPEN:
            reason = why_open(TrialResult(is_open_alike=False))
            verdict = without_fixed_result(database, prepared, reason)
        else:
            verdict = _differing(database, prepared, ends_at, by_order=by_order)
        if verdict.outcome is Outcome.REFUTED:
            return verdict
        verdicts.append(verdict)
        if time.monotonic() > ends_at:
            break
    return verdicts[0] if verdicts else None


def _settled_first(
    database: TrialDatabase, prepared: PreparedPair, *, by_order: bool
) -> Settled:
    """Look closer at the staged database 0, and stage it again."""
    rows = database.staged_rows(0)
    settled = settle(database, rows, by_order=by_order, adds_up=prepared.adds_up)
    database.stage([(0, rows)], repair=False)
    return settled


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
    if prepared.is_fragile or prepared.adds_up:
        again = settle(
            database, small.rows, by_order=by_order, adds_up=prepared.adds_up
        )
        small = small if again is Settled.DIFFER else suspect
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
            " the other, which casts to one type would settle"
        )
    if is_promised(database, small, ends_at=ends_at):
        return ""
    return (
        "rows are the same, but one query fails on a value of a row that neither"
        " returns, and PostgreSQL does not promise when it looks at such a row; a CASE"
        " around what fails, or a CHECK that forbids the value, would settle it"
    )


def without_fixed_result(
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


def why_open(result: TrialResult) -> str:
    """Why a query that alone has several results is not compared, in words."""
    if not result.is_open_alike:
        return (
            "they differ, but one query alone already gives different rows when only"
            f" plans or the order of stored rows change; {_TO_FIX}"
        )
    return (
        "one query alone gives different rows when only the order in which rows are"
        " stored changes, so there is nothing to compare (stored alike, both gave the"
        f" same on {counted(result.compared)}); {_TO_FIX}"
    )


_TO_FIX = (
    "an ORDER BY that ends in a key, where rows are picked or listed, or numeric in"
    " place of floats that are added up, would give it one result"
)


def counted(databases: int) -> str:
    """A number of databases, in words."""
    return f"{databases} database{'' if databases == 1 else 's'}"


def _reason(found: Counterexample) -> str:
    rows = len(found.inserts)
    noun = "row" if rows == 1 else "rows"
    where = f"on a database of {rows} {noun}" if rows else "on empty tables"
    return f"they differ in {found.difference.value} {where}"
