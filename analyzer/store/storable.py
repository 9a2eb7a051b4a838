"""Values made fit for jsonb, whatever a watched server put into them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def storable(value: Any) -> Any:
    """The value without what jsonb cannot hold: NUL, surrogates, infinity and NaN."""
    if isinstance(value, str):
        if value.isascii() and "\0" not in value:
            return value
        clean = value.replace("\0", "\N{REPLACEMENT CHARACTER}")
        return clean.encode("utf-8", "replace").decode()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return value
