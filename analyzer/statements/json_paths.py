"""How much a path of SQL/JSON multiplies what it finds.

PostgreSQL keeps all that a path finds in memory, whatever is made of it, and a text of
a few hundred characters can name one value millions of times: ``$[0,0][0,0][0,0]``.

Source: the grammar in jsonpath_gram.y, and executeItemOptUnwrapTarget() in
jsonpath_exec.c.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

MAX_TIMES = 1_000
"""Times that a path may find the same value."""
_UNREAD = re.compile(r'"(?:[^"\\]|\\.)*"|/\*.*?\*/', re.DOTALL)
_SUBSCRIPTS = re.compile(r"\[([^\[\]]*)\]")
_KEY_VALUE = re.compile(r"\.\s*keyvalue\b")
_ANY_DEPTH = re.compile(r"\.\s*\*\*")
_PAIRS = 3
"""What ``.keyvalue()`` makes of its own result: key, value and id."""


def times(path: str) -> int:
    """How often a path may find the same value; 1 of a text that is no path.

    >>> times("$.a[*] ? (@.b > 1)"), times("$[0, 0][0, 0]"), times("[1, 2, 3]")
    (1, 4, 1)
    """
    # Without its strings, a text of JSON has neither sign.
    text = _UNREAD.sub(" ", path)
    if not ("$" in text or "@" in text):
        return 1
    # Each "any depth" multiplies what the one before it has found.
    if len(_ANY_DEPTH.findall(text)) > 1:
        return MAX_TIMES + 1
    found = _PAIRS ** min(len(_KEY_VALUE.findall(text)), MAX_TIMES) // _PAIRS or 1
    while subscripts := _SUBSCRIPTS.search(text):
        found = min(found * (subscripts[1].count(",") + 1), MAX_TIMES + 1)
        text = text[: subscripts.start()] + "()" + text[subscripts.end() :]
    return min(found, MAX_TIMES + 1)


def is_known(path: Mapping[str, Any]) -> bool:
    """Whether an expression for a path is a constant, which was judged, or a parameter.

    >>> is_known({"TypeCast": {"arg": {"A_Const": {}}}}), is_known({"FuncCall": {}})
    (True, False)
    """
    named = path.get("TypeCast", {}).get("arg", path)
    return "A_Const" in named or "ParamRef" in named
