"""What a superuser, also one who is none any more, can leave behind in a database."""

# ruff: noqa: E501 - one alteration a line reads best
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from analyzer.domain.target import Address
from analyzer.errors import Refusal
from analyzer.planner.analyze import analyze, guard_statement
from analyzer.postgres.connect import session
from analyzer.postgres.guard import Action, Place
from analyzer.postgres.rolled_back import rolled_back
from analyzer.statements.safety import safety_facts

pytestmark = pytest.mark.integration

SETUP = """
CREATE EXTENSION pg_trgm; CREATE EXTENSION citext; CREATE EXTENSION cube;
CREATE EXTENSION earthdistance; CREATE EXTENSION vector;
CREATE FUNCTION evil(text) RETURNS real LANGUAGE plpgsql IMMUTABLE
    AS 'BEGIN RAISE EXCEPTION ''ran''; END';
CREATE FUNCTION evil_vector(float8[]) RETURNS vector LANGUAGE plpgsql IMMUTABLE
    AS 'BEGIN RAISE EXCEPTION ''ran''; END';
CREATE FUNCTION evil_cmp(int, int) RETURNS int LANGUAGE plpgsql IMMUTABLE
    AS 'BEGIN RAISE EXCEPTION ''ran''; END';
CREATE FUNCTION evil_modifier(cstring[]) RETURNS int LANGUAGE plpgsql IMMUTABLE
    AS 'BEGIN RAISE EXCEPTION ''ran''; END';
CREATE TYPE evil_type;
CREATE FUNCTION evil_in(cstring) RETURNS evil_type LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION evil_out(evil_type) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE FUNCTION fixed(text) RETURNS text LANGUAGE sql IMMUTABLE RETURN upper($1);
CREATE SCHEMA own;
CREATE OPERATOR own.= (LEFTARG = text, RIGHTARG = text, PROCEDURE = pg_catalog.texteq);
CREATE TABLE plain (a int, b text, CHECK (a > 0));
CREATE INDEX ON plain (lpad(b, 10, '0'));
"""
_SIMILAR = (
    "CREATE OR REPLACE FUNCTION similarity(text, text) RETURNS real IMMUTABLE STRICT"
)
_AVERAGE = "CREATE OR REPLACE AGGREGATE avg(vector) (sfunc = vector_accum, stype = double precision[], finalfunc = {}, combinefunc = vector_combine, initcond = '{{0}}')"
LEFT = [
    ("a text whose names are fixed", "user function", "SELECT similarity('a', 'b')",
     f"{_SIMILAR} LANGUAGE sql RETURN evil($1)"),
    ("behind an operator", "user operator", "SELECT 'a' % 'b'",
     "CREATE OR REPLACE FUNCTION similarity_op(text, text) RETURNS boolean IMMUTABLE STRICT LANGUAGE sql RETURN evil($1) > 0"),
    ("an internal function of another name", "user function", "SELECT similarity('a', 'b')",
     f"{_SIMILAR} LANGUAGE internal AS 'pg_read_file_all'"),
    ("the library of another extension", "user function", "SELECT similarity('a', 'b')",
     f"{_SIMILAR} LANGUAGE c AS '$libdir/citext', 'citext_eq'"),
    ("the final function of an aggregate", "user function", "SELECT avg(v) FROM (VALUES ('[1]'::vector)) x (v)",
     _AVERAGE.format("evil_vector")),
    ("an operator that is not printed", "user function", "SELECT fixed('a')",
     "SET search_path = own, public, pg_catalog; CREATE OR REPLACE FUNCTION public.fixed(text) RETURNS text LANGUAGE sql IMMUTABLE RETURN nullif($1, 'x'); SET search_path = public"),
    ("what a missing argument is", "user function", "SELECT defaulted()",
     "CREATE FUNCTION defaulted(real DEFAULT evil('x')) RETURNS real LANGUAGE sql IMMUTABLE AS 'SELECT $1'"),
    ("what a missing argument of an extension's is", "user function", "SELECT similarity('a')",
     f"{_SIMILAR.replace('text, text', 'text, text DEFAULT evil($$x$$)::text')} LANGUAGE c AS '$libdir/pg_trgm', 'similarity'"),
    ("what a missing argument of PostgreSQL's own is", "replaced built-in", "SELECT 1",
     "CREATE OR REPLACE FUNCTION pg_catalog.make_interval(years int DEFAULT evil('x')::int, months int DEFAULT 0, weeks int DEFAULT 0, days int DEFAULT 0, hours int DEFAULT 0, mins int DEFAULT 0, secs float8 DEFAULT 0) RETURNS interval LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'make_interval'"),
    ("a domain that a function gives", "user function", "SELECT gives('x')",
     "CREATE DOMAIN guarded AS text CHECK (evil(value) > 0); CREATE FUNCTION gives(text) RETURNS guarded LANGUAGE sql IMMUTABLE AS 'SELECT $1'"),
    ("what compares keys in a GIN index", "user operator class", "SELECT 1",
     "ALTER OPERATOR FAMILY array_ops USING gin ADD FUNCTION 1 (anyarray, anyarray) evil_cmp(int, int)"),
    ("what reads a type's modifier", "user type", "SELECT 'evil_type(1)'::regtype",
     "CREATE TYPE evil_type (input = evil_in, output = evil_out, like = text, typmod_in = evil_modifier)"),
    ("a virtual column that is long", "memory", "SELECT b FROM t",
     "CREATE TABLE t (a text, b text GENERATED ALWAYS AS (repeat(a, 100000000)) VIRTUAL)"),
    ("a virtual column that is large", "denied function", "SELECT b FROM t",
     "CREATE TABLE t (a text, b int GENERATED ALWAYS AS (cardinality(array_fill(1, ARRAY[length(a)]))) VIRTUAL)"),
    ("a check that planning makes long", "memory", "SELECT * FROM t",
     "CREATE TABLE t (a int); CREATE TABLE u (CHECK (a > length(repeat('x', 900000000)))) INHERITS (t)"),
    ("a predicate that is large", "denied function", "SELECT * FROM t",
     "CREATE TABLE t (a int); CREATE INDEX ON t (a) WHERE a > cardinality(array_fill(1, ARRAY[9]))"),
]  # fmt: skip
HARMLESS = [
    "SELECT * FROM plain WHERE lpad(b, 10, '0') = '1'",
    "SELECT fixed('a'), 'a' % 'b', avg(v) FROM (VALUES ('[1]'::vector)) x (v)",
    "SELECT earth_distance(ll_to_earth(1, 2), ll_to_earth(2, 3))",
    "SELECT min(c), regexp_replace('a'::citext, 'a', 'b') FROM (VALUES ('a'::citext)) x (c)",
    "SELECT 'text'::regtype, 'plain'::regclass, 'numeric(3,1)'::regtype",
]


@pytest.fixture(scope="module")
def database(superuser: Address) -> Iterator[Address]:
    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE left_behind")
    address = replace(superuser, database="left_behind")
    with session(address, read_only=False) as connection:
        connection.execute(SETUP.encode())
    yield address
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE left_behind WITH (FORCE)")


@pytest.mark.parametrize(
    ("rule", "query", "setup"), [item[1:] for item in LEFT], ids=[i[0] for i in LEFT]
)
def test_what_was_left_is_not_reached(
    database: Address, rule: str, query: str, setup: str
) -> None:
    facts = safety_facts(query)
    with session(database, read_only=False, autocommit=False) as connection:
        connection.execute(setup.encode())
        with pytest.raises(Refusal) as caught:
            guard_statement(connection, facts, Place.WATCHED, Action.RUN)
        connection.rollback()
    assert f"rule {rule}: " in (caught.value.detail or "")


@pytest.mark.parametrize("query", HARMLESS)
def test_what_nobody_altered_passes(database: Address, query: str) -> None:
    assert analyze(database, query).execution_time_ms is not None


def test_a_serializable_database_is_not_read_so(superuser: Address) -> None:
    """A reader that is SERIALIZABLE makes transactions of others fail."""
    with session(superuser) as connection:
        connection.execute("SET default_transaction_isolation = serializable")
        with rolled_back(connection):
            row = connection.execute("SHOW transaction_isolation").fetchone()
    assert row is not None and row[0] == "read committed"
