"""A statement's text and a catalog to the facts an advisor looks for."""

from __future__ import annotations

from analyzer.domain.catalog import Catalog
from analyzer.errors import UserError
from analyzer.statements.classify import classify
from analyzer.statements.facts import StatementShape
from analyzer.statements.levels import LevelReader
from analyzer.statements.parse import parse_one


def shape(query: str, catalog: Catalog) -> StatementShape:
    """Which attributes of which relations a statement tests, joins, sorts and reads.

    What is not understood (a relation the catalog does not know, an ambiguous name, an
    unknown construct) is left out, never guessed.

    Raises:
        QuerySyntaxError: the query does not parse.
        UserError: it is not exactly one statement, or over the limits.
    """
    parsed = parse_one(query)
    reader = LevelReader(query, catalog)
    try:
        reader.read(parsed.tree)
    except RecursionError:
        raise UserError(
            "The query is nested too deeply to be understood.",
            hint="Split it into several statements or name its parts as views.",
        ) from None
    return StatementShape(
        query=query,
        kind=classify(parsed).kind,
        levels=reader.levels(),
        uses=reader.uses(),
    )
