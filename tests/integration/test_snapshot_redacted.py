"""A snapshot file without text values: nothing of them is left, and it still plans."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.domain.target import Address
from analyzer.planner.redact import redacted
from analyzer.planner.shadow import ShadowCluster, build
from analyzer.planner.snapshot import load, take_snapshot
from analyzer.postgres.connect import Connection, session
from tests.support.cli import run_cli

pytestmark = pytest.mark.integration

SETUP = """
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE person (id bigint PRIMARY KEY, name text, email varchar(80), code char(2),
    token uuid, notes jsonb, tags text[], words tsvector, mood mood, born date,
    status text);
INSERT INTO person SELECT g, 'Secretname' || g % 50, 'secret' || g || '@mail.example',
    (ARRAY['QX', 'QY', 'QZ'])[1 + g % 3],
    md5(g::text)::uuid, jsonb_build_object('secretkey', 'secretvalue' || g % 10),
    ARRAY['secrettag' || g % 20, 'secrettag' || g % 7],
    to_tsvector('simple', 'secretword' || g % 30),
    (ARRAY['sad', 'happy'])[1 + g % 2]::mood, date '1970-01-01' + g % 9000,
    CASE WHEN g % 20 = 0 THEN 'open' ELSE 'closed' END
    FROM generate_series(1, 20000) AS g;
CREATE INDEX person_email ON person (lower(email));
CREATE INDEX person_open ON person (born) WHERE status = 'open';
CREATE INDEX person_name ON person (name);
CREATE STATISTICS person_all ON name, code FROM person;
CREATE STATISTICS person_lower ON (lower(name)), (substr(email, 1, 3)), code
    FROM person;
VACUUM ANALYZE person;
UPDATE person SET name = 'Secretend' WHERE id = 1
"""
SECRETS = ("secret", "Secret", "QX", "QY", "QZ")
QUERIES = (
    "SELECT * FROM person WHERE id = 7",
    "SELECT * FROM person WHERE name = $1",
    "SELECT name, count(*) FROM person GROUP BY name",
    "SELECT * FROM person WHERE born < '1975-01-01' AND status = 'open'",
    "SELECT * FROM person WHERE mood = 'sad' ORDER BY born LIMIT 5",
    "SELECT * FROM person ORDER BY name LIMIT 10",
    "SELECT a.id FROM person a JOIN person b ON a.name = b.name AND a.code = b.code",
    "SELECT name, code, count(*) FROM person GROUP BY 1, 2",
    "SELECT lower(name), code, count(*) FROM person GROUP BY 1, 2",
)


@pytest.fixture
def watched(database: Address) -> Iterator[Connection]:
    with session(database, read_only=False) as connection:
        for statement in SETUP.split(";\n"):
            connection.execute(statement)
        yield connection


def test_no_text_of_the_data_is_in_the_file(
    watched: Connection, database: Address, tmp_path: Path
) -> None:
    watched.execute("SELECT count(*) FROM person WHERE name = 'Secretname7'")
    file = tmp_path / "person.snapshot"
    dsn = (
        f"host={database.host} port={database.port} user={database.user} "
        f"password={database.password} dbname={database.database}"
    )
    done = run_cli("snapshot", dsn, "-o", str(file), "--redact", "--workload")
    assert done.exit_code == 0, done.err
    assert "text values are replaced" in done.out
    assert "statements with counters" in done.out
    assert "of other types" in done.out
    content = gzip.decompress(file.read_bytes()).decode()
    for secret in SECRETS:
        place = content.find(secret)
        assert place < 0, content[max(place - 200, 0) : place + 50]
    snapshot = load(file)
    assert snapshot.statements is not None
    texts = snapshot.statements.query_texts.values()
    assert any("from person where name = $" in text.lower() for text in texts)
    assert not snapshot.statements.user_names


def test_plans_that_name_no_text_stay_what_they_are(
    watched: Connection, database: Address
) -> None:
    plain = take_snapshot(database)
    other = redacted(plain)
    assert any("--redact" in item.why for item in other.not_seen)
    with (
        ShadowCluster() as cluster,
        build(cluster, plain) as before,
        build(cluster, other) as after,
    ):
        assert after.not_seen == before.not_seen == ()
        for query in QUERIES:
            assert after.plan(query).total_cost == pytest.approx(
                before.plan(query).total_cost, rel=0.001
            ), query
        read = (
            "SELECT attname, most_common_freqs, array_length(histogram_bounds, 1),"
            " null_frac, n_distinct, avg_width FROM pg_stats"
            " WHERE tablename = 'person' AND attname NOT IN ('notes', 'tags')"
            " ORDER BY 1"
        )
        assert (
            after.connection.execute(read).fetchall()
            == before.connection.execute(read).fetchall()
        )


def test_replaced_values_keep_order_and_length(
    watched: Connection, database: Address
) -> None:
    plain = take_snapshot(database)
    read = (
        "SELECT histogram_bounds::text::text[] FROM pg_stats"
        " WHERE tablename = 'person' AND attname = %s"
    )
    with ShadowCluster() as cluster:
        for name in ("email", "token"):
            with (
                build(cluster, plain) as before,
                build(cluster, redacted(plain)) as new,
            ):
                own = before.connection.execute(read, (name,)).fetchone()
                other = new.connection.execute(read, (name,)).fetchone()
            assert own is not None
            assert other is not None
            assert [len(text) for text in other[0]] == [len(text) for text in own[0]]
            assert other[0] == sorted(other[0])
            assert not set(own[0]) & set(other[0])


REMOTE = """
CREATE EXTENSION IF NOT EXISTS postgres_fdw;
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'secret.example');
CREATE USER MAPPING FOR CURRENT_USER SERVER far OPTIONS (password 'it''s secret');
CREATE FOREIGN TABLE away (id int OPTIONS (column_name 'secret_column'), n text)
    SERVER far OPTIONS (table_name 'secret(table)')
"""


def test_no_file_holds_passwords_of_foreign_servers(database: Address) -> None:
    with session(database, read_only=False) as connection:
        for statement in REMOTE.split(";\n"):
            connection.execute(statement)
    snapshot = take_snapshot(database)
    assert "secret" not in snapshot.schema_sql
    with ShadowCluster() as cluster, build(cluster, snapshot) as planner:
        assert planner.plan("SELECT n FROM away WHERE id = 5").root.relation == "away"
        told = " ".join(item.what for item in planner.not_seen)
    assert "server far" in told
    assert "away cost to read remotely" in told


CODE = """
CREATE TABLE entry (id int, kind text, note text);
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN NEW.note = 'secret of a trigger'; RETURN NEW; END $$;
CREATE TRIGGER stamped BEFORE INSERT ON entry FOR EACH ROW
    WHEN (NEW.kind = 'secret of a condition') EXECUTE FUNCTION stamp('secret argument');
CREATE FUNCTION work() RETURNS int LANGUAGE plpgsql AS $f$
    BEGIN RETURN length('secret of a body'); END $f$;
CREATE FUNCTION shape(x int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $f$
    BEGIN RETURN x % 7; END $f$;
CREATE PROCEDURE act() LANGUAGE sql AS $$ SELECT 'secret of a procedure' $$;
CREATE RULE quiet AS ON DELETE TO entry WHERE OLD.kind = 'secret of a rule'
    DO INSTEAD NOTHING;
CREATE POLICY own ON entry USING (kind <> 'secret of a policy');
COMMENT ON TABLE entry IS 'secret of a comment';
CREATE INDEX entry_shape ON entry (shape(id)) WHERE kind <> 'disclosed';
INSERT INTO entry SELECT g, 'secret of a trigger', 'n'
    FROM generate_series(1, 500) AS g;
ANALYZE entry
"""


def test_code_that_planning_never_runs_is_not_in_a_redacted_file(
    database: Address,
) -> None:
    with session(database, read_only=False) as connection:
        for statement in CODE.split(";\n"):
            connection.execute(statement.encode())
    snapshot = redacted(take_snapshot(database))
    text = f"{snapshot.schema_sql} {snapshot.statistics_sql}"
    place = text.find("secret")
    assert place < 0, text[max(place - 200, 0) : place + 50]
    assert "disclosed" in text
    with ShadowCluster() as cluster, build(cluster, snapshot) as planner:
        plan = planner.plan(
            "SELECT * FROM entry WHERE shape(id) = 3 AND kind <> 'disclosed'"
        )
        assert plan.index_names() == {"entry_shape"}
        assert [item.what for item in planner.not_seen] == ["rule quiet"]
