"""Advisors on queries that could ask the same in a cheaper way."""

from __future__ import annotations
