"""Trees without what only says where their nodes stand, and with nodes exchanged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analyzer.statements.parse import Node

LOCATIONS = frozenset(
    {
        *("location", "list_start", "list_end", "rexpr_list_start", "rexpr_list_end"),
        *("stmt_location", "stmt_len", "name_location"),
    }
)


def plain(node: Any) -> Any:
    """The tree without locations."""
    if isinstance(node, list):
        return [plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: plain(value) for key, value in node.items() if key not in LOCATIONS}


def same_tree(one: object, two: object) -> bool:
    """Whether two trees are equal, wherever their nodes stand in the text."""
    return bool(plain(one) == plain(two))


def substituted(node: Any, new: Callable[[Node], Node | None]) -> Any:
    """The tree with some nodes exchanged; what is below those is not looked at.

    ``new`` gives what stands for a node, or none to keep it.
    """
    if isinstance(node, list):
        items = [substituted(item, new) for item in node]
        same = all(one is two for one, two in zip(items, node, strict=True))
        return node if same else items
    if not isinstance(node, dict):
        return node
    other = new(node)
    if other is not None:
        return other
    # A part without a change stays the very same object, to be found by identity.
    fields = {key: substituted(value, new) for key, value in node.items()}
    return node if all(fields[key] is node[key] for key in node) else fields
