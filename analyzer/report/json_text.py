"""A document as JSON text that people can read too, at the speed of the C encoder.

An indented text is written by an encoder in Python, which took longer than reading a
log of a hundred megabytes. Here each key of the document, and each item of its lists
and objects, has a line of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

_text = partial(json.dumps, ensure_ascii=False)


def document_text(document: Mapping[str, Any]) -> str:
    """The text of a document.

    >>> print(document_text({"calls": 2, "events": {"a": 1}, "errors": [{"n": 1}, {}]}))
    {
      "calls": 2,
      "events": {
        "a": 1
      },
      "errors": [
        {"n": 1},
        {}
      ]
    }
    """
    lines = (f"  {_text(key)}: {_value(value)}" for key, value in document.items())
    return "{\n" + ",\n".join(lines) + "\n}" if document else "{}"


def _value(value: object) -> str:
    if isinstance(value, list | tuple) and value:
        items = (f"    {_text(item)}" for item in value)
        return "[\n" + ",\n".join(items) + "\n  ]"
    if isinstance(value, Mapping) and value:
        items = (f"    {_text(key)}: {_text(item)}" for key, item in value.items())
        return "{\n" + ",\n".join(items) + "\n  }"
    return _text(value)
