"""Our own database."""

from __future__ import annotations
