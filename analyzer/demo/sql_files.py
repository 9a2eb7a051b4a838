"""The SQL of the demo shop, read from its files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "sql"
_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def script(name: str) -> str:
    """The text of ``sql/NAME.sql``."""
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")


@cache
def statements() -> Mapping[str, str]:
    """The statements of the load by name.

    ``%s`` stands for a parameter that is bound, ``{}`` for a literal written into
    the text, as an application does that does not bind.

    >>> statements()["product_sold"].splitlines()[0]
    'SELECT count(*), sum(quantity) FROM order_items WHERE product_id = %s'
    """
    parts = _NAME.split(script("statements"))[1:]
    return dict(zip(parts[::2], map(str.strip, parts[1::2]), strict=True))
