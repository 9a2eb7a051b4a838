"""Names of the functions that a statement calls."""

from __future__ import annotations

from analyzer.statements.parse import parse_one, walk


def called_names(query: str) -> frozenset[str]:
    """The names without their schemas.

    Raises:
        QuerySyntaxError, UnsafeText: the text is not one statement.

    >>> sorted(called_names("SELECT f(a.x) FROM pg_catalog.now()"))
    ['f', 'now']
    """
    return frozenset(
        str(fields["funcname"][-1]["String"].get("sval", ""))
        for kind, fields in walk(parse_one(query).tree)
        if kind == "FuncCall"
    )
