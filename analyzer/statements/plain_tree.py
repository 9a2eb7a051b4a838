"""Trees without what only says where their nodes stand in the text."""

from __future__ import annotations

from typing import Any

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
