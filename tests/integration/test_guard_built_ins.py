"""PostgreSQL's own functions are compared with what initdb makes, on every version."""

# ruff: noqa: E501 - one alteration a line reads best
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from analyzer.domain.target import Address
from analyzer.errors import Refusal
from analyzer.planner.analyze import analyze, guard_statement
from analyzer.postgres.connect import Connection, session
from analyzer.postgres.guard import Action, Place
from analyzer.postgres.guard_built_ins import BuiltIns, built_ins, replaced_views
from analyzer.statements.safety import safety_facts
from tests.support.older_servers import OLDER, older_server

pytestmark = pytest.mark.integration

HIT = """
CREATE FUNCTION public.hit(timestamp) RETURNS timestamp LANGUAGE plpgsql IMMUTABLE
    AS 'BEGIN RETURN $1; END';
CREATE FUNCTION public.hit_text(text) RETURNS text LANGUAGE plpgsql IMMUTABLE
    AS 'BEGIN RETURN $1; END';
CREATE FUNCTION public.hit_bytes(int) RETURNS bytea LANGUAGE plpgsql IMMUTABLE
    AS 'BEGIN RETURN ''x''; END';
"""
ORDINARY = """
CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE EXTENSION pg_trgm;
CREATE ROLE of_dba;
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_ls_dir(text), pg_catalog.lower(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_dir(text) TO of_dba;
ALTER FUNCTION pg_catalog.pg_ls_dir(text) OWNER TO of_dba;
ALTER FUNCTION pg_catalog.lower(text) COST 7;
ALTER FUNCTION pg_catalog.lower(text) PARALLEL RESTRICTED;
COMMENT ON FUNCTION pg_catalog.lower(text) IS 'x';
CREATE FUNCTION pg_catalog.added(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE public.total(int) (sfunc = int4pl, stype = int);
CREATE TYPE mood AS ENUM ('glad');
"""
_PLUS = "FUNCTION pg_catalog.interval_pl_date(interval, date)"
ALTERATIONS = [
    ("in plpgsql, behind an operator", "interval_pl_date",
     f"CREATE OR REPLACE {_PLUS} RETURNS timestamp LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN now(); END'"),
    ("in SQL, behind an operator", "interval_pl_date",
     f"CREATE OR REPLACE {_PLUS} RETURNS timestamp LANGUAGE sql IMMUTABLE AS 'SELECT public.hit($2::timestamp)'"),
    ("as another internal function", "textanycat",
     "CREATE OR REPLACE FUNCTION pg_catalog.textanycat(text, anynonarray) RETURNS text LANGUAGE internal STABLE STRICT AS 'pg_read_file_all'"),
    ("behind a cast", "polygon",
     "CREATE OR REPLACE FUNCTION pg_catalog.polygon(circle) RETURNS polygon LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN NULL; END'"),
    ("internal, in SQL that is written out", "int4pl",
     "CREATE OR REPLACE FUNCTION pg_catalog.int4pl(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT length(public.hit_text(''x''))'"),
    ("a transition function", "max",
     "CREATE OR REPLACE AGGREGATE pg_catalog.max(text) (sfunc = text_larger, stype = text, finalfunc = public.hit_text)"),
    ("a final function that is built in", "max",
     "CREATE OR REPLACE AGGREGATE pg_catalog.max(text) (sfunc = text_larger, stype = text, finalfunc = pg_read_file)"),
    ("a denied one under a new name", "innocent",
     "ALTER FUNCTION pg_catalog.pg_read_file(text) RENAME TO innocent"),
    ("a volatile one that says it is not", "nextval",
     "ALTER FUNCTION pg_catalog.nextval(regclass) IMMUTABLE"),
    ("with the rights of its owner", "quote_literal",
     "ALTER FUNCTION pg_catalog.quote_literal(anyelement) SECURITY DEFINER"),
    ("with a search path", "quote_literal",
     "ALTER FUNCTION pg_catalog.quote_literal(anyelement) SET search_path = public, pg_catalog"),
    ("of the information schema", "_pg_truetypid",
     "CREATE OR REPLACE FUNCTION information_schema._pg_truetypid(pg_attribute, pg_type) RETURNS oid LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'"),
    ("a type's function for sending", "type int4",
     "ALTER TYPE pg_catalog.int4 SET (SEND = public.hit_bytes)"),
]  # fmt: skip


@pytest.fixture(scope="module")
def database(superuser: Address) -> Iterator[Address]:
    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE built_ins")
    yield replace(superuser, database="built_ins")
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE built_ins WITH (FORCE)")


def compared(connection: Connection) -> BuiltIns:
    connection.execute("SET search_path = pg_catalog")
    assert replaced_views(connection) == ()
    return built_ins(connection)


@pytest.mark.parametrize("major", OLDER)
def test_fresh_server_has_what_the_register_has(major: int) -> None:
    with older_server(major) as address, session(address, read_only=False) as own:
        assert compared(own) == BuiltIns()
        own.execute("CREATE EXTENSION hstore")
        own.execute("REVOKE EXECUTE ON FUNCTION pg_catalog.lower(text) FROM PUBLIC")
        assert compared(own) == BuiltIns()
        own.execute(ALTERATIONS[0][2].encode())
        assert compared(own).replaced == ("interval_pl_date",)


def test_what_an_administrator_does_is_no_replacement(database: Address) -> None:
    with session(database, read_only=False, autocommit=False) as connection:
        connection.execute(ORDINARY.encode())
        assert compared(connection) == BuiltIns()
        connection.rollback()


@pytest.mark.parametrize(
    ("name", "alteration"),
    [a[1:] for a in ALTERATIONS],
    ids=[a[0] for a in ALTERATIONS],
)
def test_replaced_function_spoils_every_statement(
    database: Address, name: str, alteration: str
) -> None:
    with session(database, read_only=False, autocommit=False) as connection:
        connection.execute((HIT + alteration).encode())
        with pytest.raises(Refusal) as caught:
            facts = safety_facts("SELECT 1")
            guard_statement(connection, facts, Place.WATCHED, Action.RUN)
        connection.rollback()
    assert f"rule replaced built-in: {name}" in (caught.value.detail or "")
    assert caught.value.hint


def test_function_that_only_looks_built_in_is_the_databases_own(
    database: Address,
) -> None:
    with session(database, read_only=False, autocommit=False) as connection:
        connection.execute(
            "CREATE FUNCTION pg_catalog.looks_so(int) RETURNS int"
            " LANGUAGE internal IMMUTABLE AS 'int4abs'"
        )
        connection.execute("UPDATE pg_proc SET oid = 9999 WHERE proname = 'looks_so'")
        passing = safety_facts("SELECT abs(1)")
        guard_statement(connection, passing, Place.WATCHED, Action.RUN)
        with pytest.raises(Refusal) as caught:
            facts = safety_facts("SELECT looks_so(1)")
            guard_statement(connection, facts, Place.WATCHED, Action.RUN)
        connection.rollback()
    assert "rule user function: pg_catalog.looks_so" in (caught.value.detail or "")


def test_system_view_that_was_replaced_is_not_read(database: Address) -> None:
    query = safety_facts("SELECT * FROM information_schema.schemata")
    other = safety_facts("SELECT * FROM pg_stat_user_tables")
    with session(database, read_only=False, autocommit=False) as connection:
        guard_statement(connection, query, Place.WATCHED, Action.RUN)
        connection.execute(
            "CREATE OR REPLACE VIEW information_schema.schemata AS SELECT"
            " rolname::information_schema.sql_identifier AS catalog_name,"
            " rolname::information_schema.sql_identifier AS schema_name,"
            " rolname::information_schema.sql_identifier AS schema_owner,"
            " ''::information_schema.sql_identifier AS default_character_set_catalog,"
            " ''::information_schema.sql_identifier AS default_character_set_schema,"
            " ''::information_schema.sql_identifier AS default_character_set_name,"
            " rolpassword::information_schema.character_data AS sql_path FROM pg_authid"
        )
        for facts in (query, other):
            with pytest.raises(Refusal) as caught:
                guard_statement(connection, facts, Place.WATCHED, Action.RUN)
            what = "rule replaced built-in: information_schema.schemata"
            assert what in (caught.value.detail or "")
        plain = safety_facts("SELECT 1 FROM pg_class")
        guard_statement(connection, plain, Place.WATCHED, Action.RUN)
        connection.rollback()


def test_no_code_runs_behind_an_operator(database: Address) -> None:
    with session(database, read_only=False) as connection:
        connection.execute(
            f"CREATE OR REPLACE {_PLUS} RETURNS timestamp LANGUAGE plpgsql IMMUTABLE"
            " AS 'BEGIN RAISE EXCEPTION ''ran''; END'"
        )
    try:
        with pytest.raises(Refusal, match="may not be run"):
            analyze(database, "SELECT interval '1 day' + current_date")
    finally:
        with session(database, read_only=False) as connection:
            connection.execute(
                f"CREATE OR REPLACE {_PLUS} RETURNS timestamp LANGUAGE sql IMMUTABLE"
                " PARALLEL SAFE STRICT COST 1 RETURN ($2 + $1)"
            )
    plan = analyze(database, "SELECT interval '1 day' + current_date")
    assert plan.execution_time_ms is not None
