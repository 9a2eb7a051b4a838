"""The statement inside a PREPARE, which is what an EXECUTE runs."""

from __future__ import annotations

import re

_PREPARE = re.compile(
    r'\s*(?:prepare: )?PREPARE\s+(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)\s*'
    r"(?:\([^)]*\)\s*)?AS\s+(?P<query>.*)\Z",
    re.IGNORECASE | re.DOTALL,
)


def prepared_query(text: str) -> str | None:
    """The statement inside PREPARE, or inside the DETAIL of an EXECUTE; else none.

    >>> prepared_query("prepare: PREPARE q (int) AS SELECT $1;")
    'SELECT $1;'
    """
    found = _PREPARE.match(text)
    return found["query"] if found else None
