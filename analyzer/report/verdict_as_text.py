"""A verdict for a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.equivalence import (
    Counterexample,
    Coverage,
    Level,
    Outcome,
    Rows,
    Verdict,
)
from analyzer.report.plain import plain, plain_lines

MAX_SHOWN_ROWS = 12
_MAX_SURVIVORS = 5

_WHAT = {
    Outcome.EQUIVALENT: "EQUIVALENT",
    Outcome.REFUTED: "NOT EQUIVALENT",
    Outcome.UNTESTED: "NOT DECIDED (untested)",
    Outcome.REFUSED: "NOT DECIDED (refused)",
}
_BY = {
    Level.PLANNER_EQUAL: "PostgreSQL plans both alike",
    Level.Z3_PROVED: "proved by z3 for every row",
    Level.RULE_PROVED: "by rules whose conditions the catalog fulfils",
    Level.TESTED: "tested, not proved",
}


def verdict_as_text(verdict: Verdict) -> str:
    """The verdict, by what it is known, and the database that refutes it."""
    return "\n".join(_lines(verdict))


def _lines(verdict: Verdict) -> Iterator[str]:
    by = f", {_BY[verdict.level]}" if verdict.level else ""
    yield f"{_WHAT[verdict.outcome]}{by}"
    yield f"  {plain(verdict.reason)}"
    for level, argument in verdict.proofs:
        if argument != verdict.reason:
            yield f"  also {level.value}: {plain(argument)}"
    yield from _coverage(verdict.coverage)
    for caveat in verdict.caveats:
        yield f"  note: {plain(caveat)}"
    if verdict.counterexample is not None:
        yield from _counterexample(verdict.counterexample)


def _coverage(coverage: Coverage) -> Iterator[str]:
    if not coverage.databases:
        return
    yield (
        f"  tried on {coverage.databases:,} generated databases,"
        f" {coverage.with_rows:,} of them with rows in the result"
    )
    if coverage.mutants:
        yield (
            f"  strength: {coverage.killed} of {coverage.mutants} deliberate mistakes"
            " were found"
        )
    if coverage.survivors:
        shown = "; ".join(coverage.survivors[:_MAX_SURVIVORS])
        yield f"  not found (harmless, or the data is too weak): {plain(shown)}"


def _counterexample(found: Counterexample) -> Iterator[str]:
    yield ""
    if not found.inserts:
        yield "On empty tables:"
    else:
        yield "On this database:"
        yield from (f"  {plain_lines(text)};" for text in found.inserts)
    for name, value in found.settings:
        yield f"  with {name} = {plain(value)}"
    for number, parameter in enumerate(found.parameters, 1):
        yield f"  with ${number} = {_cell(parameter)}"
    yield f"they differ in {found.difference.value}:"
    told = _left if found.writes else _result
    yield from told("first", found.before, found.before_error)
    yield from told("second", found.after, found.after_error)


def _result(which: str, rows: Rows, error: str) -> Iterator[str]:
    if error:
        yield f"  the {which} fails: {plain(error)}"
        return
    yield f"  the {which} returns {len(rows)} row{'' if len(rows) == 1 else 's'}"
    for row in rows[:MAX_SHOWN_ROWS]:
        yield f"    ({', '.join(map(_cell, row))})"
    if len(rows) > MAX_SHOWN_ROWS:
        yield f"    and {len(rows) - MAX_SHOWN_ROWS} more"


def _left(which: str, rows: Rows, error: str) -> Iterator[str]:
    """What a write reports and returns, and what is in the tables afterwards."""
    if error:
        yield f"  the {which} fails: {plain(error)}"
        return
    lines = [(row[0] or "").partition(": ") for row in rows]
    count = next((text for name, _, text in lines if name == "rows"), "0")
    yield f"  the {which} changes {plain(count)} row{'' if count == '1' else 's'}"
    returned = [text for name, _, text in lines if name == "returned"]
    left = [f"{name} {text}" for name, _, text in lines if name not in _REPORTED]
    for title, texts in (("returns", returned), ("leaves", left)):
        yield from (f"    {title} {plain_lines(t)}" for t in texts[:MAX_SHOWN_ROWS])
        if len(texts) > MAX_SHOWN_ROWS:
            yield f"    {title} {len(texts) - MAX_SHOWN_ROWS} more"
    if not left:
        yield "    leaves the tables empty"


_REPORTED = ("rows", "returned")


def _cell(value: str | None) -> str:
    return "NULL" if value is None else f"'{plain_lines(value)}'"
