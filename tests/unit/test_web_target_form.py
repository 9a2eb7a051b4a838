"""Targets come by fields, and only to hosts that are allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.config import Settings
from analyzer.domain.target import Address
from analyzer.errors import NotAllowedHere, UserError
from web.target_form import read_target

STORE = Address(host="127.0.0.1", port=55432, database="pgproof", user="pgproof")
FIELDS = {
    "name": "shop",
    "host": "192.0.2.7",
    "port": "5433",
    "database": "shop",
    "user": "watcher",
    "password": "pw",
    "sslmode": "verify-full",
    "hypopg": "1",
}


def settings(*hosts: str) -> Settings:
    return Settings(home=Path("/nonexistent"), allowed_target_hosts=hosts)


def test_all_fields_are_read() -> None:
    target = read_target(FIELDS, settings(), own_store=STORE)
    assert str(target.address) == "watcher@192.0.2.7:5433/shop"
    assert target.address.password == "pw"
    assert target.address.sslmode == "verify-full"
    assert target.permissions.hypopg
    assert not target.permissions.may_run


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("host", ""),
        ("host", "/var/run/postgresql"),
        ("host", "%2Fvar%2Frun"),
        ("host", "a,b"),
        ("host", "h user=postgres"),
        ("host", "postgresql://h"),
        ("host", "@abstract"),
        ("port", "0"),
        ("port", "65536"),
        ("port", "0000065536"),
        ("port", "٥٤٣٢"),
        ("port", "5432,5433"),
        ("port", "9" * 400),
        ("database", "dbname=postgres host=evil"),
        ("database", "postgresql://evil/x"),
        ("database", ""),
        ("user", "a\0b"),
        ("name", "x" * 101),
        ("sslmode", "anything"),
    ],
)
def test_what_is_no_plain_field_is_refused(field: str, value: str) -> None:
    with pytest.raises(UserError):
        read_target({**FIELDS, field: value}, settings(), own_store=STORE)


@pytest.mark.parametrize(
    ("host", "allowed", "passes"),
    [
        ("192.0.2.7", ("192.0.2.0/24",), True),
        ("198.51.100.1", ("192.0.2.0/24",), False),
        ("db1.example.invalid", ("*.example.invalid",), True),
        ("DB1.example.invalid", ("db1.example.invalid",), True),
        ("db1.example.invalid.evil.invalid", ("*.example.invalid",), False),
        ("127.0.0.1", ("192.0.2.0/24", "::1/128"), False),
        ("::1", ("::1/128",), True),
        ("169.254.169.254", ("10.0.0.0/8",), False),
    ],
)
def test_allow_list(host: str, allowed: tuple[str, ...], passes: bool) -> None:
    fields = {**FIELDS, "host": host}
    if passes:
        read_target(fields, settings(*allowed), own_store=STORE)
    else:
        with pytest.raises(NotAllowedHere):
            read_target(fields, settings(*allowed), own_store=STORE)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_our_own_store_is_no_target(host: str) -> None:
    fields = {**FIELDS, "host": host, "port": "55432"}
    with pytest.raises(NotAllowedHere):
        read_target(fields, settings(), own_store=STORE)


def test_the_password_is_in_no_error() -> None:
    fields = {**FIELDS, "host": "bad host", "password": "hunter2-secret"}
    with pytest.raises(UserError) as caught:
        read_target(fields, settings(), own_store=STORE)
    error = caught.value
    text = f"{error.message} {error.detail} {error.hint}"
    assert "hunter2-secret" not in text
