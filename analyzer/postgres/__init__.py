"""The only package that speaks to a server."""

from __future__ import annotations
