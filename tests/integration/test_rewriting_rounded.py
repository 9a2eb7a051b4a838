"""Rounded numbers and quotients as ranges, on every number of a column in turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from analyzer.domain.catalog import Catalog
from analyzer.domain.target import Address
from analyzer.postgres.catalog import read_catalog
from analyzer.postgres.connect import Connection, session
from analyzer.rewriting.protocol import Setting, subject
from analyzer.rewriting.rules.rounded_range import RULE

pytestmark = pytest.mark.integration

_TABLE = """
CREATE TABLE numbers (d numeric(8,2), w numeric(30,4), i integer, b bigint);
INSERT INTO numbers (d, i) SELECT n / 100.0, n FROM generate_series(-2100, 2100) AS n;
INSERT INTO numbers (w) SELECT m * 10000000 + n / 10000.0
FROM generate_series(-2, 2) AS m, generate_series(-30, 30) AS n;
INSERT INTO numbers (w) SELECT 99999999999999999999999999.9999 - n / 10000.0
FROM generate_series(0, 40) AS n;
INSERT INTO numbers (i) VALUES (2147483647), (-2147483648);
INSERT INTO numbers (b) SELECT 9223372036854775807 - n FROM generate_series(0, 20) AS n;
INSERT INTO numbers (b) SELECT n - 9223372036854775808 FROM generate_series(0, 20) AS n;
INSERT INTO numbers (d) VALUES ('NaN'), (NULL);
"""
_SIDES = (
    *("trunc(d)", "floor(d)", "ceil(d)", "ceiling(d)", "round(d)", "trunc(d, 1)"),
    *("round(d, 1)", "round(d, 3)", "trunc(d * 3)", "round(2 * d + 1)", "floor(d / 3)"),
    *("d / 3", "d / 0.7", "d / 1000", "round(d / 4)", "i / 3", "i / 1000", "(i) / 7"),
    *("i / 2.5", "i / 3.0", "b / 7", "b / 4.5", "trunc(w)", "round(w, 2)"),
    *("trunc(d, 0)", "i / 300.00", "w / 1.5"),
)
_CUT = ("w / 3", "floor(w / 7)", "round(w / 99999.5)")
"""Quotients of which several that differ are cut to one."""
_BOUNDS = ("-7.5", "-7", "-1", "-0.5", "0", "0.3", "0.5", "1", "6.99", "7", "20.995")
_LARGE = ("1317624576693539401", "33333333333333333333333333.3333", "2147483.647")
_OPERATORS = ("=", "<", "<=", ">", ">=")


@pytest.fixture(scope="module")
def numbers(superuser: Address) -> Iterator[tuple[Connection, Catalog]]:
    address = replace(superuser, database="rounded_numbers")
    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE rounded_numbers")
    with session(address, read_only=False) as connection:
        connection.execute(_TABLE.encode())
        catalog, _ = read_catalog(connection)
        yield connection, catalog
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE rounded_numbers WITH (FORCE)")


@pytest.mark.parametrize("side", _SIDES)
def test_the_range_holds_what_is_rounded_to_it(
    side: str, numbers: tuple[Connection, Catalog]
) -> None:
    assert ranges(side, *numbers)


@pytest.mark.parametrize("side", _CUT)
def test_none_is_said_where_quotients_are_cut(
    side: str, numbers: tuple[Connection, Catalog]
) -> None:
    assert not ranges(side, *numbers)


def ranges(side: str, connection: Connection, catalog: Catalog) -> int:
    """How many comparisons became ranges, each right for every number."""
    made = 0
    for operator in _OPERATORS:
        for bound in (*_BOUNDS, *_LARGE):
            condition = f"{side} {operator} {bound}"
            query = f"SELECT 1 FROM numbers WHERE {condition}"
            for step in RULE.steps(subject(query, Setting(catalog=catalog))):
                _, _, range_of = step.query.partition("WHERE ")
                other = f"(({condition}) IS TRUE) <> (({range_of}) IS TRUE)"
                cursor = connection.execute(
                    f"SELECT d, w, i, b FROM numbers WHERE {other} LIMIT 3".encode()
                )
                assert not cursor.fetchall(), f"{condition} against {range_of}"
                made += 1
    return made
