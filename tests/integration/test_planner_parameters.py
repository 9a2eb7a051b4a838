"""Values for parameters, drawn from the statistics of a real server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from analyzer.domain.target import Address
from analyzer.planner.explain import explain
from analyzer.planner.parameters import ParameterSource
from analyzer.postgres.connect import Connection, session

pytestmark = pytest.mark.integration

SETUP = """
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE orders (id int PRIMARY KEY, status text, total numeric, day date,
    customer_id int, mood mood, tags text[], email text);
INSERT INTO orders SELECT g, CASE WHEN g % 100 = 0 THEN 'lost' ELSE 'done' END, g,
    date '2024-01-01' + g / 100, g % 700, 'sad', ARRAY['x'], 'User' || g || '@x.example'
    FROM generate_series(1, 10000) g;
ANALYZE orders;
"""


@pytest.fixture(scope="module")
def connection(superuser: Address) -> Iterator[Connection]:
    with session(superuser, read_only=False) as admin:
        admin.execute("CREATE DATABASE parameters")
    address = replace(superuser, database="parameters")
    with session(address, read_only=False) as admin:
        admin.execute(SETUP.encode())
    with session(address) as reader:
        yield reader
    with session(superuser, read_only=False) as admin:
        admin.execute("DROP DATABASE parameters WITH (FORCE)")


@pytest.fixture(scope="module")
def source(connection: Connection) -> ParameterSource:
    return ParameterSource(connection)


def drawn(source: ParameterSource, query: str) -> dict[str, tuple[str | None, ...]]:
    return {item.label: item.values for item in source.draw(query)}


def test_equality_takes_common_and_rare_values(source: ParameterSource) -> None:
    found = drawn(source, "SELECT * FROM orders WHERE status = $1")
    assert found == {"typical": ("done",), "rare": ("lost",)}


def test_unique_column_needs_one_set(source: ParameterSource) -> None:
    (only,) = source.draw("SELECT * FROM orders WHERE id = $1")
    assert 4000 < int(only.values[0] or 0) < 6000
    assert only.label == "typical"
    assert only.source == "typical values by pg_stats: $1 from public.orders.id"


def test_lower_bound_lets_fewer_pass_as_it_gets_rarer(source: ParameterSource) -> None:
    found = drawn(source, "SELECT * FROM orders WHERE total >= $1")
    numbers = {label: float(values[0] or 0) for label, values in found.items()}
    assert numbers["frequent"] < numbers["typical"] < numbers["rare"]
    assert 4500 < numbers["frequent"] < 5500
    assert 9000 < numbers["rare"] < 10000


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM orders WHERE day BETWEEN $1 AND $2",
        "SELECT * FROM orders WHERE day >= $1 AND day < $2",
        "SELECT * FROM orders WHERE day >= $1::date AND $2 > day",
    ],
)
def test_two_bounds_enclose_something(source: ParameterSource, query: str) -> None:
    sets = source.draw(query)
    assert len(sets) >= 2
    for item in sets:
        lower, upper = item.values
        assert lower and upper and lower < upper


def test_counts_arrays_and_lists(source: ParameterSource) -> None:
    found = drawn(source, "SELECT * FROM orders WHERE id = ANY($1) LIMIT $2 OFFSET $3")
    assert found["typical"][1:] == ("20", "0")
    assert found["rare"][1:] == ("100", "0")
    assert (found["typical"][0] or "").count(",") == 4
    listed = drawn(source, "SELECT * FROM orders WHERE customer_id IN ($1, $2)")
    assert all(value and value.isdecimal() for value in listed["typical"])


def test_function_around_the_column(source: ParameterSource) -> None:
    (lower,) = source.draw("SELECT * FROM orders WHERE lower(email) = $1")
    assert (lower.values[0] or "").startswith("user")
    (other,) = source.draw("SELECT * FROM orders WHERE date_trunc('month', day) = $1")
    assert other.source == "assumed by type or place: $1"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM orders WHERE day > now() - $1::interval",
        "SELECT * FROM orders WHERE day > now() - interval $1",
        "SELECT * FROM orders WHERE mood = $1 AND tags && $2 AND email LIKE $3",
        "SELECT * FROM orders WHERE day = date $1 AND extract($2 FROM day) = $3",
        "INSERT INTO orders (id, status, total, day) VALUES ($1, $2, $3, $4)",
        "UPDATE orders SET status = $1 WHERE id = $2",
        "SELECT $1 IS NULL, $2::jsonb, $3::uuid, $4::bool, $5::int[]",
        "SELECT * FROM orders WHERE id IN ($1 /*, ... */)",
        "WITH x AS (SELECT * FROM orders WHERE customer_id = $1)"
        " SELECT * FROM x WHERE total < $2",
        "DELETE FROM orders WHERE (day, id) < ($1, $2)",
    ],
)
def test_drawn_values_can_be_planned(
    source: ParameterSource, connection: Connection, query: str
) -> None:
    sets = source.draw(query)
    assert sets
    for item in sets:
        assert not explain(connection, query, item.values, source="target").generic


@pytest.mark.parametrize(
    "query",
    ["SELECT 1", "SELECT * FROM nowhere WHERE id = $1", "no sql $1", "SELECT '$1'", ""],
)
def test_nothing_to_draw(source: ParameterSource, query: str) -> None:
    assert source.draw(query) == ()
