"""The value of one constant, read off the token that writes it."""

from __future__ import annotations

from analyzer.errors import AnalyzerError
from analyzer.statements.parse import parse_one
from analyzer.statements.sides import constant_of


def literal_value(token: str) -> str | None:
    r"""The value of a string, bit string or number as text; none if it is neither.

    PostgreSQL's own grammar reads it, with its escapes, dollar quotes and strings that
    go on after a line break (manual, "Lexical Structure", 4.1.2).

    Args:
        token: as it stands in the query, with ``standard_conforming_strings`` on.

    >>> [literal_value(token) for token in ("'it''s'", r"E'\t'", "$q$a$q$", "X'1F'")]
    ["it's", '\t', 'a', 'x1F']
    >>> literal_value("0x1F"), literal_value("1.50"), literal_value("1_000")
    ('31', '1.50', '1000')
    >>> literal_value("name") is literal_value("'open") is None
    True
    """
    plain = token[1:-1]
    if token[:1] == token[-1:] == "'" and len(token) > 1 and "'" not in plain:
        return plain
    try:
        target = parse_one(f"SELECT {token}").fields["targetList"][0]["ResTarget"]
    except AnalyzerError:
        return None
    constant = target["val"].get("A_Const")
    return None if constant is None else constant_of(constant)
