"""A snapshot is foreign input: what a hostile one can and cannot do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analyzer.domain.catalog import Attribute, Catalog, Relation, RelationKind
from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.domain.target import Address
from analyzer.domain.what_if import WhatIfQuestion
from analyzer.errors import AnalyzerError, PlanningFailed, TargetError
from analyzer.planner.shadow import ShadowCluster, ShadowServer, build
from analyzer.planner.snapshot import PlannerSnapshot, take_snapshot
from analyzer.planner.snapshot_file import ExtensionUse, Locale
from analyzer.postgres.connect import session

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def shadow_server() -> Iterator[ShadowServer]:
    with ShadowCluster() as cluster:
        yield cluster.server


def snapshot_of(schema_sql: str, **changes: object) -> PlannerSnapshot:
    table = Relation(
        name=RelationName("public", "t"),
        kind=RelationKind.TABLE,
        reltuples=1000,
        relpages=10,
        size_bytes=81920,
        attributes=(
            Attribute(name="a", number=1, type_name="integer"),
            Attribute(name="b", number=2, type_name="text"),
        ),
    )
    catalog = Catalog(
        server_id="1",
        server_version_num=180000,
        database="d",
        read_at=datetime(2026, 1, 1, tzinfo=UTC),
        relations=(table,),
    )
    snapshot = PlannerSnapshot(
        taken_at=catalog.read_at,
        server_version="18.0",
        catalog=catalog,
        schema_sql=schema_sql,
        statistics_sql="",
        from_catalog=(table.name,),
    )
    return replace(snapshot, **changes)  # type: ignore[arg-type]


TABLE = "CREATE TABLE public.t (a int, b text);"


def liar(body: str) -> tuple[str, str]:
    """A function that says it is immutable, and one that does what it must not."""
    return (
        "CREATE FUNCTION public.doer() RETURNS text LANGUAGE plpgsql VOLATILE"
        f" AS $_$ BEGIN {body} RETURN ''; END $_$",
        "CREATE FUNCTION public.liar(x text) RETURNS text LANGUAGE plpgsql IMMUTABLE"
        " AS $_$ BEGIN RETURN x || public.doer(); END $_$",
    )


def test_a_function_in_an_index_cannot_run_a_program(
    shadow_server: ShadowServer, server_dir: Path
) -> None:
    folder = server_dir / "markers"
    folder.mkdir(mode=0o777, exist_ok=True)
    folder.chmod(0o777)
    marker = folder / "ran"
    program = liar(f"EXECUTE 'COPY (SELECT 1) TO PROGRAM ''touch {marker}''';")
    functions = "; ".join(program)
    script = f"{TABLE} {functions}; CREATE INDEX i ON public.t (public.liar(b));"
    asked = IndexDefinition(
        relation=RelationName("public", "t"),
        keys=(IndexKey(expression="public.liar(b)"),),
    )
    with build(shadow_server, snapshot_of(script)) as planner:
        for attempt in ({"create": [asked]}, {}):
            for query in (
                "SELECT * FROM t WHERE public.liar(b) = public.liar('x')",
                "SELECT public.liar('x')",
            ):
                try:
                    planner.plan_with(query, **attempt)  # type: ignore[arg-type]
                except AnalyzerError as error:
                    assert "PlanningFailed" in type(error).__name__
        assert planner.plan("SELECT * FROM t WHERE a = 1").total_cost > 0
    assert not marker.exists()
    # The same function does run the program if a superuser plans it.
    with session(shadow_server.address(), read_only=False) as superuser:
        for statement in program:
            superuser.execute(statement)
        superuser.execute("EXPLAIN SELECT public.liar('x')")
        superuser.execute("DROP FUNCTION public.liar, public.doer")
    assert marker.exists()


def role_facts(server: ShadowServer, schema_sql: str) -> tuple[object, ...]:
    snapshot = snapshot_of(TABLE + schema_sql)
    with build(server, snapshot) as planner:
        owner = planner._switch.owner
        row = owner.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, session_user"
            "  FROM pg_roles WHERE rolname = session_user"
        ).fetchone()
    assert row is not None
    return row


def test_the_planning_role_has_no_rights(shadow_server: ShadowServer) -> None:
    row = role_facts(shadow_server, "")
    assert row[:4] == (False, False, False, False)
    assert row[4] != "postgres"


UNWANTED = """
ALTER ROLE CURRENT_USER SUPERUSER;
SET SESSION AUTHORIZATION postgres;
SET ROLE postgres;
CREATE EXTENSION file_fdw;
CREATE EXTENSION dblink;
COPY public.t FROM PROGRAM 'id';
COPY public.t TO '/tmp/pgproof-must-not-be';
ALTER SYSTEM SET archive_command = 'id';
CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION public.f();
DO $$ BEGIN RAISE; END $$;
CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1' PUBLICATION p;
CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw;
INSERT INTO public.t SELECT g FROM generate_series(1, 1000000000) g;
LOAD 'plperl';
DROP TABLE public.t;
"""


def test_other_statements_are_not_run(shadow_server: ShadowServer) -> None:
    with build(shadow_server, snapshot_of(TABLE + UNWANTED)) as planner:
        count = planner._switch.owner.execute("SELECT count(*) FROM t").fetchone()
        assert count == (0,)
        listed = planner.not_seen[0].what
        assert "LOAD 'plperl'" in listed
    assert not Path("/tmp/pgproof-must-not-be").exists()


def test_the_switch_touches_no_catalog_index(shadow_server: ShadowServer) -> None:
    with build(shadow_server, snapshot_of(TABLE)) as planner:
        owner = planner._switch.owner
        owner.execute(
            "SELECT pgproof_switch.set_valid('{}', array_agg(indexrelid))"
            " FROM pg_index WHERE indexrelid < 16384"
        )
        row = owner.execute(
            "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
        ).fetchone()
        assert row == (0,)


def test_an_extension_outside_the_list_is_not_created(
    shadow_server: ShadowServer,
) -> None:
    extensions = (
        ExtensionUse(name="file_fdw", version="1.0", schema="public"),
        ExtensionUse(name="citext", version="1.6", schema="ext"),
        ExtensionUse(name="pg_stat_statements", version="1.11", schema="public"),
    )
    script = "CREATE TABLE public.t (a int, b ext.citext);"
    snapshot = snapshot_of(script, extensions=extensions)
    with build(shadow_server, snapshot) as planner:
        assert planner.plan("SELECT * FROM t WHERE b = 'x'").total_cost > 0
        assert [item.what for item in planner.not_seen] == [
            "objects that need the extension file_fdw"
        ]


def test_what_cannot_be_made_is_listed_and_the_rest_works(
    shadow_server: ShadowServer,
) -> None:
    script = f"""
    CREATE TABLE public.shapes (a int, g public.geometry(Point, 4326));
    {TABLE}
    CREATE TABLE public.sorted (a text COLLATE pg_catalog."xx_YY.utf8");
    CREATE FOREIGN TABLE public.far (a int) SERVER other;
    CREATE FUNCTION public.f() RETURNS int LANGUAGE plpython3u AS $$ return 1 $$;
    """
    locale = Locale(lc_collate="xx_YY.UTF-8", lc_ctype="xx_YY.UTF-8")
    with build(shadow_server, snapshot_of(script, locale=locale)) as planner:
        listed = " | ".join(f"{item.what}: {item.why}" for item in planner.not_seen)
        assert "table public.shapes" in listed
        assert "foreign table public.far" in listed
        assert "function public.f" in listed
        assert "locale xx_YY.UTF-8" in listed
        assert "collations pg_catalog.xx_YY.utf8" in listed
        assert planner.plan("SELECT * FROM sorted s, t").total_cost > 0


def test_a_foreign_setting_is_not_applied(shadow_server: ShadowServer) -> None:
    settings = {
        "work_mem": "7MB",
        "session_preload_libraries": "evil",
        "random_page_cost": "1; DROP TABLE t",
    }
    snapshot = snapshot_of(TABLE, planner_settings=settings)
    with build(shadow_server, snapshot) as planner:
        owner = planner._switch.owner
        assert owner.execute("SHOW work_mem").fetchone() == ("7MB",)
        row = owner.execute(
            "SELECT s.setconfig FROM pg_db_role_setting s JOIN pg_database d"
            " ON d.oid = s.setdatabase WHERE d.datname = current_database()"
        ).fetchone()
        assert row == (["work_mem=7MB"],)
        assert "random_page_cost" in planner.not_seen[0].what


def test_nothing_is_left_behind(shadow_server: ShadowServer) -> None:
    with build(shadow_server, snapshot_of(TABLE)):
        pass
    broken = snapshot_of(TABLE, statistics_sql="SELECT 'unterminated")
    with pytest.raises(AnalyzerError), build(shadow_server, broken):
        pass
    with session(shadow_server.address()) as connection:
        rows = connection.execute(
            "SELECT datname::text FROM pg_database WHERE datname LIKE 'shadow%'"
            " UNION SELECT rolname FROM pg_roles WHERE rolname LIKE 'shadow%'"
        ).fetchall()
    assert rows == []


def test_a_plain_role_gets_a_shadow_of_what_it_may_see(
    database: Address, shadow_server: ShadowServer
) -> None:
    with session(database, read_only=False) as connection:
        for statement in (
            "CREATE TABLE open_table (a int PRIMARY KEY, b text)",
            'CREATE TABLE "Closed" (id bigint PRIMARY KEY, c text NOT NULL)',
            'CREATE INDEX closed_c ON "Closed" (lower(c))',
            "CREATE SCHEMA secret",
            "CREATE TABLE secret.inner_table (a int)",
            'INSERT INTO "Closed" SELECT g, g FROM generate_series(1, 20000) g',
            "INSERT INTO open_table SELECT g, g FROM generate_series(1, 20000) g",
            "ANALYZE",
            "CREATE ROLE plain_reader LOGIN PASSWORD 'plain-only'",
            "GRANT SELECT ON open_table TO plain_reader",
        ):
            connection.execute(statement)
    plain = replace(database, user="plain_reader", password="plain-only")
    try:
        snapshot = take_snapshot(plain)
        hidden = " ".join(f"{item.what} {item.hint}" for item in snapshot.not_seen)
        assert "Closed" in hidden
        assert "secret.inner_table" in hidden
        assert 'GRANT pg_read_all_data TO "plain_reader"' in hidden
        with build(shadow_server, snapshot) as planner:
            assert planner.not_seen == ()
            point = planner.plan("SELECT * FROM open_table WHERE a = 5")
            assert "Index" in point.root.node_type
            closed = planner.plan('SELECT * FROM "Closed" WHERE id = 5')
            assert "Index" in closed.root.node_type
            whole = planner.plan('SELECT * FROM "Closed"')
            assert whole.root.plan_rows == pytest.approx(20000, rel=0.01)
            assert planner.plan("SELECT * FROM secret.inner_table").root.plan_rows == 1
    finally:
        with session(database, read_only=False) as connection:
            connection.execute("DROP OWNED BY plain_reader")
            connection.execute("DROP ROLE plain_reader")


def doubled(levels: int, form: str) -> list[str]:
    """A chain in which each level names the one before twice."""
    return [
        form.format(n=level, inner=f"SELECT x.a FROM v{level - 1} x, v{level - 1} y")
        for level in range(1, levels + 1)
    ]


def test_ctes_that_stand_for_thousands_of_relations_are_refused(
    shadow_server: ShadowServer,
) -> None:
    ctes = doubled(14, "v{n} AS NOT /**/ MATERIALIZED ({inner})")
    bomb = f"WITH v0 AS (SELECT a FROM t), {', '.join(ctes)} SELECT * FROM v14"
    with build(shadow_server, snapshot_of(TABLE)) as shadow:
        with pytest.raises(PlanningFailed, match="relations once its CTEs"):
            shadow.plan(bomb)
        (answer,) = shadow.costs_with([WhatIfQuestion(query=bomb)])
        assert isinstance(answer, PlanningFailed)
        fewer = bomb.removesuffix("14") + "3"
        assert shadow.plan(fewer.replace("NOT /**/ MATERIALIZED", "MATERIALIZED"))


def test_a_plan_gets_a_gigabyte_at_most(shadow_server: ShadowServer) -> None:
    with build(shadow_server, snapshot_of(TABLE)) as shadow:
        with pytest.raises(PlanningFailed, match="more memory"):
            # Constants are folded while planning, those of unknown size as well.
            filled = "array_fill(1, ARRAY[60000000])"
            shadow.plan(f"SELECT array_cat({filled}, {filled}) = {filled}")
        assert shadow.plan("SELECT a FROM t")


def test_planning_that_heeds_no_limit_is_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("analyzer.planner.shadow.KILL_AFTER_S", 2.0)
    views = doubled(20, "CREATE VIEW public.v{n} AS {inner};")
    views = [text.replace("FROM v", "FROM public.v") for text in views]
    views = [text.replace(", v", ", public.v") for text in views]
    first = "CREATE VIEW public.v0 AS SELECT a FROM public.t;"
    snapshot = snapshot_of("\n".join([TABLE, first, *views]))
    with (
        ShadowCluster() as cluster,
        suppress(TargetError),
        build(cluster, snapshot) as shadow,
    ):
        assert not shadow.not_seen
        with pytest.raises(TargetError):
            shadow.plan("SELECT * FROM v20")
