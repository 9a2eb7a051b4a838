"""Advice about ANALYZE and VACUUM, one advisor per file."""

from __future__ import annotations
