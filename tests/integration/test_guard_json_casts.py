"""Functions that call a cast to json which the database has made for its own type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from analyzer.domain.target import Address
from analyzer.errors import Refusal
from analyzer.planner.analyze import analyze
from analyzer.postgres.connect import Connection, session
from analyzer.postgres.guard_names import JSON_MAKERS
from tests.support.older_servers import OLDER, older_server

pytestmark = pytest.mark.integration

SETUP = """
CREATE TYPE probe AS ENUM ('a');
CREATE TABLE t (id int, c probe, name text);
INSERT INTO t VALUES (1, 'a', 'x');
CREATE FUNCTION probe_to_json(probe) RETURNS json LANGUAGE plpgsql
    AS 'BEGIN RAISE EXCEPTION ''reached''; END';
CREATE CAST (probe AS json) WITH FUNCTION probe_to_json(probe);
CREATE VIEW harmless AS SELECT lower(name) AS name FROM t;
CREATE VIEW reaching AS SELECT to_jsonb(c) AS name FROM t;
CREATE FUNCTION wrapper(int) RETURNS text LANGUAGE sql IMMUTABLE
    AS 'SELECT json_build_array($1)::text';
CREATE TABLE plain (id int, name text);
CREATE TABLE arrays (many probe[]);
CREATE TABLE nested (one t);
CREATE DOMAIN probe_domain AS probe;
CREATE TABLE in_domain (d probe_domain);
CREATE TYPE span AS RANGE (subtype = probe);
CREATE TABLE spans (s span);
CREATE VIEW shown AS SELECT c AS shown, id FROM t;
CREATE FUNCTION made(probe DEFAULT 'a') RETURNS probe LANGUAGE sql IMMUTABLE
    AS 'SELECT $1';
CREATE FUNCTION makes(probe DEFAULT 'a', OUT a probe, OUT b int) LANGUAGE sql
    IMMUTABLE AS 'SELECT $1, 1';
"""
VALUES = {
    **dict.fromkeys(("anyarray", "anycompatiblearray"), "ARRAY['a'::probe]"),
    "record": "ROW('a'::probe)",
    "boolean": "true",
    "text": "'k'::text",
    "anyrange": "int4range(1, 2)",
}
OF_ANY_TYPE = ("any", "anyelement", "anynonarray", "anyenum", "anycompatible")
CALLS = """
SELECT p.oid::regproc::text, p.proname, p.proargtypes::regtype[]::text[]
FROM pg_proc AS p
WHERE p.oid < 16384 AND p.prokind <> 'p' AND p.proargtypes::regtype[]::text[] && %(any)s
"""
REACHING = [
    *("SELECT to_json(t) FROM t", "SELECT jsonb_agg(id) FROM t"),
    *("SELECT name FROM reaching", "SELECT (name).to_json FROM t"),
    *("SELECT x.to_jsonb FROM t x", "SELECT wrapper(id) FROM t"),
    *("SELECT to_json(many) FROM arrays", "SELECT jsonb_agg(x) FROM nested x"),
    *("SELECT to_json(d) FROM in_domain", "SELECT to_json(lower(s)) FROM spans"),
    *("SELECT to_json(shown) FROM shown", "SELECT jsonb_agg(id) FROM shown"),
    *("SELECT to_json(ARRAY(SELECT c FROM t))", "SELECT to_json('a'::probe)"),
    "WITH x AS (SELECT c FROM t) SELECT json_agg(x) FROM x",
    "SELECT to_json(s) FROM plain, LATERAL (SELECT NULL::probe) s",
    "SELECT to_json(enum_range(NULL::probe))",
    *("SELECT JSON_OBJECT('k': c) FROM t", "SELECT JSON_ARRAYAGG(c) FROM t"),
    *(
        "SELECT JSON_SCALAR(c) FROM t",
        "SELECT JSON_QUERY('1', '$' PASSING c AS x) FROM t",
    ),
]
HARMLESS = [
    *("SELECT to_json(p) FROM plain p", "SELECT to_json(1), row_to_json(ROW(1))"),
    *("SELECT jsonb_agg(name) FROM plain", "SELECT JSON_OBJECT('k': id) FROM plain"),
    *("SELECT 1", "SELECT name, c FROM t ORDER BY c", "SELECT name FROM harmless"),
    "SELECT '{\"a\": 1}'::jsonb -> 'a' FROM t",
]


def reached(connection: Connection) -> set[str]:
    """Built-in functions that call the cast, given a value of the type."""
    kinds = ['"any"', *OF_ANY_TYPE, "anyarray", "anycompatiblearray", "record"]
    found = set()
    for call, name, types in connection.execute(CALLS, {"any": kinds}).fetchall():
        given = [VALUES.get(kind, "'a'::probe") for kind in types]
        last = given[-1]
        for arguments in (given, ["'k'::text", last]):
            query = f"SELECT {call}({', '.join(arguments)})"
            if calls_the_cast(connection, query):
                found.add(str(name))
    return found


def calls_the_cast(connection: Connection, query: str) -> bool:
    try:
        connection.execute(query.encode())
    except psycopg.Error as error:
        return "reached" in str(error)
    return False


@pytest.fixture(scope="module")
def database(superuser: Address) -> Iterator[Address]:
    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE json_casts")
    address = replace(superuser, database="json_casts")
    with session(address, read_only=False) as connection:
        connection.execute(SETUP.encode())
    yield address
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE json_casts WITH (FORCE)")


def test_list_is_what_calls_such_a_cast(database: Address) -> None:
    of_postgis = {"st_asgeojson"}
    with session(database, read_only=False) as connection:
        assert reached(connection) == JSON_MAKERS - of_postgis


@pytest.mark.parametrize("major", OLDER)
def test_list_has_all_of_older_servers(major: int) -> None:
    with older_server(major) as address, session(address, read_only=False) as own:
        own.execute(SETUP.encode())
        found = reached(own)
    assert {"to_json", "jsonb_agg", "json_build_object"} < found <= JSON_MAKERS


@pytest.mark.parametrize("query", REACHING)
def test_what_may_call_the_cast_is_refused(database: Address, query: str) -> None:
    with pytest.raises(Refusal) as caught:
        analyze(database, query)
    assert "rule user cast to json: " in (caught.value.detail or "")
    assert caught.value.hint


@pytest.mark.parametrize("query", HARMLESS)
def test_what_cannot_call_it_passes(database: Address, query: str) -> None:
    assert analyze(database, query).execution_time_ms is not None


@pytest.mark.parametrize("call", ["made()", "makes()"])
def test_a_function_that_gives_such_a_value_is_not_harmless(
    database: Address, call: str
) -> None:
    with pytest.raises(Refusal) as caught:
        analyze(database, f"SELECT to_json({call})")
    assert "rule user function" in str(caught.value.detail)
