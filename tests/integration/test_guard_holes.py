"""Roundabout ways to code of the database and to time: each is refused by its rule."""

# ruff: noqa: E501 - one query a line reads best
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from analyzer.domain.target import Address
from analyzer.errors import NotAllowedHere, Refusal
from analyzer.planner.analyze import analyze
from analyzer.postgres.connect import session
from analyzer.postgres.guarded_session import ONLY_RUN_KEY
from tests.support.guarded import explain_guarded
from tests.support.servers import PASSWORD

pytestmark = pytest.mark.integration

SETUP = """
CREATE EXTENSION hstore;
CREATE EXTENSION pg_trgm;
CREATE FUNCTION evil(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE
    AS 'BEGIN PERFORM pg_sleep(0.5); RETURN true; END';
CREATE FUNCTION evil_of_text(text, text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE
    AS 'BEGIN PERFORM pg_sleep(0.5); RETURN true; END';
CREATE FUNCTION evil_int(text) RETURNS int LANGUAGE plpgsql IMMUTABLE
    AS 'BEGIN PERFORM pg_sleep(0.5); RETURN 1; END';
CREATE FUNCTION evil_cmp(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
CREATE DOMAIN checked AS text CHECK (evil(value));
CREATE DOMAIN sleepy AS text CHECK (pg_sleep(1) IS NULL);
CREATE TYPE checked_span AS RANGE (subtype = checked, multirange_type_name = checked_multispan);
CREATE TYPE mood AS ENUM ('glad');
CREATE TYPE span AS RANGE (subtype = int);
CREATE DOMAIN email AS text CHECK (value LIKE '%@%');
CREATE TYPE pair AS (a checked, b int);
CREATE DOMAIN pair_domain AS pair;
CREATE TABLE t (id int PRIMARY KEY, name text, emails email[], contact email,
    one checked, raw hstore, span span, moods mood[]);
CREATE TABLE trapped (many checked[], two pair);
INSERT INTO t (id, name, contact) VALUES (1, 'a', 'a@b');
CREATE TABLE sleepers (many sleepy[]);
CREATE TABLE defaulted (id int, v int DEFAULT evil_int('x'));
CREATE TABLE ruled (id int);
CREATE RULE r AS ON INSERT TO ruled DO ALSO SELECT evil_int('x');
CREATE VIEW calling AS SELECT evil_int(name) FROM t;
CREATE VIEW doubled_0 AS SELECT id FROM t;
DO $$ BEGIN FOR i IN 1 .. 9 LOOP EXECUTE format('CREATE VIEW doubled_%s AS
    SELECT a.id FROM doubled_%s a JOIN doubled_%s b USING (id)', i, i - 1, i - 1);
END LOOP; END $$;
CREATE FUNCTION on_pair(t) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE DOMAIN t_domain AS t;
CREATE FUNCTION on_domain(t_domain) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION on_many(VARIADIC t[]) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE OPERATOR ### (RIGHTARG = text, PROCEDURE = pg_catalog.current_setting);
CREATE OPERATOR CLASS evil_ops FOR TYPE int USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 evil_cmp(int, int);
CREATE TABLE split (id int) PARTITION BY RANGE (id evil_ops);
CREATE TABLE split_1 PARTITION OF split FOR VALUES FROM (0) TO (9);
CREATE TABLE indexed (id int);
CREATE INDEX ON indexed (id evil_ops);
CREATE TABLE in_predicate (id int);
CREATE INDEX ON in_predicate (id) WHERE evil('x');
CREATE MATERIALIZED VIEW of_rows AS SELECT id FROM t;
CREATE INDEX ON of_rows ((id + evil_int('x')));
CREATE VIEW on_predicate AS SELECT id FROM in_predicate;
CREATE TABLE in_statistics (id int);
CREATE STATISTICS evil_statistics ON (id + evil_int('x')) FROM in_statistics;
CREATE TABLE parent (id int);
CREATE TABLE in_check (CHECK (id > evil_int('x'))) INHERITS (parent);
CREATE TABLE in_key (id int) PARTITION BY RANGE ((id + evil_int('x')));
CREATE TABLE in_key_1 PARTITION OF in_key FOR VALUES FROM (0) TO (9);
CREATE OPERATOR #### (LEFTARG = text, PROCEDURE = evil_of_text, RIGHTARG = text);
CREATE TABLE in_operator (name text);
CREATE INDEX ON in_operator (name) WHERE 'x' #### 'y';
CREATE TABLE with_trigrams (name text);
CREATE INDEX ON with_trigrams (lower(name)) WHERE similarity(name, 'a') > 0;
CREATE EXTENSION unaccent;
CREATE FUNCTION f_unaccent(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS 'SELECT public.unaccent(''public.unaccent'', $1)';
CREATE FUNCTION f_search(t text) RETURNS text LANGUAGE sql IMMUTABLE
    AS 'SELECT lower(public.f_unaccent(trim(t)))';
CREATE FUNCTION f_with_setting(t text) RETURNS text LANGUAGE sql IMMUTABLE
    SET search_path = public AS 'SELECT lower(t)';
CREATE FUNCTION f_reading(t text) RETURNS int LANGUAGE sql IMMUTABLE
    AS 'SELECT count(*)::int FROM t';
CREATE FUNCTION f_around(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT t';
CREATE OR REPLACE FUNCTION f_around(t text) RETURNS text LANGUAGE sql IMMUTABLE
    AS 'SELECT CASE WHEN t <> '''' THEN f_around(substr(t, 2)) END';
CREATE TABLE with_wrapper (name text);
CREATE INDEX ON with_wrapper (f_search(name));
CREATE TABLE secured (id int);
ALTER TABLE secured ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION pg_catalog.innocent(int) RETURNS int LANGUAGE plpgsql IMMUTABLE
    AS 'BEGIN RETURN 1; END';
CREATE ROLE extension_owner;
CREATE FUNCTION smuggled(text) RETURNS int LANGUAGE plpgsql IMMUTABLE
    AS 'BEGIN RETURN 1; END';
ALTER FUNCTION smuggled OWNER TO extension_owner;
ALTER EXTENSION pg_trgm ADD FUNCTION smuggled(text);
CREATE EXTENSION cube;
CREATE EXTENSION earthdistance VERSION '1.1';
CREATE FUNCTION cube_enlarge(earth, float8, int) RETURNS cube LANGUAGE plpgsql IMMUTABLE
    AS 'BEGIN PERFORM pg_sleep(0.5); RETURN cube(1); END';
CREATE TABLE places (lat float8, lon float8);
CREATE TABLE near_home (lat float8, CHECK (earth_box(ll_to_earth(1, lat), 2) @> cube(1)));
CREATE FUNCTION f_box(float8) RETURNS cube LANGUAGE sql IMMUTABLE
    AS 'SELECT earth_box(ll_to_earth(1, 2), $1)';
CREATE FUNCTION f_angle(float8) RETURNS float8 LANGUAGE sql IMMUTABLE
    AS 'SELECT gc_to_sec(sec_to_gc($1))';
CREATE FUNCTION evil_mood(int) RETURNS mood LANGUAGE sql IMMUTABLE AS 'SELECT ''glad''::mood';
CREATE CAST (int AS mood) WITH FUNCTION evil_mood(int);
CREATE TABLE castable (id int);
CREATE FUNCTION evil_row(castable) RETURNS int LANGUAGE plpgsql IMMUTABLE
    AS 'BEGIN PERFORM pg_sleep(0.5); RETURN 1; END';
CREATE CAST (castable AS int) WITH FUNCTION evil_row(castable) AS IMPLICIT;
CREATE FUNCTION evil_rows(castable[]) RETURNS int LANGUAGE plpgsql IMMUTABLE
    AS 'BEGIN PERFORM pg_sleep(0.5); RETURN 1; END';
CREATE CAST (castable[] AS int) WITH FUNCTION evil_rows(castable[]) AS IMPLICIT;
INSERT INTO castable VALUES (1);
CREATE FUNCTION checking() RETURNS text LANGUAGE sql AS 'SELECT ''x''::checked::text';
CREATE DOMAIN stored_path AS jsonpath;
CREATE TABLE paths (doc jsonb, path jsonpath, kept stored_path);
CREATE VIEW of_paths AS SELECT doc FROM paths WHERE doc @? path;
"""

CAST = "CREATE CAST (text AS int) WITH FUNCTION evil_int(text) AS IMPLICIT"

HOLES = [
    ("a CTE's name hides a view", "user function",
     "SELECT * FROM calling, (WITH calling AS (SELECT 1) SELECT * FROM calling) x"),
    ("a CTE before its definition", "user function",
     "WITH a AS (SELECT * FROM calling), calling AS (SELECT 1) SELECT * FROM a"),
    ("views that double", "too many relations", "SELECT * FROM doubled_9"),
    ("a CTE that doubles views", "too many relations",
     "WITH a AS NOT MATERIALIZED (SELECT x.id FROM doubled_4 x, doubled_4 y), b AS NOT MATERIALIZED"
     " (SELECT x.id FROM a x, a y) SELECT * FROM b x, b y"),
    ("a literal in an array of a checked domain", "user function",
     "SELECT * FROM trapped WHERE many = '{x}'"),
    ("a literal of a row type", "user function", "SELECT coalesce(two, '(x,1)') FROM trapped"),
    ("a check that sleeps", "denied function", "SELECT * FROM sleepers WHERE many = '{x}'"),
    ("a cast to a checked domain", "user function", "SELECT 'x'::checked"),
    ("a call that is a cast", "user function", "SELECT checked('x')"),
    ("JSON_TABLE's columns", "user function",
     "SELECT * FROM json_to_record('{\"a\": 1}') AS r(a checked)"),
    ("rows of a named type from json", "user function",
     "SELECT * FROM json_to_recordset('[]') AS r(a pair)"),
    ("JSON_VALUE of a checked domain", "user function",
     "SELECT JSON_VALUE('{\"a\": 1}', '$.a' RETURNING checked)"),
    ("JSON_QUERY of a row with such a part", "user function",
     "SELECT JSON_QUERY('{}', '$' RETURNING pair)"),
    ("JSON_TABLE with an array of it", "user function",
     "SELECT * FROM JSON_TABLE('[]', '$' COLUMNS (a checked[] PATH '$'))"),
    ("JSON_TABLE within JSON_TABLE", "user function",
     "SELECT * FROM JSON_TABLE('[]', '$' COLUMNS (NESTED '$.x' COLUMNS (a checked PATH '$')))"),
    ("a default of JSON_VALUE", "user function",
     "SELECT JSON_VALUE('1', '$' RETURNING email DEFAULT 'x'::checked ON EMPTY)"),
    ("json of a row by name", "denied function", "SELECT json_populate_record(NULL::pair, '{}')"),
    ("json of a row by a column", "denied function", "SELECT jsonb_populate_record(two, '{}') FROM trapped"),
    ("json of a valid row", "denied function",
     "SELECT jsonb_populate_record_valid(NULL::pair, '{}')"),
    ("a range of a checked domain", "user function", "SELECT '[a,b]'::checked_span"),
    ("a multirange of it", "user type", "SELECT '{[a,b]}'::checked_multispan"),
    ("a domain over a row with such a part", "user function", "SELECT '(x,1)'::pair_domain"),
    ("a field that is a call", "user function", "SELECT x.on_pair FROM t x"),
    ("a field of an expression", "user function", "SELECT (x).on_pair FROM t x"),
    ("a field by way of a domain", "user function", "SELECT x.on_domain FROM t x"),
    ("a field by way of a variadic", "user function", "SELECT x.on_many FROM t x"),
    ("a part of a text that is a call", "user function", "SELECT ('x'::text).evil"),
    ("a part of a column that is a call", "user function", "SELECT (name).evil_int FROM t"),
    ("a part of a function in FROM", "user function", "SELECT f.evil FROM unnest(ARRAY['a']) f"),
    ("a part of one without a name", "user function", "SELECT lower.evil FROM lower('A')"),
    ("a part that is a cast", "user function", "SELECT ('x'::text).checked"),
    ("an operator on a denied function", "user operator", "SELECT ### 'app.secret'"),
    ("an operator class of a partition key", "user operator class", "SELECT * FROM split WHERE id = 3"),
    ("an operator class of an index", "user operator class", "SELECT * FROM indexed WHERE id = 3"),
    ("a function put into pg_catalog", "user function", "SELECT innocent(1)"),
    ("a function put into an extension", "user function", "SELECT smuggled('x')"),
    ("hstore makes a row", "denied operator", "SELECT NULL::t #= 'a=>1'::hstore"),
    ("hstore makes a row by call", "denied function", "SELECT populate_record(x, 'a=>1') FROM t x"),
    ("a cast of one's own", "user cast", "SELECT 5::mood"),
    ("a setting that may be secret", "denied function", "SELECT current_setting('app.password')"),
    ("a setting that is computed", "denied function", "SELECT current_setting('app.' || 'password')"),
    ("a setting that is named", "denied function", "SELECT current_setting(setting_name => 'x')"),
    ("a type that is named in a text", "denied function",
     "SELECT pg_input_is_valid('x', 'public.checked')"),
    ("a path that no limit stops", "denied function", "SELECT xpath('//a', '<a/>'::xml)"),
    ("a path that is asked for", "denied function",
     "SELECT xmlexists('//a' PASSING ('<a/>'::xml))"),
    ("a width that is a bomb", "memory", "SELECT format('%900000000s', name) FROM t"),
    ("a literal beside a row", "user function", "SELECT coalesce(x, '(1,a,,,z,,,)') FROM t x"),
    ("a literal beside a row by its star", "user function",
     "SELECT coalesce(x.*, '(1,a,,,z,,,)') FROM t x"),
    ("a row that is cast without a word", "user cast", "SELECT abs(c) FROM castable c"),
    ("rows of a subquery that are", "user cast",
     "SELECT abs(w) FROM (SELECT castable FROM castable) s (w)"),
    ("an array of rows that is", "user cast", "SELECT abs(array_agg(c)) FROM castable c"),
    ("a function's text that is parsed", "denied function",
     "SELECT fmgr_sql_validator('checking'::regproc)"),
    ("a path that finds one value a billion times", "memory",
     f"SELECT jsonb_path_exists('1', '${'[0,0,0,0,0,0,0,0]' * 10}')"),
    ("a path of pairs of pairs", "memory",
     f"SELECT jsonb_path_query_array('{{\"a\": 1}}', '${'.keyvalue()' * 20}')"),
    ("a path that is computed", "memory",
     "SELECT jsonb_path_query('1', ('$' || repeat('[0,0]', 30))::jsonpath)"),
    ("a path by a call", "memory", "SELECT jsonb_path_query('1', jsonpath(repeat('[0,0]', 30)))"),
    ("a path of a column", "memory", "SELECT jsonb_path_query(doc, path) FROM paths"),
    ("a path of a domain's column", "memory", "SELECT 1 FROM paths WHERE doc @? kept"),
    ("a path of a column in a view", "memory", "SELECT * FROM of_paths"),
    ("a path of SQL/JSON", "memory", "SELECT JSON_QUERY('1', '$' || repeat('[0,0]', 30))"),
    ("a path by a domain", "user type",
     "SELECT jsonb_path_query('1', ('$' || repeat('[0,0]', 30))::stored_path)"),
    ("a polygon of any number of points", "memory",
     "SELECT polygon(60000000, '((0,0),1)'::circle)"),
    ("brackets that are indented", "memory",
     f"SELECT jsonb_pretty('{'[' * 5000}{']' * 5000}'::jsonb)"),
    ("such brackets by a column", "memory",
     "SELECT jsonb_pretty(j) FROM (SELECT (repeat('[', 5000) || repeat(']', 5000))::jsonb j) s"),
    ("a format that repeats", "memory",
     f"SELECT format('{'%1$s' * 700}', format('{'%1$s' * 700}', name)) FROM t"),
    ("a separator many times", "memory",
     "SELECT concat_ws(repeat('x', 10000)" + ", ''" * 1000 + ")"),
    ("a separator of an array", "memory",
     "SELECT concat_ws(repeat('x', 10000), VARIADIC string_to_array(repeat(',', 9000), ','))"),
    ("a match of each character", "memory",
     f"SELECT regexp_replace(repeat('x', 5000), '.|{'y' * 900}', '{'x' * 2000}', 'g')"),
    ("groups around all", "memory",
     f"SELECT regexp_match(repeat('x', 9000), '{'(' * 900}.*{')' * 900}')"),
    ("words that are marked", "memory",
     f"SELECT ts_headline(repeat('a ', 900), 'a', 'HighlightAll=1,StartSel={'x' * 9000}')"),
    ("row security", "row security", "SELECT * FROM secured"),
    ("a wrapper with a setting", "user function", "SELECT f_with_setting('x')"),
    ("a wrapper that reads", "user function", "SELECT f_reading('x')"),
    ("a wrapper that calls itself", "user function", "SELECT f_around('x')"),
    ("a name in the text of an extension's function", "user function",
     "SELECT earth_box(ll_to_earth(1, 2), 3)"),
    ("such a function in a check", "user function", "SELECT lat FROM near_home"),
    ("such a function in a wrapper", "user function", "SELECT f_box(2)"),
    ("two statements", "one statement", "SELECT 1; SELECT 2"),
    ("no statement", "one statement", "-- nothing"),
    ("a NUL", "characters", "SELECT 1 \0"),
    ("a lone surrogate", "characters", "SELECT '\ud800'"),
    ("too many tokens", "size", "SELECT 1" + "+1" * 5000),
    ("too many bytes", "size", f"SELECT '{'x' * 70_000}'"),
]  # fmt: skip

STORED = [
    *("in_predicate", "of_rows", "on_predicate", "in_statistics", "parent", "in_check"),
    *("in_key", "in_key_1", "in_operator"),
]
"""Relations with an expression that planning makes simpler, and so calls."""

PLANNED_HOLES = [
    ("a default that is evaluated", "default calls user function", "INSERT INTO defaulted (id) VALUES (1)"),
    ("a rule's own statement", "rewrite rule", "INSERT INTO ruled VALUES (1)"),
]  # fmt: skip

HARMLESS = [
    "SELECT path, kept::text FROM paths WHERE doc @> '1'",
    "SELECT jsonb_path_query(doc, '$.a') FROM (SELECT raw::jsonb doc FROM t) x",
    "SELECT ('x'::text).upper, (each(raw)).key FROM t",
    "SELECT 'x@y'::email",
    "SELECT * FROM t WHERE emails = '{x@y}'",
    "SELECT current_setting('TimeZone'), current_setting('server_version_num', true)",
    "SELECT lpad(name, 20, ' '), rpad(name, 3) FROM t",
    "SELECT raw -> 'a', raw ? 'b', raw || 'c=>1' FROM t",
    "SELECT * FROM t WHERE name % 'abc' ORDER BY similarity(name, 'abc') DESC",
    "WITH t AS (SELECT * FROM t) SELECT * FROM t",
    "SELECT * FROM doubled_3",
    "SELECT * FROM with_trigrams WHERE lower(name) = 'a'",
    "SELECT * FROM with_wrapper WHERE f_search(name) = f_unaccent('a')",
    "SELECT sec_to_gc(lat), f_angle(lon) FROM places",
    "SELECT * FROM t WHERE span @> 3 AND moods = '{glad}'",
    "SELECT jsonb_path_query('{\"a\": [1, 2]}', '$.a[0, 1] ? (@ > 1)'::jsonpath)",
    "SELECT JSON_VALUE('{\"a\": 1}', 'strict $.a'), JSON_EXISTS('[1]', '$[*] ? (@ > $x)' PASSING 1 AS x)",
    "SELECT jsonb_pretty(jsonb_build_object('id', id, 'name', name)), polygon('((0,0),1)'::circle) FROM t",
    "SELECT concat_ws(', ', id, name, contact), format('%1$s %2$s (%1$s)', name, id) FROM t",
    "SELECT regexp_replace(name, '[^a-z]+', '-', 'g'), regexp_match(name, '(\\d+)-(\\d+)') FROM t",
    "SELECT ts_headline(name, 'a', 'StartSel=<b>, StopSel=</b>, MaxWords=35, MinWords=15') FROM t",
]


@pytest.fixture(scope="module")
def owner(superuser: Address) -> Iterator[Address]:
    """A database full of traps, as the superuser."""
    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE holes")
        for role in ("holes_reader", "holes_owner", "holes_member"):
            connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'")
        connection.execute("GRANT pg_read_all_data TO holes_reader, holes_member")
    address = replace(superuser, database="holes")
    with session(address, read_only=False) as connection:
        connection.execute(SETUP.encode())
        for role in ("holes_owner", "holes_member"):
            connection.execute(f"CREATE TABLE of_{role} (id int)")
            connection.execute(f"ALTER TABLE of_{role} OWNER TO {role}")
    yield address
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE holes WITH (FORCE)")
        for role in ("holes_reader", "holes_owner", "holes_member", "extension_owner"):
            connection.execute(f"DROP ROLE {role}")


@pytest.mark.parametrize(
    ("rule", "query"), [h[1:] for h in HOLES], ids=[h[0] for h in HOLES]
)
def test_hole_is_closed(owner: Address, rule: str, query: str) -> None:
    reader = replace(owner, user="holes_reader")
    for ask, address in ((analyze, owner), (explain_guarded, reader)):
        with pytest.raises(Refusal) as caught:
            ask(address, query)
        assert f"rule {rule}: " in str(caught.value.detail)
        assert caught.value.hint


@pytest.mark.parametrize("relation", STORED)
def test_code_that_is_kept_with_a_table_is_not_run(
    owner: Address, relation: str
) -> None:
    for ask in (analyze, explain_guarded):
        with pytest.raises(Refusal) as refused:
            ask(owner, f"SELECT * FROM {relation} WHERE true")
        assert "rule stored expression" in (refused.value.detail or "")


@pytest.mark.parametrize(
    ("rule", "query"), [h[1:] for h in PLANNED_HOLES], ids=[h[0] for h in PLANNED_HOLES]
)
def test_hole_of_planning_is_closed(owner: Address, rule: str, query: str) -> None:
    with pytest.raises(Refusal) as caught:
        explain_guarded(owner, query)
    assert f"rule {rule}: " in str(caught.value.detail)


@pytest.mark.parametrize("query", HARMLESS)
def test_what_looks_alike_but_is_harmless_passes(owner: Address, query: str) -> None:
    assert analyze(owner, query).execution_time_ms is not None


def test_implicit_cast_of_the_database_spoils_everything(owner: Address) -> None:
    with session(owner, read_only=False) as connection:
        connection.execute(CAST)
    try:
        with pytest.raises(Refusal, match="may not be run") as caught:
            analyze(owner, "SELECT 1")
        assert "rule user cast: text to integer" in str(caught.value.detail)
    finally:
        with session(owner, read_only=False) as connection:
            connection.execute("DROP CAST (text AS int)")


def test_owner_is_refused_unless_he_can_give_it_up(owner: Address) -> None:
    with pytest.raises(NotAllowedHere, match="owner of what they read") as caught:
        analyze(replace(owner, user="holes_owner"), "SELECT * FROM of_holes_owner")
    assert "GRANT pg_read_all_data" in str(caught.value.hint)
    member = replace(owner, user="holes_member")
    assert analyze(member, "SELECT * FROM of_holes_member").root.loops == 1
    assert analyze(replace(owner, user="holes_owner"), "SELECT * FROM of_holes_owner",
                   is_clone=True).root.loops == 1  # fmt: skip


def test_value_of_a_parameter_is_judged_as_a_constant(owner: Address) -> None:
    query = "SELECT jsonb_path_query_array('[1]', $1)"
    assert analyze(owner, query, ("$[0, 0]",)).root.loops == 1
    with pytest.raises(Refusal, match="these values") as caught:
        analyze(owner, query, ("$" + "[0,0]" * 12,))
    assert "rule memory: a JSON path" in str(caught.value.detail)


def test_one_run_at_a_time(owner: Address) -> None:
    with session(owner, autocommit=False) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (ONLY_RUN_KEY,))
        with pytest.raises(NotAllowedHere, match="another statement"):
            analyze(owner, "SELECT 1")
        assert explain_guarded(owner, "SELECT 1").root.node_type == "Result"
