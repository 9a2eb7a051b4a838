"""The service as commands see it: its store, its processes, its first account."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote

from analyzer.embedded.cluster import SUPERUSER, socket_of_running
from analyzer.pipeline.children import ChildSpec
from analyzer.pipeline.place import Place
from analyzer.pipeline.supervise import (
    STORE_DATABASE,
    Service,
    ServiceOptions,
    store_folder,
)
from analyzer.postgres.connect import parse_dsn
from analyzer.store.database import Store
from analyzer.store.migrate import migrate
from analyzer.store.passwords import hash_password
from analyzer.store.users import Role, add_user, list_users


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account that was just made; its password is shown once."""

    name: str
    password: str = field(repr=False)


@contextmanager
def open_store(place: Place) -> Iterator[Store]:
    """The store: the one that is set, the running service's, or the idle embedded one.

    An idle embedded store is started for the time of the block.

    Raises:
        ConfigError: the home cannot be written, or another command uses it.
        StoreError: the store cannot be started or reached.
    """
    if place.database_url:
        migrate(parse_dsn(place.database_url))
        with Store.open(place.database_url) as store:
            yield store
        return
    if place.home.exists():
        folder = socket_of_running(store_folder(place.home))
        if folder is not None:
            url = f"postgresql://{SUPERUSER}@/{STORE_DATABASE}"
            with Store.open(f"{url}?host={quote(str(folder), safe='')}") as store:
                yield store
            return
    with (
        Service(ServiceOptions(home=place.home, children=())) as service,
        Store.open(service.database_url) as store,
    ):
        yield store


def service_options(place: Place) -> ServiceOptions:
    """What ``pgproof up`` starts: worker, beat and web, over the store."""
    environment = _environment(place)
    return ServiceOptions(
        home=place.home,
        database_url=place.database_url,
        host=place.host,
        port=place.port,
        children=tuple(
            ChildSpec(
                name=name,
                command=(sys.executable, "-m", *module),
                environment=environment,
            )
            for name, module in (
                ("worker", ("worker",)),
                ("beat", ("worker", "beat")),
                ("web", ("web",)),
            )
        ),
    )


def _environment(place: Place) -> dict[str, str]:
    # What may have been decided here and not by the environment.
    return {
        "PGPROOF_HOME": str(place.home),
        "PGPROOF_HOST": place.host,
        "PGPROOF_PORT": str(place.port),
        "PYTHONUNBUFFERED": "1",
        # Threads of numeric libraries cost memory for each core and serve nothing here.
        "OPENBLAS_NUM_THREADS": os.environ.get("OPENBLAS_NUM_THREADS", "1"),
        **place.environment,
    }


def ensure_account(store: Store, name: str = "admin") -> Account | None:
    """Make a DBA's account with a random password, unless there is any account."""
    if list_users(store):
        return None
    account = Account(name=name, password=secrets.token_urlsafe(12))
    add_user(store, account.name, hash_password(account.password), Role.DBA)
    return account
