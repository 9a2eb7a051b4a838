"""Every sargable form returns the rows of what it came from, edges included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from analyzer.domain.target import Address
from analyzer.postgres.connect import Connection, session
from tests.support.same_rows import difference
from tests.support.sargable_forms import DDL, Form, forms

pytestmark = pytest.mark.integration

_ROWS = """
INSERT INTO t
SELECT row_number() OVER (), k, coalesce(k, 0), k, k, k,
    (ARRAY['ab', 'abc', 'a%b', 'aab', '\\_x', 'A', 'b', '', 'cd', NULL])[1 + i % 10],
    (ARRAY['ab', 'abc', 'abd', 'xab', NULL])[1 + i % 5], 'ab',
    ('0e8e1b7a-0000-4000-8000-00000000000' || substr('abcdef', 1 + i % 6, 1))::uuid,
    at + step, (at + step) AT TIME ZONE 'UTC', (at + step)::date
FROM unnest(ARRAY[
        '2023-12-31', '2024-01-01', '2024-02-01', '2024-02-26', '2024-02-28',
        '2024-02-29', '2024-03-01', '2024-03-03', '2024-04-01', '2024-06-30',
        '2024-12-31', '2025-01-01', '9999-01-01', 'infinity', '-infinity'
    ]::timestamp[]) WITH ORDINALITY AS a (at, j),
    unnest(ARRAY[
        interval '0', '1 microsecond', '-1 microsecond', '1 hour', '12 hours',
        '12 hours 30 minutes', '12 hours 31 minutes', '-1 hour', '23:59:59.999999'
    ]) WITH ORDINALITY AS s (step, number),
    LATERAL (SELECT (j * 9 + number)::int AS i,
        CASE WHEN number = 4 THEN NULL ELSE (number * 3 - j)::int END AS k) AS x;
INSERT INTO t (id, m, n, s, ts, tz, d)
SELECT 1000 + n, n, n, n, now()::timestamp - n * interval '30 minutes',
    now() - n * interval '30 minutes', current_date - n
FROM generate_series(0, 200) AS n;
INSERT INTO t (id, m, n, tz) VALUES
    (9007199254740991, 1, 16777215, now() - interval '3 days'),
    (9007199254740992, 1, 16777216, now() - interval '2 weeks'),
    (9007199254740993, 1, 16777217, now() - interval '7200 seconds'),
    (9223372036854775807, 1, 2147483, now() + interval '1 hour'), (-5, -5, -5, NULL)
"""
_VALUES = {
    "text": "5",
    "uuid": "0e8e1b7a-0000-4000-8000-00000000000a",
    "time": "2024-02-29",
    "year": "2024",
}


@pytest.fixture(scope="module", params=["UTC", "America/New_York"])
def filled(superuser: Address, request: pytest.FixtureRequest) -> Iterator[Connection]:
    address = replace(superuser, database="sargable_forms")
    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE sargable_forms")
    with session(address, read_only=False) as connection:
        connection.execute(DDL.encode())
        connection.execute(f"SET TimeZone = '{request.param}'".encode())
        connection.execute(_ROWS.encode())
        yield connection
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE sargable_forms WITH (FORCE)")


def value_of(form: Form) -> str:
    """A value for ``$1`` that fits what it is compared with."""
    if form.known:
        return form.known
    if "extract(" in form.condition:
        return _VALUES["year"]
    if form.condition.startswith("u::"):
        return _VALUES["uuid"]
    is_time = form.condition.startswith(("ts", "tz", "(tz", "date_trunc", "to_char"))
    return _VALUES["time" if is_time else "text"]


def test_each_form_returns_the_same_rows(filled: Connection) -> None:
    empty = []
    for form in forms():
        found = form.rewrite()
        if found is None:
            continue
        values = (value_of(form),) if "$1" in form.condition else ()
        within = " AND isfinite(ts)" if "years 1 to 9999" in form.claims else ""
        queries = f"{form.query}{within}", f"{found.query}{within}"
        told = difference(filled, *queries, values)
        assert not told, f"{form.condition} => {form.new}: {told}"
        count = f"SELECT count(*) FROM ({found.query}) AS x"
        if not values and filled.execute(count.encode()).fetchone() == (0,):
            empty.append(form.condition)
    assert len(empty) < 25, empty
