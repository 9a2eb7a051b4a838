"""Check pairs of queries against a schema from a file, a snapshot or a target."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analyzer.domain.equivalence import (
    CheckedSchema,
    CheckOptions,
    Compare,
    Outcome,
    Verdict,
)
from analyzer.domain.target import Address
from analyzer.errors import AnalyzerError, UserError
from analyzer.planner.snapshot import PlannerSnapshot, load, take_snapshot
from analyzer.report.verdict_as_json import Json, verdict_as_line
from analyzer.verification.equivalence import EquivalenceChecker

_KEYS = ("schema", "q1", "q2")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPair:
    """One line of a batch."""

    schema: str
    before: str
    after: str
    compare: Compare


def schema_of_text(ddl: str) -> CheckedSchema:
    """A schema as somebody wrote it."""
    return CheckedSchema(ddl=ddl)


def schema_of_snapshot(path: Path) -> CheckedSchema:
    """The schema in a snapshot file.

    Raises:
        SourceError: the file cannot be read.
    """
    return checked_schema(load(path))


def schema_of_target(address: Address) -> CheckedSchema:
    """The schema of a database, which is read and not touched.

    Raises:
        TargetError: the server could not answer.
    """
    return checked_schema(take_snapshot(address))


def checked_schema(snapshot: PlannerSnapshot) -> CheckedSchema:
    """What a snapshot says about the database that queries are asked about."""
    catalog = snapshot.catalog
    return CheckedSchema(
        ddl=snapshot.schema_sql,
        search_path=catalog.search_path,
        time_zone=catalog.settings.get("TimeZone", "UTC"),
        extensions=tuple((item.name, item.schema) for item in snapshot.extensions),
    )


def check_pair(
    schema: CheckedSchema, before: str, after: str, options: CheckOptions
) -> Verdict:
    """The verdict on two queries.

    Raises:
        UserError: a text is not one statement, or does not fit the schema.
        StoreUnreachable, TargetError: no cluster can be had.
    """
    with EquivalenceChecker() as checker:
        return checker.check(schema, before, after, options=options)


def check_batch(lines: Iterable[str], options: CheckOptions) -> Iterator[Json]:
    """A verdict for each line of a batch; a line that cannot be read is refused.

    Args:
        lines: JSON objects with ``id``, ``schema``, ``q1``, ``q2`` and ``compare``.
        options: how hard to look; a line says itself how to compare.

    Raises:
        StoreUnreachable, TargetError: no cluster can be had.
    """
    with EquivalenceChecker() as checker:
        for number, line in enumerate(lines, 1):
            if line.strip():
                with _refusing(number) as answer:
                    document = _document(line)
                    answer["id"] = document.get("id")
                    pair = _pair(document)
                    answer["verdict"] = _checked(checker, pair, options)
                yield verdict_as_line(answer["id"], answer["verdict"])


def _checked(
    checker: EquivalenceChecker, pair: BatchPair, options: CheckOptions
) -> Verdict:
    return checker.check(
        CheckedSchema(ddl=pair.schema),
        pair.before,
        pair.after,
        options=replace(options, compare=pair.compare),
    )


@contextmanager
def _refusing(number: int) -> Iterator[dict[str, Any]]:
    """One bad line costs its own verdict, not the batch."""
    answer: dict[str, Any] = {"id": None, "verdict": None}
    try:
        yield answer
    except AnalyzerError as error:
        detail = f": {error.detail}" if error.detail else ""
        reason = f"line {number}: {error.message}{detail}"
        answer["verdict"] = Verdict(outcome=Outcome.REFUSED, reason=reason)


def _document(line: str) -> dict[str, Any]:
    try:
        document = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        raise UserError("it is not a JSON object") from None
    if not isinstance(document, dict):
        raise UserError("it is not a JSON object")
    return document


def _pair(document: dict[str, Any]) -> BatchPair:
    missing = [key for key in _KEYS if not isinstance(document.get(key), str)]
    if missing:
        raise UserError(f"it has no text for {', '.join(missing)}")
    asked = document.get("compare", Compare.AUTO.value)
    if asked not in [kind.value for kind in Compare]:
        raise UserError(
            '"compare" must be auto, bag or list', detail=f"It is {str(asked)[:40]!r}."
        )
    return BatchPair(
        schema=document["schema"],
        before=document["q1"],
        after=document["q2"],
        compare=Compare(asked),
    )
