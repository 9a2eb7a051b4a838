"""One rule a file: what it matches, what it writes, what it must know."""

from __future__ import annotations
