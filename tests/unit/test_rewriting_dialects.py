"""Guesses about queries of other databases."""

from __future__ import annotations

import pytest

from analyzer.rewriting.dialects import foreign_query
from analyzer.statements.parse import parses


@pytest.mark.parametrize(
    ("query", "dialect"),
    [
        ("SELECT `a` FROM `t` WHERE b = 'x'", "MySQL"),
        ("SELECT TOP 10 [a] FROM [t]", "SQL Server"),
    ],
)
def test_the_habit_is_named_and_the_draft_parses(query: str, dialect: str) -> None:
    found = foreign_query(query)
    assert found is not None
    assert found.dialect == dialect
    assert parses(found.query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1",
        "",
        "SELECT ((((",
        "certainly no SQL ! at all )",
        "SELECT `a`; SELECT `b`",
        "SELECT `a" + "(" * 5_000,
        "`" * 9_000,
        "\0",
    ],
)
def test_no_guess_without_ground(query: str) -> None:
    assert foreign_query(query) is None
