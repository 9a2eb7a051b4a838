from __future__ import annotations

import pytest

from analyzer.planner.shadow_script import is_silent, is_wanted, subject

WANTED = """
CREATE SCHEMA "we ird"
CREATE TYPE public.mood AS ENUM ('sad')
CREATE DOMAIN public.positive AS int CHECK (VALUE > 0)
CREATE FUNCTION public.f(x int) RETURNS int LANGUAGE sql AS $$ SELECT x $$
CREATE TABLE public.t (a int)
CREATE UNLOGGED TABLE public.t (a int)
CREATE VIEW public.v AS SELECT 1
CREATE MATERIALIZED VIEW public.m AS SELECT 1 WITH NO DATA
CREATE UNIQUE INDEX i ON public.t USING btree (a)
CREATE STATISTICS public.s ON a, b FROM public.t
ALTER TABLE ONLY public.t ADD CONSTRAINT c CHECK ((a <> ' OWNER TO x'::text))
ALTER TABLE ONLY public."T t" ATTACH PARTITION public.p DEFAULT
ALTER INDEX public.i ATTACH PARTITION public.j
ALTER TABLE public.t ALTER COLUMN a ADD GENERATED ALWAYS AS IDENTITY (START 1)
"""
REFUSED = """
CREATE TABLE public.t AS SELECT generate_series(1, 1000000000)
CREATE TABLE public.t (a) AS SELECT 1 WITH DATA
CREATE MATERIALIZED VIEW public.m AS SELECT 1
CREATE MATERIALIZED VIEW public.m AS SELECT 'WITH NO DATA'
CREATE RULE r AS ON INSERT TO public.t DO NOTHING
CREATE LANGUAGE plperlu
CREATE FOREIGN TABLE public.f (a int) SERVER s
CREATE SERVER s FOREIGN DATA WRAPPER w
CREATE DATABASE d
CREATE ROLE r SUPERUSER
ALTER SYSTEM SET archive_command = 'id'
ALTER ROLE CURRENT_USER SUPERUSER
ALTER DATABASE d SET work_mem = '1GB'
COPY t FROM PROGRAM 'id'
DO $$ BEGIN END $$
INSERT INTO t VALUES (1)
DROP TABLE t
"""
SILENT = """
SET statement_timeout = 0
SELECT pg_catalog.set_config('search_path', '', false)
COMMENT ON TABLE t IS 'x'
GRANT SELECT ON t TO u
CREATE TRIGGER r BEFORE INSERT ON t EXECUTE FUNCTION f()
CREATE POLICY p ON t
CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA public
ALTER TABLE public.t ENABLE ROW LEVEL SECURITY
ALTER TABLE ONLY public.t FORCE ROW LEVEL SECURITY
ALTER TABLE public."T t" OWNER TO somebody
ALTER TABLE ONLY public.t REPLICA IDENTITY FULL
ALTER TABLE ONLY public.t ALTER COLUMN "A b" SET STATISTICS 500
ALTER TABLE ONLY public.t ALTER COLUMN a SET (pg_attver=26790864)
"""


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


@pytest.mark.parametrize("statement", lines(WANTED))
def test_what_plans_depend_on_is_wanted(statement: str) -> None:
    assert is_wanted(statement)


@pytest.mark.parametrize("statement", lines(REFUSED))
def test_what_a_shadow_does_not_make_is_told(statement: str) -> None:
    assert not is_wanted(statement)
    assert not is_silent(statement)


@pytest.mark.parametrize("statement", lines(SILENT))
def test_what_changes_no_plan_is_left_out_silently(statement: str) -> None:
    assert not is_wanted(statement)
    assert is_silent(statement)


def test_subjects() -> None:
    assert subject('CREATE TABLE "we ird"."T" (a int)') == 'table "we ird"."T"'
    assert subject("ALTER TABLE ONLY public.t ADD CONSTRAINT") == "table public.t"
    assert subject("DO $$ BEGIN END $$") == "DO $$ BEGIN END $$"
