"""Where a service runs; light, because every command that takes a target needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a service runs.

    Attributes:
        home: folder of all that it keeps.
        database_url: of the store; empty means the embedded one below ``home``.
        host: the web listens on.
        port: the web listens on.
        environment: variables for its processes beside those of this one.
    """

    home: Path
    database_url: str = field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int = 8448
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
