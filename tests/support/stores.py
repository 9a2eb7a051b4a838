"""Stores for tests: migrated databases on the test server, each test its own."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from analyzer.domain.target import Address, Target
from analyzer.postgres.connect import session
from analyzer.store.database import Store
from analyzer.store.migrate import ensure_database, migrate
from analyzer.store.secrets import SecretBox
from analyzer.store.targets import add_target

TEMPLATE = f"store_template_{os.getpid()}"
BOX = SecretBox("a key that only the tests know")
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def store_template(superuser: Address) -> Address:
    """A migrated store that others are copied from, since that is quicker."""
    address = replace(superuser, database=TEMPLATE)
    ensure_database(address)
    migrate(address)
    return address


@pytest.fixture
def store_address(superuser: Address, store_template: Address) -> Iterator[Address]:
    """An empty store, dropped afterwards."""
    name = f"store_{os.getpid()}_{next(_numbers)}"
    with session(superuser, read_only=False) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    yield replace(superuser, database=name)
    with session(superuser, read_only=False) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def store(store_address: Address) -> Iterator[Store]:
    """An open, empty store."""
    with Store.open(store_address) as opened:
        yield opened


def some_target(name: str = "shop") -> Target:
    """A target that need not exist."""
    address = Address(
        host="db.example", port=5432, database="shop", user="app", password="s3cret"
    )
    return Target(name=name, address=address)


@pytest.fixture
def target_id(store: Store) -> int:
    """The id of a registered target."""
    return add_target(store, BOX, some_target())
