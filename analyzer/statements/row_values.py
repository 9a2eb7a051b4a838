"""Where the name of a relation stands for a value: its row as a whole.

Such a value has the type of the relation, which no text names: a literal beside it is
read as a row, with the checks of its domains, and casts of the database's own from that
type apply to it. Source: transformColumnRef() in PostgreSQL's parse_expr.c.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_OF_TARGET = frozenset({"excluded", "new", "old"})
"""Names of rows that a statement which writes has beside its own."""


def row_relations(tree: object) -> tuple[tuple[str, str], ...]:
    """Schema and name of each relation whose row may be a value, sorted.

    A column of the same name as an alias counts as well.
    """
    aliases: dict[str, set[tuple[str, str]]] = {}
    values: set[str] = set()
    for key, node in _nodes(tree):
        if key == "relname":
            name = (str(node.get("schemaname", "")), str(node["relname"]))
            alias = str(node.get("alias", {}).get("aliasname", name[1]))
            aliases.setdefault(alias, set()).add(name)
        elif key == "ColumnRef":
            values.add(_row_of(node["ColumnRef"].get("fields", [])))
    if values & _OF_TARGET:
        values |= aliases.keys()
    found = {name for value in values for name in aliases.get(value, ())}
    return tuple(sorted(found))


def _row_of(fields: list[Any]) -> str:
    """The alias whose row a name may be; empty if none."""
    names = [item["String"].get("sval", "") for item in fields if "String" in item]
    is_star = len(names) < len(fields)
    return str(names[-1]) if names and (is_star or len(fields) == 1) else ""


def _nodes(tree: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """Relations and columns, but not ``t.*`` in a list, which stands for columns."""
    stack = [tree]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            yield from ((k, current) for k in ("relname", "ColumnRef") if k in current)
            target = current.get("ResTarget", {}).get("val", {}).get("ColumnRef", {})
            if not any("A_Star" in item for item in target.get("fields", [])):
                stack.extend(current.values())
