"""Comparisons that a database has made for its own types, and who may meet them."""

# ruff: noqa: E501 - one query a line reads best
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from analyzer.domain.target import Address
from analyzer.errors import Refusal
from analyzer.planner.analyze import analyze
from analyzer.postgres.connect import session

pytestmark = pytest.mark.integration

EVIL = (
    "RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE EXCEPTION 'ran'; END$$"
)
SETUP = f"""
CREATE TYPE mood AS ENUM ('glad');
CREATE TYPE span AS RANGE (subtype = int);
CREATE DOMAIN doc AS json;
CREATE TABLE plain (id int, name text, short varchar(9), doc json, at point, tags text[]);
INSERT INTO plain VALUES (1, 'a', 'b', '{{}}', '(1,2)', '{{x}}');
CREATE TABLE moody (m mood, ms mood[]);
INSERT INTO moody VALUES ('glad', '{{glad}}');
CREATE TABLE spans (s span);
CREATE TABLE rows_of_moody (r moody);
CREATE VIEW shown AS SELECT m, 1 AS id FROM moody;
CREATE FUNCTION made(mood DEFAULT 'glad') RETURNS mood LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION compares(mood) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 = $1';
CREATE FUNCTION evil(mood, mood) {EVIL};
CREATE FUNCTION evil(mood[], mood[]) {EVIL};
CREATE FUNCTION evil(span, span) {EVIL};
CREATE FUNCTION evil(moody, moody) {EVIL};
CREATE FUNCTION evil(varchar, mood) {EVIL};
CREATE FUNCTION evil(doc, doc) {EVIL};
CREATE FUNCTION evil(anyelement, mood) {EVIL};
CREATE OPERATOR = (LEFTARG = mood, RIGHTARG = mood, FUNCTION = evil);
CREATE OPERATOR <> (LEFTARG = mood, RIGHTARG = mood, FUNCTION = evil);
CREATE OPERATOR < (LEFTARG = mood[], RIGHTARG = mood[], FUNCTION = evil);
CREATE OPERATOR >= (LEFTARG = span, RIGHTARG = span, FUNCTION = evil);
CREATE OPERATOR <= (LEFTARG = moody, RIGHTARG = moody, FUNCTION = evil);
"""

REACHING = [
    *("SELECT * FROM moody WHERE m = 'glad'", "SELECT m <> m FROM moody"),
    *("SELECT id FROM shown WHERE m = 'glad'", "SELECT 'glad'::mood = 'glad'"),
    *("SELECT (ms)[1] = 'glad' FROM moody", "SELECT ms < '{glad}' FROM moody"),
    *("SELECT 'glad' = ANY (ms) FROM moody", "SELECT array_agg(m) < '{}' FROM moody"),
    *("SELECT s >= '[1,2)' FROM spans", "SELECT x <= '(glad,{})' FROM moody x"),
    "SELECT r <= '(glad,{})' FROM rows_of_moody",
    "SELECT (r).m = 'glad' FROM rows_of_moody",
    "SELECT NULLIF(m, 'glad') FROM moody",
    "SELECT CASE m WHEN 'glad' THEN 1 END FROM moody",
    "SELECT 1 FROM plain WHERE name = 'a' AND EXISTS (SELECT 1 FROM moody)",
    "SELECT 'glad' OPERATOR(public.=) 'glad'",
    "SELECT name OPERATOR(public.=) 'glad' FROM plain",
]
HARMLESS = [
    "SELECT 1",
    "SELECT * FROM plain WHERE name = 'a' AND id <> 2 AND short = 'b'",
    *("SELECT 'a' = 'b', $$x$$ <> 'y'", "SELECT p = p FROM (SELECT id FROM plain) p"),
    "SELECT x.id FROM plain x JOIN plain y USING (id)",
    *("SELECT tags < '{b}' FROM plain", "SELECT short = name FROM plain"),
    "SELECT ROW(id, name) <= ROW(1, 'b') FROM plain",
    "SELECT NULLIF(short, 'b'), CASE name WHEN 'a' THEN 1 END FROM plain",
    "SELECT at ~= '(1,2)' FROM plain WHERE 'x' = ANY (tags)",
]
MIXED = "OPERATOR = (LEFTARG = {}, RIGHTARG = {}, FUNCTION = evil)"
TURNED = [
    (MIXED.format("varchar", "mood"), "OPERATOR = (varchar, mood)",
     "SELECT * FROM plain WHERE short = 'glad'"),
    (MIXED.format("doc", "doc"), "OPERATOR = (doc, doc)", "SELECT doc = doc FROM plain"),
    (MIXED.format("anyelement", "mood"), "OPERATOR = (anyelement, mood)",
     "SELECT doc = 'glad' FROM plain"),
    ("CAST (json AS mood) WITH INOUT AS IMPLICIT", "CAST (json AS mood)",
     "SELECT doc = doc FROM plain"),
]  # fmt: skip
"""What makes such a comparison apply to values of PostgreSQL's own types."""


@pytest.fixture(scope="module")
def owner(superuser: Address) -> Iterator[Address]:
    """A database with comparisons of its own."""
    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE comparisons")
    address = replace(superuser, database="comparisons")
    with session(address, read_only=False) as connection:
        connection.execute(SETUP.encode())
    yield address
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE comparisons WITH (FORCE)")


@pytest.mark.parametrize("query", REACHING)
def test_a_statement_with_such_a_value_is_refused(owner: Address, query: str) -> None:
    with pytest.raises(Refusal) as caught:
        analyze(owner, query)
    assert "rule user operator: public." in str(caught.value.detail)


@pytest.mark.parametrize("query", HARMLESS)
def test_others_are_run(owner: Address, query: str) -> None:
    assert analyze(owner, query).execution_time_ms is not None


@pytest.mark.parametrize(
    ("made", "undone", "query"), TURNED, ids=[item[0] for item in TURNED]
)
def test_what_turns_other_values_into_such_is_refused(
    owner: Address, made: str, undone: str, query: str
) -> None:
    with session(owner, read_only=False) as connection:
        connection.execute(f"CREATE {made}".encode())
        try:
            # It does apply: the server calls it, or tries to read a mood.
            with pytest.raises(
                psycopg.Error, match=r"ran|invalid input value for enum"
            ):
                connection.execute(query.encode())
            with pytest.raises(Refusal) as caught:
                analyze(owner, query)
        finally:
            connection.execute(f"DROP {undone}".encode())
    assert "rule user operator: public.=" in str(caught.value.detail)


@pytest.mark.parametrize("call", ["made() = made()", "compares('glad')"])
def test_a_function_with_such_a_value_is_not_harmless(
    owner: Address, call: str
) -> None:
    with pytest.raises(Refusal) as caught:
        analyze(owner, f"SELECT {call}")
    assert "rule user function: public." in str(caught.value.detail)
