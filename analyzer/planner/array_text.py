"""One-dimensional arrays as PostgreSQL prints them, read and written."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ELEMENT = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^,{}"]*))\s*(?:,|$)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def array_elements(text: str) -> list[str | None]:
    r"""The elements of an array; NULL is None.

    >>> array_elements('{a,"b,\\"c",NULL,"NULL"}')
    ['a', 'b,"c', None, 'NULL']
    """
    body = text.strip()[1:-1]
    found: list[str | None] = []
    position = 0
    while position < len(body):
        match = _ELEMENT.match(body, position)
        if match is None or match.end() == position:
            raise ValueError("the text is not an array of one dimension")
        if match[1] is not None:
            found.append(_ESCAPED.sub(r"\1", match[1]))
        else:
            found.append(None if match[2] == "NULL" else match[2])
        position = match.end()
    return found


def array_text(elements: Iterable[str | None]) -> str:
    r"""An array of these elements, each in quotes.

    >>> array_text(['a"b', None])
    '{"a\\"b",NULL}'
    """
    shown = (
        "NULL"
        if item is None
        else '"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"'
        for item in elements
    )
    return "{" + ",".join(shown) + "}"
