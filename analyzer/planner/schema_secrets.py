"""What the schema of a snapshot need not say, and so does not.

Options of foreign servers and user mappings hold addresses and passwords; nothing of
ours ever connects by them. A redacted snapshot keeps only what plans depend on: its
literals in constraints, index predicates, views and functions that planning may call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.planner.shadow_script import is_silent, is_wanted, statement_name
from analyzer.statements.split import split_statements

_LITERAL = r"'(?:[^']|'')*'"
_REMOTE = re.compile(r"\b(?:SERVER|FOREIGN|USER MAPPING)\b")
_REMOTE_STATEMENT = re.compile(
    r"\s*(?:CREATE|ALTER) (?:SERVER|FOREIGN TABLE|FOREIGN DATA WRAPPER)\b"
)
_USER_MAPPING = re.compile(r"\s*(?:CREATE|ALTER) USER MAPPING\b")
_OPTIONS = re.compile(rf"\s+OPTIONS \((?:[^()']|{_LITERAL})*\)")
_FUNCTION = re.compile(r"\s*CREATE (?:OR REPLACE )?FUNCTION\b")
_TRIGGER_FUNCTION = re.compile(r"\)\s*RETURNS (?:event_)?trigger\b")
_BODY = re.compile(r"\n\s+AS (\$\w*\$)(.*)\1\s*\Z", re.DOTALL)
_PLPGSQL = re.compile(r"\n\s+LANGUAGE plpgsql\b(?!.*\b(?:IMMUTABLE|STABLE)\b)")


def without_remote_options(schema_sql: str) -> str:
    r"""The script without options of foreign servers, and without user mappings.

    >>> script = "CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host '10.0.0.1')"
    >>> without_remote_options(script)
    'CREATE SERVER s FOREIGN DATA WRAPPER w;\n'
    >>> without_remote_options("CREATE USER MAPPING FOR u SERVER s OPTIONS (p 'x')")
    ''
    """
    if not _REMOTE.search(schema_sql):
        return schema_sql
    return _script(_without_options(split_statements(schema_sql)))


def _without_options(statements: tuple[str, ...]) -> Iterator[str]:
    for statement in statements:
        if _USER_MAPPING.match(statement):
            continue
        is_remote = _REMOTE_STATEMENT.match(statement)
        yield _OPTIONS.sub("", statement) if is_remote else statement


def for_plans_alone(schema_sql: str) -> str:
    """The script with what plans depend on, and the names of all else.

    Triggers, rules, policies, procedures and functions of triggers go, and so do the
    bodies of PL/pgSQL functions that are volatile: planning never calls them (manual
    36.7).
    """
    return _script(_for_plans(split_statements(schema_sql)))


def _for_plans(statements: tuple[str, ...]) -> Iterator[str]:
    for statement in statements:
        if is_wanted(statement) or statement.lstrip().startswith("CREATE FOREIGN"):
            if not _FUNCTION.match(statement):
                yield statement
            elif not _TRIGGER_FUNCTION.search(statement):
                yield _without_body(statement)
        elif not is_silent(statement):
            yield statement_name(statement)


def _without_body(statement: str) -> str:
    body = _BODY.search(statement)
    if body is None or not _PLPGSQL.search(statement[: body.start()]):
        return statement
    return f"{statement[: body.start()]}\n    AS $$BEGIN END$$"


def _script(statements: Iterator[str]) -> str:
    return "".join(f"{statement};\n" for statement in statements)
