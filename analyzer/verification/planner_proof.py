"""Two queries are equivalent if PostgreSQL makes the same plan of both.

A plan is a complete account of what is computed, as far as EXPLAIN prints it: see
:mod:`analyzer.statements.plain_query` for what it does not print.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from analyzer.postgres.attempt import Failure, attempt
from analyzer.statements.plain_query import is_shown_whole
from analyzer.verification.trial_database import TrialDatabase

_EXPLAIN = "EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON)"
_SETTINGS: tuple[dict[str, str], ...] = (
    {},
    {"enable_hashjoin": "off", "enable_hashagg": "off"},
    {"enable_mergejoin": "off", "enable_nestloop": "off", "enable_sort": "off"},
)
_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[A-Za-z_][\w$]*|.""", re.DOTALL)


def plan_alike(database: TrialDatabase, before: str, after: str) -> bool:
    """Whether both get the same plan under one of three settings of the planner.

    Args:
        database: with the schema and, by now, empty tables.
        before: a query without parameters, printed from its tree.
        after: another.
    """
    if not (is_shown_whole(before) and is_shown_whole(after)):
        return False
    names = sorted({name for settings in _SETTINGS for name in settings})
    try:
        for settings in _SETTINGS:
            database.set({**dict.fromkeys(names, "on"), **settings})
            plans = [_plan(database, query) for query in (before, after)]
            if plans[0] is not None and plans[0] == plans[1]:
                return True
    finally:
        database.set(dict.fromkeys(names, "on"))
    return False


def _plan(database: TrialDatabase, query: str) -> Any:
    rows = attempt(database.connection, f"{_EXPLAIN} {query}")
    if isinstance(rows, Failure):
        return None
    plan = json.loads(rows[0][0] or "[]")[0]["Plan"]
    aliases: dict[str, str] = {}
    for alias in _aliases(plan):
        aliases.setdefault(alias, f"r{len(aliases) + 1}")
    return _renamed(plan, aliases)


def _aliases(node: dict[str, Any]) -> Iterator[str]:
    """Aliases of relations, in the order of the plan."""
    if "Alias" in node:
        yield node["Alias"]
    for child in node.get("Plans", ()):
        yield from _aliases(child)


def _renamed(value: Any, aliases: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            key: aliases.get(item, item) if key == "Alias" else _renamed(item, aliases)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_renamed(item, aliases) for item in value]
    return _renamed_text(value, aliases) if isinstance(value, str) else value


def _renamed_text(text: str, aliases: dict[str, str]) -> str:
    """An expression with the names before its dots replaced; strings are left alone."""
    tokens = _TOKEN.findall(text)
    for place, token in enumerate(tokens[:-1]):
        if tokens[place + 1] != ".":
            continue
        name = token
        if token.startswith('"') and len(token) > 1:
            name = token[1:-1].replace('""', '"')
        if place and tokens[place - 1] == ".":
            continue
        tokens[place] = aliases.get(name, token)
    return "".join(tokens)
