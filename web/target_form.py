"""The form of a target: fields only, checked, and only to hosts that are allowed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from analyzer.config import Settings
from analyzer.domain.target import Address, Permissions, Target
from analyzer.errors import NotAllowedHere, UserError
from analyzer.pipeline.target_hosts import addresses_of, check_allowed

SSL_MODES = ("prefer", "require", "verify-ca", "verify-full", "disable", "allow")
MAX_NAME = 100
_HOST = re.compile(
    r"[A-Za-z0-9_]([A-Za-z0-9._-]{0,251}[A-Za-z0-9_])?\Z|[0-9a-fA-F:.]+\Z"
)


def read_target(
    form: Mapping[str, str], settings: Settings, *, own_store: Address
) -> Target:
    """A target from the fields of a form.

    Args:
        form: name, host, port, database, user, password, sslmode and permissions.
        settings: which hosts are allowed.
        own_store: where our own store is, which is no target.

    Raises:
        UserError: a field is missing or cannot be used.
        NotAllowedHere: the host is outside of what the settings allow.
    """
    address = Address(
        host=_host(form.get("host", "")),
        port=_port(form.get("port", "")),
        database=_name("database", form.get("database", "")),
        user=_name("user", form.get("user", "")),
        password=form.get("password", ""),
        sslmode=_sslmode(form.get("sslmode", SSL_MODES[0])),
    )
    check_host(address, settings, own_store=own_store)
    return Target(
        name=_name("name", form.get("name", "")),
        address=address,
        permissions=Permissions(
            explain_analyze=form.get("explain_analyze") == "1",
            hypopg=form.get("hypopg") == "1",
            is_clone=form.get("is_clone") == "1",
        ),
    )


def check_host(address: Address, settings: Settings, *, own_store: Address) -> None:
    """Refuse hosts outside of the allow-list, and our own store.

    The name is resolved, and every address it has must be in an allowed network,
    unless the name itself is on the list. The worker does the same when it connects.

    Raises:
        NotAllowedHere: it is refused; the reason does not tell what was resolved.
    """
    found = addresses_of(address.host)
    ours = addresses_of(own_store.host)
    if address.port == own_store.port and not set(found).isdisjoint(ours):
        raise NotAllowedHere("the store of pgproof itself cannot be a target")
    check_allowed(address.host, found, settings.allowed_target_hosts)


def _host(text: str) -> str:
    host = text.strip()
    if not _HOST.match(host):
        raise UserError(
            "the host is not a host name or an IP address",
            detail="Folders, lists of hosts and connection strings are not accepted.",
            hint="Write it like db1.example.net or 10.0.0.5.",
        )
    return host


def _port(text: str) -> int:
    port = text.strip() or "5432"
    digits = port.isascii() and port.isdecimal() and len(port) <= 5
    if not digits or not 0 < int(port) < 65536:
        raise UserError("the port is not a number from 1 to 65535")
    return int(port)


def _name(field: str, text: str) -> str:
    name = text.strip()
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise UserError(
            f"the {field} is missing or cannot be used",
            hint=f"It has 1 to {MAX_NAME} printable characters.",
        )
    if field in ("database", "user") and ("=" in name or "://" in name):
        raise UserError(
            f"the {field} looks like a connection string",
            hint="Give each part in its own field.",
        )
    return name


def _sslmode(text: str) -> str:
    if text not in SSL_MODES:
        raise UserError("there is no such sslmode", hint=f"Use {', '.join(SSL_MODES)}.")
    return text
