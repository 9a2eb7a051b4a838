"""Two texts are one query if PostgreSQL's parser makes the same tree of both.

The tree that the parser hands to the planner names tables and columns by number, so
aliases and spelling are gone from it, and everything that matters is in it: LIMIT,
locks and functions that are volatile too. So this also holds where a query alone has no
fixed result (source: ``src/include/nodes/parsenodes.h``, Query).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from analyzer.postgres.attempt import Failure, attempt, attempt_script
from analyzer.postgres.queries import load
from analyzer.verification.schema_facts import FOLDER
from analyzer.verification.trial_database import TrialDatabase
from analyzer.verification.trial_sql import SCHEMA

_ESCAPED = r"(?:[^{}\\]|\\.)*"
_NAMES = re.compile(rf":(alias|eref) (<>|\{{ALIAS {_ESCAPED}\}})")
_PLACES = re.compile(r":(location|stmt_location|stmt_len|list_start|list_end) -?\d+")


def read_as_one(
    database: TrialDatabase, before: str, after: str, parameter_types: Sequence[str]
) -> bool:
    """Whether the server's parser makes one tree of two queries, names aside.

    Args:
        database: with the schema of both.
        before: one SELECT that the guard allows.
        after: another.
        parameter_types: of ``$1`` …
    """
    arguments = ", ".join(parameter_types)
    trees = [_tree(database, text, arguments) for text in (before, after)]
    return bool(trees[0]) and trees[0] == trees[1]


def _tree(database: TrialDatabase, query: str, arguments: str) -> str:
    """The tree of a query as text, without names and places; empty if there is none."""
    name = f"{SCHEMA}.reading({arguments})"
    made = attempt_script(
        database.connection,
        f"CREATE OR REPLACE FUNCTION {name} RETURNS SETOF record LANGUAGE sql"
        f" BEGIN ATOMIC {query}; END",
    )
    if made is not None:
        return ""
    statement = load("query_tree", folder=FOLDER)
    found = attempt(database.connection, statement, (name,))
    if isinstance(found, Failure):
        return ""
    return _PLACES.sub("", _NAMES.sub("", str(found[0][0])))
