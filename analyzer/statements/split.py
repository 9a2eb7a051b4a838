"""Cut a script into its statements."""

from __future__ import annotations

import pglast

from analyzer.errors import QuerySyntaxError


def split_statements(sql: str) -> tuple[str, ...]:
    r"""The statements of a script, without the semicolons between them.

    PostgreSQL's parser finds the ends, so bodies of functions stay whole. A script that
    does not parse as a whole is cut by the lexer, which knows quotes, not grammar.
    Commands of psql (lines that begin with a backslash) must be gone before.

    Raises:
        QuerySyntaxError: not even the lexer can read it.

    >>> split_statements("SELECT 1; CREATE FUNCTION f() RETURNS int AS 'a;b';")
    ('SELECT 1', "CREATE FUNCTION f() RETURNS int AS 'a;b'")
    """
    try:
        return tuple(pglast.split(sql))
    except pglast.parser.ParseError:
        pass
    try:
        return tuple(pglast.split(sql, with_parser=False))
    except pglast.parser.ParseError as error:
        raise QuerySyntaxError("the script cannot be cut into statements") from error
