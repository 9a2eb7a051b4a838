"""Questions to a planner."""

from __future__ import annotations
