"""EXPLAIN trees, without a server."""

from __future__ import annotations
