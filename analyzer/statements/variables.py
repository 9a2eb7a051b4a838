"""Names of a statement that are variables of the function it ran in, as parameters.

PL/pgSQL and SQL functions hand their statements to the server with the names of their
variables in them, and pg_stat_statements keeps the text so (manual, PL/pgSQL,
"Variable Substitution"; F.32.5 of pg_stat_statements).
"""

from __future__ import annotations

from analyzer.errors import AnalyzerError
from analyzer.statements.describe import parameter_count
from analyzer.statements.lexer import COMMENTS, tokens
from analyzer.statements.parse import ParsedQuery, parse_one, walk
from analyzer.statements.scope import names_of

_DOT = "ASCII_46"


def with_parameter(
    query: str, offset: int, numbers: dict[tuple[str, ...], int]
) -> str | None:
    """The statement with ``$n`` in the place of one name.

    Args:
        query: one statement.
        offset: in characters, where the name begins.
        numbers: of the parameters that already stand for names; the same variable gets
            the same number, and a new one is added.

    Returns:
        None if what begins there is not a name of a value.

    >>> numbers = {}
    >>> with_parameter("SELECT a FROM t WHERE id = p_id AND b = $2", 27, numbers)
    'SELECT a FROM t WHERE id = $3 AND b = $2'
    >>> with_parameter("SELECT a FROM t WHERE id = $3 OR id = f.p_id", 38, numbers)
    'SELECT a FROM t WHERE id = $3 OR id = $4'
    >>> with_parameter("SELECT a FROM t", 14, numbers) is None
    True
    """
    try:
        parsed = parse_one(query)
    except AnalyzerError:
        return None
    names = _name_at(parsed, offset)
    end = _end(query, offset, len(names))
    if not names or end is None:
        return None
    number = numbers.setdefault(names, parameter_count(query) + 1)
    return f"{query[:offset]}${number}{query[end:]}"


def _name_at(parsed: ParsedQuery, offset: int) -> tuple[str, ...]:
    """The parts of the name of a value that begins there; empty if there is none."""
    for kind, fields in walk(parsed.tree):
        if kind == "ColumnRef" and parsed.offset(fields.get("location", 0)) == offset:
            if any("A_Star" in part for part in fields["fields"]):
                return ()
            return tuple(names_of(fields))
    return ()


def _end(query: str, offset: int, part_count: int) -> int | None:
    """Where a name of so many parts ends."""
    found = [t for t in tokens(query) if t.start >= offset and t.kind not in COMMENTS]
    wanted = found[: 2 * part_count - 1]
    if not wanted or any(t.kind != _DOT for t in wanted[1::2]):
        return None
    return wanted[-1].end
