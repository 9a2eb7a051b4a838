"""A store with one scanned target, and the application over it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import StrictUndefined
from werkzeug.test import TestResponse

from analyzer.config import Settings
from analyzer.domain.target import Address, Target
from analyzer.postgres.connect import session
from analyzer.store import users
from analyzer.store.database import Store
from analyzer.store.migrate import migrate
from analyzer.store.passwords import hash_password
from analyzer.store.save import save_scan
from analyzer.store.secrets import SecretBox
from analyzer.store.targets import add_target
from analyzer.store.users import Role
from tests.support.shop_result import ResultOptions, scan_result
from web.app import create_app

PASSWORD = "correct horse battery"
TARGET_PASSWORD = "s3cret-of-the-target"
HASH = hash_password(PASSWORD)
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The application with its store and the id of its one target."""

    app: Flask
    store: Store
    settings: Settings
    target_id: int


@pytest.fixture(scope="session")
def web_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with all files in a folder of the test."""
    return Settings(
        home=tmp_path_factory.mktemp("web-home"), secret_key="k" * 32, port=0
    )


@pytest.fixture(scope="module")
def web_store(superuser: Address) -> Iterator[Store]:
    """A migrated, empty store with three users, one per role."""
    name = f"web_store_{next(_numbers)}"
    with session(superuser, read_only=False) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    address = replace(superuser, database=name)
    migrate(address)
    with Store.open(address) as store:
        for role in Role:
            users.add_user(store, role.value, HASH, role)
        yield store
    with session(superuser, read_only=False) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(scope="module")
def empty_site(web_store: Store, web_settings: Settings) -> Site:
    """The application over a store without targets."""
    app = _strict_app(web_settings, web_store)
    return Site(app=app, store=web_store, settings=web_settings, target_id=0)


@pytest.fixture(scope="module")
def site(web_store: Store, web_settings: Settings) -> Site:
    """The application over a store with one target and three nightly scans."""
    target_id = add_shop(web_store, web_settings)
    app = _strict_app(web_settings, web_store)
    return Site(app=app, store=web_store, settings=web_settings, target_id=target_id)


def _strict_app(settings: Settings, store: Store) -> Flask:
    """The application, whose templates may name only what there is."""
    app = create_app(settings, store)
    app.jinja_env.undefined = StrictUndefined
    return app


def add_shop(store: Store, settings: Settings, name: str = "shop") -> int:
    """Register a target and store three scans of it, the last two hours old."""
    target = Target(
        name=name,
        address=Address(
            host="db.example.net",
            port=5432,
            database="shop",
            user="watcher",
            password=TARGET_PASSWORD,
        ),
    )
    box = SecretBox(settings.ensure_secret_key())
    target_id = add_target(store, box, target)
    last = (datetime.now(UTC) - timedelta(hours=2)).replace(microsecond=0)
    for nights_ago, slowdown in ((2, 0.7), (1, 0.8), (0, 1.0)):
        options = ResultOptions(
            started_at=last - timedelta(days=nights_ago), slowdown=slowdown
        )
        save_scan(store, target_id, scan_result(options))
    return target_id


_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def token_of(response: TestResponse) -> str:
    """The token in the first form of a page."""
    found = _TOKEN.search(response.text)
    assert found, "the page has no form with a token"
    return found.group(1)


def log_in(site: Site, role: Role = Role.DBA) -> FlaskClient:
    """A client whose session belongs to the user of that role."""
    client = site.app.test_client()
    token = token_of(client.get("/login"))
    answer = client.post(
        "/login",
        data={"csrf_token": token, "name": role.value, "password": PASSWORD},
    )
    assert answer.status_code == 302, answer.text
    return client


def api_headers(role: Role = Role.DBA) -> dict[str, tuple[str, str]]:
    """Keyword arguments of a request by HTTP Basic."""
    return {"auth": (role.value, PASSWORD)}
