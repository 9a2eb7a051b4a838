"""The JSON interface, version 1, described by openapi.json."""

from __future__ import annotations
