"""What a statement that writes changes, as far as two of them can be compared."""

from __future__ import annotations

from analyzer.statements.parse import Node, parse_one, walk

_WRITES = frozenset({"InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"})


def is_one_write(query: str) -> bool:
    """Whether a statement is one write, with no other write inside.

    Several writes in one statement see the same snapshot and run in no fixed order.

    >>> is_one_write("UPDATE t SET a = 1 RETURNING b")
    True
    >>> is_one_write("WITH x AS (DELETE FROM t RETURNING a) DELETE FROM u")
    False
    """
    tree = parse_one(query).tree
    found = [kind for kind, _ in walk(tree) if kind in _WRITES]
    return len(found) == 1 and _kind(tree) in _WRITES


def _kind(tree: Node) -> str:
    return next(iter(tree), "")
