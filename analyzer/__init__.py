"""pgproof: finds what makes a PostgreSQL database slow, and proves what helps."""

from __future__ import annotations

__version__ = "0.1.0"
