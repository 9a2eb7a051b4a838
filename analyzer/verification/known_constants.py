"""The constants that a query does not write out: what ``0.1 + 0.2`` comes to."""

from __future__ import annotations

from dataclasses import replace

from analyzer.postgres.attempt import Failure, attempt
from analyzer.statements.constant_expressions import (
    constant_expressions,
    with_values,
)
from analyzer.statements.data_hints import data_hints
from analyzer.verification.definitions import QueryTexts, together
from analyzer.verification.trial_database import TrialDatabase

_LONGEST = 200


def with_known_constants(
    database: TrialDatabase, query: str, texts: QueryTexts
) -> QueryTexts:
    """Add the hints of the query with the values of its constant expressions.

    Args:
        database: in which they are evaluated.
        query: that the guard allows to run, without volatile functions.
        texts: of the query.
    """
    values = {}
    for text in constant_expressions(query):
        found = attempt(database.connection, f"SELECT ({text})::text")
        rows = [] if isinstance(found, Failure) else found
        value = rows[0][0] if len(rows) == 1 else None
        if value is not None and len(value) <= _LONGEST:
            values[text] = value
    if not values:
        return texts
    hints = data_hints(with_values(query, values))
    return replace(texts, hints=together(texts.hints, hints))
