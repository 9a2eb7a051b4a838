"""Debian's PostgreSQL 15 with hypopg, as a server of its own, where it is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.domain.target import Address
from tests.support.older_servers import older_server

HYPOPG = Path("/usr/share/postgresql/15/extension/hypopg.control")


@pytest.fixture(scope="session")
def hypopg_server() -> Iterator[Address]:
    """The superuser's address of a database with hypopg."""
    if not HYPOPG.exists():
        pytest.skip("binaries not installed: postgresql-15-hypopg")
    with older_server(15, {"shared_preload_libraries": ""}) as address:
        yield address
