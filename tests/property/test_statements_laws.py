"""Laws of identity, normalization, quoting and rewriting, on random SQL."""

from __future__ import annotations

import string

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from analyzer.domain.statement import StatementKind
from analyzer.errors import AnalyzerError
from analyzer.rewriting.batch import batched
from analyzer.rewriting.keyset import keyset_rewrite
from analyzer.rewriting.not_in import not_in_rewrites
from analyzer.rewriting.parameters import compacted
from analyzer.rewriting.sargable import sargable_rewrite
from analyzer.statements.ddl import catalog_from_ddl
from analyzer.statements.describe import describe
from analyzer.statements.fingerprint import fingerprint
from analyzer.statements.identifiers import quote_identifier, quote_literal
from analyzer.statements.normalize import normalize
from analyzer.statements.parse import parse_one, parses
from analyzer.statements.redact import redact, redact_text
from analyzer.statements.shape import shape
from analyzer.statements.tags import tags

CATALOG = catalog_from_ddl(
    """
    CREATE TABLE t (id bigint PRIMARY KEY, a integer NOT NULL, b integer,
        ts timestamp, tz timestamptz, name text, "Odd é" text);
    CREATE TABLE u (id bigint PRIMARY KEY, t_id bigint NOT NULL, n bigint);
    """
)
SNIPPETS = [
    *(
        "SELECT",
        "FROM",
        "WHERE",
        "t",
        "u",
        "a",
        "b",
        "=",
        "(",
        ")",
        ",",
        "'",
        '"',
        "$1",
    ),
    *("/*", "*/", "--", "\n", ";", "$$", "E'", "\\", "1", "1.5", "é", "\0"),
    *("INSERT", "UPDATE", "DELETE", "ALTER ROLE x PASSWORD", "/*, ... */"),
    *("$1", "::date", "\ud800"),
]

words = st.text(string.ascii_letters + "é_ '\"\\$%", max_size=12)
literals = st.one_of(
    st.integers(-(10**9), 10**9).map(str),
    words.map(quote_literal),
    st.sampled_from(["$1", "$2", "NULL", "true", "'2024-02-29'", "interval '1 day'"]),
)
columns = st.sampled_from(
    ["t.id", "t.a", "b", "t.ts", "tz", "name", 't."Odd é"', "lower(name)", "ts::date"]
)
wrapped = st.sampled_from(
    [
        "t.ts::date",
        "date_trunc('month', t.tz)",
        "extract(year FROM ts)",
        "t.id::text",
        "coalesce(t.a, 0)",
        "t.a + 5",
        "to_char(ts, 'YYYY-MM')",
        "CAST(tz AS date)",
    ]
)
comparisons = st.builds(
    "{} {} {}".format,
    st.one_of(columns, wrapped),
    st.sampled_from(["=", "<", ">", "<=", ">=", "<>"]),
    literals,
)
conditions = st.recursive(
    st.one_of(
        comparisons,
        st.builds("{} IN ({}, {})".format, columns, literals, literals),
        st.builds("{} BETWEEN {} AND {}".format, wrapped, literals, literals),
        st.builds("{} IS NULL".format, columns),
        st.just("t.id NOT IN (SELECT t_id FROM u)"),
        st.just("t.id NOT IN (SELECT n FROM u WHERE n > 5 OR n IS NULL)"),
        st.just("EXISTS (SELECT 1 FROM u WHERE u.t_id = t.id)"),
    ),
    lambda inner: st.one_of(
        st.builds("({} AND {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("NOT ({})".format, inner),
    ),
    max_leaves=6,
)
endings = st.sampled_from(
    ["", " ORDER BY t.a DESC", " ORDER BY ts, t.id LIMIT 10 OFFSET 5000", " LIMIT $3"]
)
queries = st.builds(
    "SELECT t.id, name /* é */ FROM t WHERE {}{}".format, conditions, endings
)
noise = st.one_of(
    st.lists(st.sampled_from(SNIPPETS), max_size=25).map(" ".join),
    st.lists(st.sampled_from(SNIPPETS), max_size=25).map("".join),
    st.text(max_size=60),
)


@given(st.one_of(queries, noise))
@example("CREATE ROLE x PASSWORD 'a'")
@example("DO $$ BEGIN END $$")
@example("SELECT 1 /*, ... */ --x")
@example("-- only a comment")
def test_normalizing_twice_changes_nothing(query: str) -> None:
    once = normalize(query)
    assert normalize(once) == once


@given(queries)
def test_constants_are_no_part_of_the_identity(query: str) -> None:
    assume(parses(query))
    assert fingerprint(normalize(query)) == fingerprint(query)
    assert "'" not in normalize(query)


@given(st.one_of(queries, noise, st.text(max_size=200)))
@settings(max_examples=300)
def test_no_text_is_too_strange_to_describe(text: str) -> None:
    statement = describe(text)
    assert len(statement.fingerprint) == 16
    assert statement.parameter_count >= 0
    assert (statement.kind is StatementKind.UNPARSED) == (not parses(text))
    tags(text)
    redact(text)


@given(st.text(string.ascii_lowercase, min_size=8, max_size=8), noise)
def test_a_quoted_secret_is_never_shown(secret: str, after: str) -> None:
    assume(secret not in after)
    text = f"ALTER ROLE x PASSWORD '{secret}' {after}"
    assert secret not in redact(text)
    assert secret not in redact_text(text)
    assert secret not in describe(text).normalized_query


@given(st.text(min_size=1, max_size=20).filter(lambda name: "\0" not in name))
@example('a"b')
@example("select")
@example("Ünïcode")
def test_a_quoted_name_is_read_back_as_it_was(name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        return
    tree = parse_one(f"SELECT {quote_identifier(name)}").fields
    (target,) = tree["targetList"]
    (part,) = target["ResTarget"]["val"]["ColumnRef"]["fields"]
    # PostgreSQL cuts names at 63 bytes; the parser does not go further.
    shown = part["String"]["sval"]
    assert name.startswith(shown)
    assert shown == name or len(name.encode()) > 63


@given(st.text(max_size=30).filter(lambda value: "\0" not in value))
def test_a_quoted_value_is_read_back_as_it_was(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        return
    tree = parse_one(f"SELECT {quote_literal(value)}").fields
    constant = tree["targetList"][0]["ResTarget"]["val"]["A_Const"]
    assert constant["sval"].get("sval", "") == value


@given(queries)
@settings(max_examples=300)
def test_rewritten_queries_parse_and_keep_their_parameters(query: str) -> None:
    try:
        form = shape(query, CATALOG)
    except AnalyzerError:
        return
    for predicate in form.predicates:
        assert 0 <= predicate.start <= predicate.end <= len(query)
    found = [
        *(rewrite.query for rewrite in not_in_rewrites(form, CATALOG)),
        *(one.query for one in [sargable_rewrite(form, CATALOG, {})] if one),
        *(one.query for one in [keyset_rewrite(form, CATALOG)] if one),
        *(one[0] for one in [batched(form)] if one),
    ]
    for text in found:
        assert parses(text)
        assert "/* é */" in text
        assert parses(compacted(text, ())[0])
