"""Does it hold? Runs that measure."""

from __future__ import annotations
