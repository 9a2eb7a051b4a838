"""Does it hold: the same rows, and by how much faster."""

from __future__ import annotations
