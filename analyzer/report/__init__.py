"""Results to text, without I/O."""

from __future__ import annotations
