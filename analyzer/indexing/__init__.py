"""How to choose indexes: candidates, benefit, selection."""

from __future__ import annotations
