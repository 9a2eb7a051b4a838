"""Identity, redaction and tags of single texts."""

from __future__ import annotations

import pytest

from analyzer.domain.index import RelationName
from analyzer.domain.statement import StatementKind
from analyzer.errors import QuerySyntaxError, UserError
from analyzer.statements.classify import classify
from analyzer.statements.describe import describe
from analyzer.statements.fingerprint import fingerprint
from analyzer.statements.identifiers import quote_identifier, quote_literal
from analyzer.statements.normalize import normalize
from analyzer.statements.parse import MAX_QUERY_TOKENS, parse_one
from analyzer.statements.redact import redact, redact_text
from analyzer.statements.tags import MAX_TAG_CHARS, MAX_TAGS, tags

TRACE = "00-5bd66ef5095369c7b0d1f8f4bd33716a-c532cb4098ac3dd2"


@pytest.mark.parametrize(
    ("query", "position"),
    [
        ("selec 1", 1),
        ("SELECT é FROM t WHERE )", 23),
        ("SELECT 1 FROM", 14),
        ("SELECT 'open", 8),
        ("SELECT '\0'", 9),
    ],
)
def test_a_syntax_error_has_its_position_in_characters(
    query: str, position: int
) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        parse_one(query)
    assert caught.value.position == position


@pytest.mark.parametrize("query", ["", "  -- nothing\n", "SELECT 1; SELECT 2"])
def test_only_one_statement_is_taken(query: str) -> None:
    with pytest.raises(UserError, match="exactly one"):
        parse_one(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT " + "+".join("1" * 40_000),
        "SELECT 1" + " UNION ALL SELECT 1" * 20_000,
        "SELECT '" + "x" * 70_000 + "'",
        "SELECT " + ",".join("1" * (MAX_QUERY_TOKENS // 2 + 1)),
        "SELECT " + "||".join("a" * 3_000),
        "SELECT " + "NOT " * 3_000 + "true",
    ],
)
def test_texts_that_could_end_the_process_are_refused(query: str) -> None:
    with pytest.raises(UserError):
        parse_one(query)
    statement = describe(query)
    assert statement.kind is StatementKind.UNPARSED
    assert len(statement.fingerprint) == 16


def test_a_long_list_within_the_limits_is_parsed() -> None:
    query = f"SELECT * FROM t WHERE a IN ({', '.join(map(str, range(3_500)))})"
    assert describe(query).kind is StatementKind.SELECT
    assert fingerprint(query) == fingerprint("SELECT * FROM t WHERE a IN ($1)")
    assert fingerprint(query) == fingerprint(
        "select * from t where a in (\n$1 /*, ... */)"
    )


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("SELECT 1", StatementKind.SELECT),
        ("WITH q AS (SELECT 1) SELECT * FROM q", StatementKind.SELECT),
        ("VALUES (1)", StatementKind.SELECT),
        ("INSERT INTO t VALUES (1)", StatementKind.INSERT),
        ("WITH q AS (SELECT 1) UPDATE t SET a = 1", StatementKind.UPDATE),
        ("DELETE FROM t", StatementKind.DELETE),
        (
            "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE",
            StatementKind.MERGE,
        ),
        ("VACUUM t", StatementKind.UTILITY),
        ("EXPLAIN SELECT 1", StatementKind.UTILITY),
    ],
)
def test_the_kind_of_a_statement(query: str, kind: StatementKind) -> None:
    assert describe(query).kind is kind


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1 INTO x",
        "SELECT 1 INTO x UNION SELECT 2",
        "SELECT * FROM t FOR UPDATE",
        "SELECT * FROM (SELECT * FROM t FOR SHARE) AS s",
        "WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d",
        "UPDATE t SET a = 1",
        "COPY t TO STDOUT",
    ],
)
def test_what_is_not_read_only(query: str) -> None:
    assert not classify(parse_one(query)).is_read_only


def test_a_plain_select_is_read_only() -> None:
    query = "WITH q AS (SELECT 1) SELECT * FROM q UNION SELECT 2"
    assert classify(parse_one(query)).is_read_only


def test_relations_without_ctes_but_with_their_namesakes() -> None:
    query = (
        "WITH t AS (SELECT * FROM t), r AS (SELECT * FROM t) "
        "SELECT * FROM r, public.t, s.u WHERE EXISTS (SELECT 1 FROM v)"
    )
    assert describe(query).relations == (
        RelationName("", "t"),
        RelationName("public", "t"),
        RelationName("s", "u"),
        RelationName("", "v"),
    )


def test_parameters_are_counted_in_the_normalized_text() -> None:
    assert describe("SELECT * FROM t WHERE a = $3 AND b = 'x'").parameter_count == 4
    assert describe("SELECT '$9'").parameter_count == 1
    assert describe("SELECT * FROM t WHERE a IN ($1 /*, ... */)").parameter_count == 1


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("SELECT 1; -- it's", "SELECT $1"),
        ("SELECT a /* x */ FROM t", "SELECT a FROM t"),
        (
            "SELECT a FROM t WHERE b IN ($1 /*, ... */)",
            "SELECT a FROM t WHERE b IN ($1 /*, ... */)",
        ),
        ("SELECT interval '1 day'", "SELECT interval $1"),
        ("SELECT $$a$$, E'\\'', U&'x', b'1', 1e5", "SELECT $1, $2, $3, $4, $5"),
    ],
)
def test_normalized_texts(query: str, shown: str) -> None:
    assert normalize(query) == shown


@pytest.mark.parametrize(
    "query",
    [
        "CREATE ROLE app LOGIN PASSWORD 'hunter2'",
        "ALTER USER app WITH ENCRYPTED PASSWORD E'hunter2' VALID UNTIL '2030-01-01'",
        "CREATE USER MAPPING FOR app SERVER s OPTIONS (password 'hunter2')",
        "CREATE SUBSCRIPTION s CONNECTION 'password=hunter2' PUBLICATION p",
        "DO $x$ BEGIN PERFORM 'hunter2'; END $x$",
        "COPY t FROM PROGRAM 'curl hunter2'",
        "SELECT dblink('password=hunter2')",
        "SELECT 1 -- hunter2",
        "SELECT 1 /* hunter2 */",
        "ALTER ROLE app PASSWORD 'hunter2' nonsense",
        "ALTER ROLE app PASSWORD 'hunter2",
        "selct $q$hunter2$q$ /* hunter2",
        "selct U&'hunter2' E'\\' hunter2",
        "selct 'it\\'s hunter2'",
        "selct \" 'hunter2'",
        "SELECT * FROM json_table('[]', '$.hunter2' COLUMNS (a int PATH '$.hunter2'))",
        "SELECT 'hunter2'; SELECT 'hunter2'",
    ],
)
def test_private_text_is_gone(query: str) -> None:
    assert "hunter2" not in redact(query)
    assert "hunter2" not in redact_text(query)
    assert "hunter2" not in describe(query).normalized_query


def test_numbers_are_private_too_where_nothing_parses() -> None:
    assert redact("selct 4111111111111111 from t1 where a=-1.5e-7 and $2") == (
        "selct ? from t1 where a=-? and $2"
    )


def test_passwords_leave_a_statement_that_parses() -> None:
    shown = redact("CREATE ROLE app PASSWORD 'x' CONNECTION LIMIT 5")
    assert parse_one(shown).node_type == "CreateRoleStmt"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT 1 /* abc:123, def:456 */", {"abc": "123", "def": "456"}),
        ("SELECT 1 /* abc=123,def=456 */", {"abc": "123", "def": "456"}),
        ("/* a:1,b:2 */ SELECT 1 /* c:3,a:4 */", {"a": "4", "b": "2", "c": "3"}),
        (
            "SELECT 1 /* hello: world, foo, bar: 123 */",
            {"hello": "world", "bar": "123"},
        ),
        ("SELECT '/* a:1 */'", {}),
        (
            "SELECT 1 /*action='%2Fa%20b',controller='it\\'s'*/",
            {"action": "/a b", "controller": "it's"},
        ),
        (
            f"SELECT 1 /*traceparent='{TRACE}-00',tracestate='a%3D1'*/",
            {"traceparent": f"{TRACE}-00", "tracestate": "a=1"},
        ),
        (
            f"SELECT 1 /*traceparent='{TRACE}-ff'*/",
            {"traceparent": f"{TRACE}-ff"},
        ),
        (
            "/*dddbs='shop',dde='prod',traceparent='00-1-2-01'*/ SELECT 1",
            {"dddbs": "shop", "dde": "prod", "traceparent": "00-1-2-01"},
        ),
        ("SELECT 1 /* tracestate:x=t:1,b:2 */", {"tracestate": "x=t:1", "b": "2"}),
        ("SELECT $1 /*, ... */", {}),
        ("SELECT 1 /* just words */", {}),
        ("selct 'open /* a:1 */", {"a": "1"}),
    ],
)
def test_tags_of_comments(query: str, expected: dict[str, str]) -> None:
    assert tags(query) == expected


def test_hostile_tags_are_bounded() -> None:
    many = ",".join(f"k{number}:{'v' * 2_000}" for number in range(100))
    found = tags(f"SELECT 1 /*{many}*/")
    assert len(found) == MAX_TAGS
    assert max(map(len, found.values())) == MAX_TAG_CHARS


def test_constants_do_not_change_the_fingerprint_of_broken_texts() -> None:
    assert fingerprint("selct 1 from 'a'") == fingerprint("selct 22  from 'b'")
    assert fingerprint("selct 1") != fingerprint("selct x")


def test_quoting() -> None:
    assert quote_identifier('a"b') == '"a""b"'
    assert quote_identifier("select") == '"select"'
    assert quote_identifier("name") == "name"
    assert quote_identifier("1a") == '"1a"'
    assert quote_identifier("é") == '"é"'
    assert quote_literal("a\\'b") == "E'a\\\\''b'"
    with pytest.raises(UserError):
        quote_identifier("a\0b")
