"""JSON out of a log, whose strings may hold halves of characters."""

from __future__ import annotations

import json
import re
from typing import Any

_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
# Made once: json.loads makes one for each text that is not read strictly.
_STRICT, _LAX = json.JSONDecoder(), json.JSONDecoder(strict=False)


def load(text: str, *, strict: bool = True) -> Any:
    r"""The value of a JSON text; half a surrogate pair becomes U+FFFD.

    Python reads such a half as a character, but can write it to no file.

    Args:
        text: the whole document.
        strict: whether control characters in strings are errors.

    Raises:
        ValueError: it is not JSON.
        RecursionError: it is nested too deeply.

    >>> load(r'"\ud800 \ud83d\ude00 \\ud800"')
    '� 😀 \\ud800'
    """
    if "\\ud" in text or "\\uD" in text:
        text = _ESCAPE.sub(_whole, text)
    return (_STRICT if strict else _LAX).decode(text)


def _whole(found: re.Match[str]) -> str:
    return "\\ufffd" if found["lone"] else found[0]
