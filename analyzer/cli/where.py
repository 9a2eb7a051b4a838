"""What the words DSN and TARGET mean on the command line."""

from __future__ import annotations

import os
from importlib import import_module

from analyzer.config import Settings, read_settings
from analyzer.domain.target import Address, Permissions, Target
from analyzer.errors import UserError
from analyzer.pipeline.place import Place
from analyzer.postgres.connect import parse_dsn
from analyzer.store.secrets import SecretBox
from analyzer.store.targets import find_target, target_with_password


def resolve_target(text: str) -> tuple[Address, Permissions]:
    """The database a DSN or the name of a registered target stands for.

    Raises:
        ConfigError: the DSN cannot be read.
        UserError: no target has that name.
    """
    if is_dsn(text):
        return parse_dsn(text), Permissions()
    target = registered_target(text)
    return target.address, target.permissions


def is_dsn(text: str) -> bool:
    """Whether a text is a DSN, and not the name of a target.

    >>> is_dsn("postgresql://h/d"), is_dsn("host=h dbname=d"), is_dsn("shop")
    (True, True, False)
    """
    return "://" in text or "=" in text


def registered_target(name: str) -> Target:
    """The target of that name, with its password.

    Raises:
        UserError: there is none.
    """
    settings = read_settings(os.environ)
    # With the migrations of the store come two libraries that take a second to load.
    service = import_module("analyzer.pipeline.service")
    with service.open_store(place_of(settings)) as store:
        record = find_target(store, name)
        if record is None:
            raise UserError(
                f'there is no target named "{name}"',
                hint="pgproof targets list shows them; a DSN has :// or = in it.",
            )
        box = SecretBox(settings.ensure_secret_key())
        return target_with_password(store, box, record.target_id)


def place_of(settings: Settings) -> Place:
    """Where the settings say the service runs."""
    return Place(
        home=settings.home,
        database_url=settings.database_url,
        host=settings.host,
        port=settings.port,
        environment={"PGPROOF_LOG_LEVEL": settings.log_level},
    )


def here() -> Place:
    """Where the environment says the service runs."""
    return place_of(read_settings(os.environ))
