"""Walks pglast's node objects, which mutants and evaluations are made on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pglast import ast


def ast_nodes(root: Any) -> Iterator[Any]:
    """Every node at and below one, parents first, in the order of the tree.

    It keeps its own stack, so a deep tree cannot exhaust Python's. The children of a
    node are read after it was handed out: one that is changed meanwhile has its new
    ones.
    """
    stack = [root]
    while stack:
        current = stack.pop()
        if isinstance(current, tuple):
            stack.extend(reversed(current))
        elif isinstance(current, ast.Node):
            yield current
            stack.extend(reversed([getattr(current, name) for name in current]))
