"""Values of the store as JSON: ISO times in UTC, queryids as strings, no secrets."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any

_AS_TEXT = frozenset({"queryid", "queryids"})
_NEVER = frozenset({"payload", "password_hash", "password"})


def encode(value: object) -> Any:
    """A value, a record or a sequence of them as JSON values.

    64-bit queryids become strings, since JavaScript cannot hold them; payloads of jobs
    (which hold submitted queries) and hashes are left out.

    >>> encode((1, "a", None))
    [1, 'a', None]
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            item.name: _named(item.name, getattr(value, item.name))
            for item in dataclasses.fields(value)
            if item.name not in _NEVER
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return {str(key): _named(str(key), item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    return value


def _named(name: str, value: object) -> Any:
    if name in _AS_TEXT and isinstance(value, int):
        return str(value)
    if name in _AS_TEXT and isinstance(value, (list, tuple)):
        return [str(item) for item in value]
    return encode(value)
