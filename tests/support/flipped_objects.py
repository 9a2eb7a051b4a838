"""What the owner of objects may put in their place while a statement is judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

RAN = "PG001"
"""The SQLSTATE of what must not run."""
_EVIL = (
    "BEGIN IF current_user <> 'flipper' THEN RAISE EXCEPTION 'ran'"
    f" USING ERRCODE = '{RAN}'; END IF; RETURN NULL; END"
)
ROLES = """
CREATE ROLE flipper LOGIN PASSWORD '{password}';
CREATE ROLE reader LOGIN PASSWORD '{password}';
GRANT pg_read_all_data TO reader;
ALTER ROLE reader SET search_path = early, public;
"""
"""A role that owns what it flips, and one that reads it."""

SETUP = f"""
GRANT CREATE, USAGE ON SCHEMA public TO flipper;
CREATE SCHEMA early AUTHORIZATION flipper;
GRANT USAGE ON SCHEMA early TO reader;
SET ROLE flipper;
CREATE TABLE public.people (id int PRIMARY KEY, name varchar);
INSERT INTO public.people SELECT i, 'name ' || i FROM generate_series(1, 200) AS i;
CREATE FUNCTION public.evil(varchar) RETURNS varchar LANGUAGE plpgsql IMMUTABLE AS $$
{_EVIL} $$;
CREATE FUNCTION public.evil_equal(varchar, varchar) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE AS $$ {_EVIL} $$;
CREATE FUNCTION public.f(varchar) RETURNS varchar LANGUAGE sql IMMUTABLE STRICT
    AS 'SELECT lower($1)';
CREATE VIEW public.seen AS SELECT id, name FROM public.people;
CREATE VIEW public.kept AS SELECT id, name FROM public.people;
CREATE VIEW public.hostile AS SELECT id, public.evil(name) AS name FROM public.people;
ANALYZE public.people;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """What is flipped, beneath which statement."""

    name: str
    query: str
    hostile: Sequence[str]
    harmless: Sequence[str]


RACES = (
    Race(
        name="function replaced",
        query="SELECT f(name) FROM people",
        hostile=(
            "CREATE OR REPLACE FUNCTION public.f(varchar) RETURNS varchar"
            f" LANGUAGE plpgsql IMMUTABLE STRICT AS $$ {_EVIL} $$",
        ),
        harmless=(
            "CREATE OR REPLACE FUNCTION public.f(varchar) RETURNS varchar"
            " LANGUAGE sql IMMUTABLE STRICT AS 'SELECT lower($1)'",
        ),
    ),
    Race(
        name="overload made",
        query="SELECT lower(name) FROM people",
        hostile=(
            "CREATE FUNCTION public.lower(varchar) RETURNS varchar"
            f" LANGUAGE plpgsql IMMUTABLE STRICT AS $$ {_EVIL} $$",
        ),
        harmless=("DROP FUNCTION IF EXISTS public.lower(varchar)",),
    ),
    Race(
        name="operator made",
        query="SELECT * FROM people WHERE name = 'name 7'",
        hostile=(
            "CREATE OPERATOR public.= (LEFTARG = varchar, RIGHTARG = varchar,"
            " FUNCTION = public.evil_equal)",
        ),
        harmless=("DROP OPERATOR IF EXISTS public.= (varchar, varchar)",),
    ),
    Race(
        name="view replaced",
        query="SELECT * FROM seen",
        hostile=(
            "CREATE OR REPLACE VIEW public.seen AS"
            " SELECT id, public.evil(name) AS name FROM public.people",
        ),
        harmless=(
            "CREATE OR REPLACE VIEW public.seen AS SELECT id, name FROM public.people",
        ),
    ),
    Race(
        name="views renamed",
        query="SELECT * FROM kept",
        hostile=(
            "ALTER VIEW public.kept RENAME TO aside",
            "ALTER VIEW public.hostile RENAME TO kept",
        ),
        harmless=(
            "ALTER VIEW public.kept RENAME TO hostile",
            "ALTER VIEW public.aside RENAME TO kept",
        ),
    ),
    Race(
        name="view made earlier in the path",
        query="SELECT * FROM people WHERE id > 0",
        hostile=("CREATE VIEW early.people AS SELECT * FROM public.hostile",),
        harmless=("DROP VIEW IF EXISTS early.people",),
    ),
    Race(
        name="index made",
        query="SELECT name FROM people WHERE id > 1",
        hostile=(
            "CREATE INDEX of_evil ON public.people (id)"
            " WHERE public.evil('x'::varchar) = 'y'",
        ),
        harmless=("DROP INDEX IF EXISTS public.of_evil",),
    ),
)
