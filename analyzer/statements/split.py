"""Cut a script into its statements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

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
        slices = pglast.split(sql, with_parser=False, only_slices=True)
    except pglast.parser.ParseError as error:
        raise QuerySyntaxError("the script cannot be cut into statements") from error
    return tuple(_with_rest(sql, slices))


_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


def _with_rest(sql: str, slices: Sequence[slice]) -> Iterator[str]:
    """The statements, and what the lexer passed over between them.

    It leaves out a text without any keyword, such as a misspelt ``SELEC 1``; whoever
    asked for statements has to be told that this is none.

    >>> split_statements("SELECT 1; SELEC 2; SELECT 3")
    ('SELECT 1', 'SELEC 2', 'SELECT 3')
    """
    at = 0
    for part in (*slices, slice(len(sql), len(sql))):
        rest = _COMMENT.sub(" ", sql[at : part.start]).strip("; \t\r\n\f")
        if rest:
            yield rest
        if part.stop > part.start:
            yield sql[part]
        at = part.stop
