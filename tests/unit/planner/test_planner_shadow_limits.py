"""Statements that stand for far more than they say are not planned in a shadow."""

from __future__ import annotations

import pytest

from analyzer.errors import PlanningFailed
from analyzer.planner.shadow_limits import refuse_endless

_DOUBLING = "SELECT x + x x FROM (" * 24 + "SELECT 1 x" + ") s" * 24
_LONG = "a" * 900
_CTES = "WITH a AS NOT MATERIALIZED (SELECT * FROM t)" + "".join(
    f", a{n} AS NOT MATERIALIZED (SELECT x.* FROM a{n - 1 or ''} x, a{n - 1 or ''} y)"
    for n in range(1, 10)
)


@pytest.mark.parametrize("query", [_DOUBLING, f"{_CTES} SELECT * FROM a9"])
def test_what_grows_without_end_is_refused(query: str) -> None:
    with pytest.raises(PlanningFailed, match="once") as caught:
        refuse_endless(query)
    assert caught.value.hint


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT replace(replace('{_LONG}', 'a', '{_LONG}'), 'a', '{_LONG}')",
        "SELECT repeat('x', 100000000)",
        "SELECT " + "'x' || repeat('y', 10000) || " * 200 + "'z'",
    ],
)
def test_constants_that_planning_would_make_large_are_refused(query: str) -> None:
    with pytest.raises(PlanningFailed, match="makes values of up to"):
        refuse_endless(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT replace(replace(replace(name, $1, $2), $3, $4), $5, $6) || $7 FROM t",
        "SELECT regexp_replace(regexp_replace(name, $1, $2), $3, $4), repeat($1, $2)",
        _DOUBLING.replace("x + x", "x + 1"),
        _CTES.replace("NOT MATERIALIZED", "MATERIALIZED") + " SELECT * FROM a9",
        "SELECT * FROM t WHERE id = (SELECT max(id) FROM t)",
        "SELECT (SELECT ",
    ],
)
def test_others_are_left_to_the_planner(query: str) -> None:
    refuse_endless(query)
