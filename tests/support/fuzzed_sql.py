"""Random SQL that would like to do harm, traps for it, and a query of what changed."""

# ruff: noqa: E501 - one trap, or one kind of part, a line reads best
from __future__ import annotations

import random
import string
from typing import Any

import psycopg

TRAPS = """
CREATE EXTENSION IF NOT EXISTS hstore;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS ltree;
CREATE EXTENSION IF NOT EXISTS intarray;
CREATE EXTENSION IF NOT EXISTS dblink;
CREATE EXTENSION IF NOT EXISTS tablefunc;
CREATE SEQUENCE s;
CREATE TABLE hits (id bigserial, what text);
CREATE TABLE a (id int PRIMARY KEY, b_id int, name text, tags text[], doc jsonb, raw hstore,
    path ltree, at timestamptz DEFAULT now());
CREATE TABLE b (id int PRIMARY KEY, note text, amount numeric, day date);
INSERT INTO a SELECT g, g % 5, 'n' || g, ARRAY['x', 'y'], '{"k": 1}', 'k=>1', 'a.b'
    FROM generate_series(1, 30) g;
INSERT INTO b SELECT g, 'note', g, '2026-01-01'::date + g FROM generate_series(1, 5) g;
CREATE FUNCTION hit(text) RETURNS int LANGUAGE plpgsql VOLATILE AS
    'BEGIN INSERT INTO hits (what) VALUES ($1); PERFORM nextval(''s''); RETURN 1; END';
CREATE FUNCTION liar(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
    'BEGIN PERFORM hit(''liar''); RETURN $1; END';
CREATE FUNCTION stable_liar(int) RETURNS int LANGUAGE plpgsql STABLE AS
    'BEGIN PERFORM nextval(''s''); RETURN $1; END';
CREATE FUNCTION definer() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS
    'BEGIN RETURN hit(''definer''); END';
CREATE FUNCTION in_sql(int) RETURNS int LANGUAGE sql AS 'SELECT hit(''in_sql'')';
CREATE FUNCTION of_row(a) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN hit(''row''); END';
CREATE FUNCTION yes(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
    'BEGIN PERFORM hit(''check''); RETURN true; END';
CREATE DOMAIN checked AS text CHECK (yes(value));
CREATE TYPE pair AS (x checked, y int);
CREATE TABLE c (id int, many checked[], two pair);
INSERT INTO c (id) VALUES (1);
CREATE OPERATOR ### (LEFTARG = int, RIGHTARG = int, PROCEDURE = pg_catalog.int4pl);
CREATE FUNCTION on_op(text, text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
    'BEGIN PERFORM hit(''operator''); RETURN true; END';
CREATE OPERATOR ~~~ (LEFTARG = text, RIGHTARG = text, PROCEDURE = on_op);
CREATE VIEW view_a AS SELECT id, name FROM a;
CREATE VIEW view_bad AS SELECT liar(id) AS id FROM a;
CREATE VIEW view_seq AS SELECT nextval('s') AS id;
CREATE MATERIALIZED VIEW mat AS SELECT 1 AS id;
CREATE TABLE part (id int) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10);
CREATE SCHEMA other;
CREATE FUNCTION other.lower(text) RETURNS text LANGUAGE plpgsql AS
    'BEGIN PERFORM public.hit(''lower''); RETURN $1; END';
ANALYZE;
"""

STATE = """
SELECT 'xid', pg_snapshot_xmax(pg_current_snapshot())::text
UNION ALL SELECT 'sequence', (SELECT last_value::text || is_called FROM s)
UNION ALL SELECT 'sequence of hits', (SELECT last_value::text || is_called FROM hits_id_seq)
UNION ALL SELECT 'a', md5(string_agg(t::text, ',' ORDER BY id)) FROM a t
UNION ALL SELECT 'b', md5(string_agg(t::text, ',' ORDER BY id)) FROM b t
UNION ALL SELECT 'hits', count(*)::text FROM hits
UNION ALL SELECT 'relations', md5(string_agg(oid::text || relname || relfilenode, ',' ORDER BY oid))
    FROM pg_class
UNION ALL SELECT 'functions', md5(string_agg(oid::text || proname, ',' ORDER BY oid)) FROM pg_proc
UNION ALL SELECT 'types', count(*)::text FROM pg_type
UNION ALL SELECT 'roles', md5(string_agg(r::text, ',' ORDER BY oid)) FROM pg_authid r
UNION ALL SELECT 'databases', md5(string_agg(d.datname, ',' ORDER BY oid)) FROM pg_database d
UNION ALL SELECT 'large objects', count(*)::text FROM pg_largeobject_metadata
UNION ALL SELECT 'prepared', (SELECT count(*) FROM pg_prepared_xacts)::text
UNION ALL SELECT 'statistics', coalesce(max(stats_reset)::text, '') FROM pg_stat_database
UNION ALL SELECT 'statistics of tables', coalesce(max(stats_reset)::text, '') FROM pg_stat_bgwriter
UNION ALL SELECT 'slots', count(*)::text FROM pg_replication_slots
UNION ALL SELECT 'sessions', count(*)::text FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND backend_start >= (
        SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())
"""

SESSION_STATE = """
SELECT 'locks', count(*)::text FROM pg_locks
    WHERE pid = pg_backend_pid() AND locktype = 'advisory'
UNION ALL SELECT 'settings', md5(string_agg(name || setting, ',' ORDER BY name)) FROM pg_settings
UNION ALL SELECT 'listening', (SELECT count(*) FROM pg_listening_channels())::text
UNION ALL SELECT 'role', current_user || session_user
"""

REAL = (
    "SELECT a.id, a.name, b.note FROM a JOIN b ON b.id = a.b_id WHERE a.id = 7 ORDER BY b.day DESC LIMIT 10",
    "SELECT b.note, count(*) AS n, sum(b.amount) FROM a LEFT JOIN b ON a.b_id = b.id GROUP BY b.note HAVING count(*) > 1",
    "SELECT * FROM a WHERE name LIKE 'n1%' AND tags @> ARRAY['x'] AND doc ->> 'k' = '1'",
    "WITH top AS (SELECT b_id, max(id) AS id FROM a GROUP BY b_id) SELECT a.* FROM a JOIN top USING (id) WHERE a.b_id > 1",
    "SELECT id, row_number() OVER (PARTITION BY b_id ORDER BY at DESC) FROM a WHERE at > now() - interval '3 days'",
    "SELECT x.id FROM a x WHERE EXISTS (SELECT 1 FROM b WHERE b.id = x.b_id AND b.amount > 2.5)",
    "SELECT date_trunc('month', day) AS m, avg(amount) FROM b WHERE day BETWEEN '2026-01-01' AND '2026-02-01' GROUP BY m",
    "SELECT name FROM a WHERE id IN (1, 2, 3) UNION ALL SELECT note FROM b WHERE id NOT IN (SELECT b_id FROM a)",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 9) SELECT n, lower('X') FROM r LIMIT 5",
    "SELECT v.id, p.id FROM view_a v, part p, LATERAL (SELECT v.id + p.id AS both) l WHERE p.id = 3",
    "SELECT coalesce(raw -> 'k', 'none'), path <@ 'a', similarity(name, 'n1') FROM a WHERE name % 'n1' ORDER BY name <-> 'n2'",
    "SELECT jsonb_agg(to_jsonb(a)) FILTER (WHERE a.id > 3), array_agg(DISTINCT b_id ORDER BY b_id) FROM a",
    "SELECT CASE WHEN amount > 3 THEN 'big' ELSE 'small' END AS size, percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) FROM b GROUP BY 1",
    "SELECT * FROM generate_series(1, 5) g LEFT JOIN a ON a.id = g WHERE g <> 2 OFFSET 1",
)

_BY_TYPE = {
    "int": {
        "columns": ("x.id", "x.id", "id", "x.b_id", "tableoid::int", "y.id", "x.of_row"),
        "constants": ("1", "0", "-5", "42", "NULL", "$1", "length('x')"),
        "calls": ("abs({int})", "length({text})", "({int} + {int})", "({int} % 7)",
                  "coalesce({int}, {int})", "greatest({int}, {int})", "count(*)", "max({int})",
                  "(SELECT count(*) FROM {source})", "({text})::int", "strpos({text}, {text})",
                  "CASE WHEN {bool} THEN {int} ELSE {int} END", "row_number() OVER (ORDER BY {int})",
                  "sum({int}) FILTER (WHERE {bool})", "({int} ### {int})", "array_length({array}, 1)",
                  "extract(year FROM now())::int", "cardinality({array})", "({int} OPERATOR(pg_catalog.*) {int})"),
        "harm": ("nextval('s')", "hit({text})", "liar({int})", "stable_liar({int})", "definer()", "in_sql({int})",
                 "lo_create(0)::int", "setval('s', {int})", "currval('s')", "txid_current()",
                 "lo_from_bytea(0, 'x')::int", "pg_catalog.nextval('s')", "U&\"\\006eextval\"('s')",
                 "of_row(x)", "(x).of_row", "pg_backend_pid()", "on_op({text}, {text})::int"),
    },
    "text": {
        "columns": ("name", "x.name", "x.note", "y.name", "current_user", "x.what"),
        "constants": ("'x'", "'%a'", "''", "NULL", "$2", "E'\\\\'", "$$x$$", "U&'\\0061'", "'/tmp/x'", "'select hit(1)'"),
        "calls": ("lower({text})", "({text} || {text})", "upper({text})", "substr({text}, 1, {int})",
                  "replace({text}, {text}, {text})", "({int})::text", "coalesce({text}, {text})",
                  "to_char(now(), {text})", "md5({text})", "concat({int}, {text})", "repeat({text}, 3)",
                  "lpad({text}, 5)", "split_part({text}, ',', 1)", "regexp_replace({text}, 'a', {text})",
                  "(doc ->> {text})", "(raw -> {text})", "string_agg({text}, ',')", "min({text})",
                  "current_setting('TimeZone')", "(SELECT {text} FROM {source} LIMIT 1)", "format('%s', {text})",
                  "quote_ident({text})", "array_to_string({array}, ',')", "CASE {int} WHEN 1 THEN {text} END"),
        "harm": ("set_config('work_mem', {text}, false)", "{text}::checked", "checked({text})",
                 "query_to_xml({text}, true, false, '')::text", "other.lower({text})", "pg_read_file({text})",
                 "dblink_exec('', {text})", "current_setting({text})", "pg_export_snapshot()",
                 "pg_notify('a', {text})::text", "pg_logical_emit_message(true, 'a', {text})::text",
                 "lo_export(1, {text})::text", "pg_get_viewdef('view_a')", "version()"),
    },
    "bool": {
        "columns": ("true", "x.id IS NOT NULL", "EXISTS (SELECT 1)"),
        "constants": ("true", "false", "NULL"),
        "calls": ("({int} = {int})", "({int} < {int})", "({text} LIKE {text})", "({text} ~ {text})",
                  "({bool} AND {bool})", "({bool} OR {bool})", "(NOT {bool})", "({int} IN ({int}, {int}))",
                  "({int} BETWEEN {int} AND {int})", "({text} IS NULL)", "({int} = ANY ({array}))",
                  "(EXISTS (SELECT 1 FROM {source}))", "({int} IN (SELECT id FROM {source}))",
                  "({text} % {text})", "(doc ? {text})", "({text} ~~~ {text})", "starts_with({text}, {text})",
                  "({text} IS DISTINCT FROM {text})", "(many = '{{x}}')", "(({int}, {int}) = ({int}, {int}))"),
        "harm": ("pg_try_advisory_lock({int})", "yes({text})", "pg_cancel_backend(0)", "on_op({text}, {text})",
                 "pg_reload_conf()", "lo_unlink({int}::oid) = 1", "pg_advisory_lock({int}) IS NULL",
                 "pg_stat_reset() IS NULL", "setseed(0.5) IS NULL", "pg_switch_wal() IS NULL"),
    },
    "array": {
        "columns": ("ARRAY[1, 2]", "ARRAY[x.id]"),
        "constants": ("ARRAY[1, 2]", "'{{1,2}}'::int[]", "NULL::int[]"),
        "calls": ("array_append({array}, {int})", "ARRAY[{int}, {int}]", "array_agg({int})",
                  "ARRAY(SELECT id FROM {source})", "({array} || {array})"),
        "harm": ("array_fill({int}, ARRAY[3])", "ARRAY[hit({text})]", "pg_blocking_pids({int})"),
    },
}  # fmt: skip
_SOURCES = ("a x", "a x", "a x", "b x", "b x", "view_a x", "mat x", "part x", "a x JOIN b y ON y.id = x.b_id",
            "a x LEFT JOIN a y USING (id)", "generate_series(1, 5) AS x(id)", "({select}) x",
            "unnest({array}) AS x(id)", "a x, LATERAL (SELECT x.id AS more) z", "(VALUES (1), ({int})) AS x(id)",
            "a x TABLESAMPLE system (50)", "ROWS FROM (generate_series(1, 3)) AS x(id)",
            "jsonb_array_elements('[1]') AS x(id)", "json_to_record('{{}}') AS x(id int, name text)")  # fmt: skip
_BAD_SOURCES = ("view_bad x", "view_seq x", "s x", "hits x", "c x", "pg_class x", "pg_authid x", "nextval('s') AS x(id)",
                "hit({text}) AS x(id)", "pg_ls_dir({text}) AS x(id)", "dblink('', {text}) AS x(id int)",
                "crosstab({text}) AS x(id int, name text)", "ts_stat({text}) x", "pg_stat_activity x",
                "json_to_record('{{}}') AS x(id int, name checked)", "ROWS FROM (nextval('s')) AS x(id)",
                "a x TABLESAMPLE bernoulli (nextval('s'))")  # fmt: skip
_CLAUSES = ("FOR UPDATE", "INTO new_table", "; DROP TABLE a", "FOR KEY SHARE", "LIMIT nextval('s')",
            "RETURNING *", "; COMMIT", "-- x", "/* x */", "FETCH FIRST 1 ROW ONLY", "OFFSET hit('x')",
            "WINDOW w AS (PARTITION BY hit('x'))")  # fmt: skip
_OTHERS = ("DELETE FROM a WHERE {bool}", "UPDATE a SET id = {int}", "INSERT INTO b (id) {select}",
           "CREATE TABLE made AS {select}", "EXPLAIN ANALYZE {select}", "COPY ({select}) TO '/tmp/x'",
           "MERGE INTO a USING b ON {bool} WHEN MATCHED THEN DELETE", "TRUNCATE a", "VALUES ({int})",
           "WITH x AS (DELETE FROM b RETURNING *) {select}", "SELECT 1; {select}",
           "DO 'BEGIN PERFORM hit(1); END'", "LOCK TABLE a", "SET work_mem = '1MB'", "NOTIFY x",
           "WITH y AS (UPDATE a SET name = {text} RETURNING id) {select}", "DECLARE k CURSOR FOR {select}",
           "PREPARE p AS {select}", "REFRESH MATERIALIZED VIEW mat", "CALL hit({text})")  # fmt: skip
_HARM_SHARE = 0.04
_FUNCTION_SHARE = 0.02


class Grammar:
    """Statements by chance; the functions of the server are among its words."""

    def __init__(
        self, chance: random.Random, connection: psycopg.Connection[Any]
    ) -> None:
        self._chance = chance
        rows = connection.execute(
            "SELECT DISTINCT proname, pronargs FROM pg_proc"
            " WHERE proname NOT IN ('pg_terminate_backend', 'pg_rotate_logfile',"
            " 'pg_promote') ORDER BY 1, 2"
        )
        self._functions: list[tuple[str, int]] = [(row[0], row[1]) for row in rows]

    def statement(self) -> str:
        """One statement, most often a SELECT."""
        if self._chance.random() < 0.06:
            return self._filled(self._of(_OTHERS), 2)
        return self.select(3)

    def select(self, depth: int) -> str:
        """A SELECT with parts by chance."""
        kinds = [self._of(("int", "int", "text", "bool")) for _ in range(2)]
        listed = ", ".join(
            f"{self.expression(depth, k)} AS c{n}" for n, k in enumerate(kinds)
        )
        text = f"SELECT {self.expression(depth, 'int')} AS id, {listed} FROM {self.source(depth)}"
        for word, kind in (
            ("WHERE", "bool"),
            ("GROUP BY", "int"),
            ("ORDER BY", "text"),
        ):
            if self._chance.random() < 0.25:
                text += f" {word} {self.expression(depth - 1, kind)}"
        if self._chance.random() < 0.2:
            text += " LIMIT 5"
        if self._chance.random() < 0.03:
            text += " " + self._of(_CLAUSES)
        if depth > 1 and self._chance.random() < 0.1:
            name = self._of(("w", "a", "view_bad", "x"))
            kind = self._of(("", "NOT MATERIALIZED", "MATERIALIZED"))
            text = f"WITH {name} AS {kind} ({self.select(depth - 1)}) {text}"
        return text

    def source(self, depth: int) -> str:
        """What follows FROM."""
        bad = self._chance.random() < _HARM_SHARE
        chosen = self._of(_BAD_SOURCES if bad else _SOURCES)
        return self._filled(
            "a x" if depth <= 1 and "select" in chosen else chosen, depth
        )

    def expression(self, depth: int, kind: str = "int") -> str:
        """An expression of a type, some of which would do harm."""
        words = _BY_TYPE[kind]
        pick = self._chance.random()
        if pick < _HARM_SHARE:
            return self._filled(self._of(words["harm"]), depth)
        if pick < _HARM_SHARE + _FUNCTION_SHARE:
            return self._call(depth)
        if depth <= 0 or pick < 0.5:
            shallow = words["columns" if self._chance.random() < 0.6 else "constants"]
            return self._filled(self._of(shallow), depth)
        return self._filled(self._of(words["calls"]), depth)

    def _filled(self, template: str, depth: int) -> str:
        """A template with each place filled anew."""
        out: list[str] = []
        for literal, kind, _, _ in string.Formatter().parse(template):
            out.append(literal)
            if kind == "select":
                out.append(self.select(depth - 1))
            elif kind == "source":
                out.append(self.source(depth - 1))
            elif kind:
                out.append(self.expression(depth - 1, kind))
        return "".join(out)

    def _call(self, depth: int) -> str:
        name, count = self._chance.choice(self._functions)
        kinds = [self._of(("int", "text", "text", "array")) for _ in range(count)]
        given = ", ".join(self.expression(depth - 1, kind) for kind in kinds)
        return f"{self._of(('', '', 'pg_catalog.'))}{name}({given})"

    def fragment(self) -> str:
        """A piece to put anywhere."""
        return self._filled(
            self._of((*_CLAUSES, "{int}", "{text}", "{bool}", "{source}")), 1
        )

    def _of(self, choices: tuple[str, ...]) -> str:
        return self._chance.choice(choices)
