"""Advice about indexes, one advisor per file."""

from __future__ import annotations
