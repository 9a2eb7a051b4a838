"""What is known of a database's own functions."""

from __future__ import annotations

import pytest

from analyzer.domain.target import Address
from analyzer.postgres.connect import session
from analyzer.postgres.function_facts import read_volatility

pytestmark = pytest.mark.integration


def test_what_gives_or_takes_several_rows_is_not_to_be_moved(database: Address) -> None:
    """PostgreSQL calls them immutable; run once more or less they change the rows."""
    with session(database, read_only=False) as connection:
        for text in (
            "CREATE FUNCTION one(int) RETURNS int IMMUTABLE RETURN $1",
            "CREATE FUNCTION now_ish() RETURNS timestamptz STABLE RETURN now()",
            "CREATE FUNCTION dice() RETURNS float8 VOLATILE RETURN random()",
            "CREATE FUNCTION several(int) RETURNS SETOF int IMMUTABLE"
            " BEGIN ATOMIC SELECT 1; END",
            "CREATE FUNCTION first_of(int, int) RETURNS int IMMUTABLE RETURN $1",
            "CREATE AGGREGATE first(int) (sfunc = first_of, stype = int)",
            "CREATE FUNCTION mixed(text) RETURNS text IMMUTABLE RETURN $1",
            "CREATE AGGREGATE mixed(int) (sfunc = first_of, stype = int)",
        ):
            connection.execute(text.encode())
        found = read_volatility(connection)
    letters = {name: found[name] for name in ("one", "now_ish", "dice", "first_of")}
    assert letters == {"one": "i", "now_ish": "s", "dice": "v", "first_of": "i"}
    assert (found["several"], found["first"], found["mixed"]) == ("v", "v", "v")
