"""Forward-only numbered migrations: SQL files, each run by one Alembic revision."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def sql(name: str) -> str:
    """The text of ``<name>.sql``."""
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
