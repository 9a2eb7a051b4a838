"""Expressions without columns are found, and put back as their values."""

from __future__ import annotations

import pytest

from analyzer.statements.constant_expressions import (
    constant_expressions,
    with_values,
)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("SELECT a FROM t WHERE b IN (1 + 1, c + 1)", ["1 + 1"]),
        ("SELECT a FROM t WHERE b < 2 * (3 + 4)", ["2 * (3 + 4)"]),
        ("SELECT a FROM t WHERE b = upper('x')", ["upper('x')"]),
        ("SELECT a FROM t WHERE b > count(*)", []),
        ("SELECT a FROM t WHERE b = $1 + 1", []),
        ("SELECT a FROM t WHERE b > now() - '1 day'::interval", []),
        ("SELECT a FROM t WHERE b SIMILAR TO 'x%'", []),
        ("SELECT a FROM t WHERE b LIKE 'x%' ESCAPE '!'", []),
        ("SELECT sum(1) OVER (), row_number() OVER () FROM t", []),
        ("SELECT a FROM t UNION SELECT 1 + 1", ["1 + 1"]),
        ("SELECT a FROM t WHERE b = '5'::int", []),
    ],
)
def test_only_what_has_one_value_whatever_the_rows(
    query: str, found: list[str]
) -> None:
    assert list(constant_expressions(query)) == found


def test_values_stand_where_the_expressions_did() -> None:
    query = (
        "SELECT a FROM t WHERE b = 0.1 + 0.2 AND c BETWEEN 1 AND 2 * 3 OR d = '' || 'x'"
    )
    made = with_values(query, {"0.1 + 0.2": "0.3", "2 * 3": "6", "'' || 'x'": "x"})
    assert made == "SELECT a FROM t WHERE (b = 0.3 AND c BETWEEN 1 AND 6) OR d = 'x'"
