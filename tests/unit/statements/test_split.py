from __future__ import annotations

import pytest

from analyzer.errors import QuerySyntaxError
from analyzer.statements.split import split_statements


def test_bodies_comments_and_other_alphabets() -> None:
    script = """
    -- a comment; with a semicolon
    SELECT 'ä;ö', "ü;";
    CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $_$ BEGIN; RETURN 1; END $_$;
    CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;
    SELECT 2 /* ; */;;
    SELECT '☃'
    """
    found = split_statements(script)
    assert len(found) == 5
    assert found[0].startswith("SELECT 'ä;ö'")
    assert found[1].endswith("END $_$")
    assert found[2].endswith("END")
    assert found[4] == "SELECT '☃'"


def test_what_does_not_parse_is_cut_all_the_same() -> None:
    found = split_statements("CREATE NONSENSE x; SELECT ';'; SELECT 2")
    assert found == ("CREATE NONSENSE x", "SELECT ';'", "SELECT 2")


def test_empty() -> None:
    assert split_statements("") == ()
    assert split_statements(" -- nothing\n;") == ()


def test_what_the_lexer_cannot_read() -> None:
    with pytest.raises(QuerySyntaxError):
        split_statements("SELECT 'unterminated")
