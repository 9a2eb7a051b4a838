"""One Alembic revision per SQL file."""

from __future__ import annotations
