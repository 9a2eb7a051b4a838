"""Users of the web pages and their roles; hashes are made and checked by the web."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from analyzer.errors import UserError
from analyzer.postgres.connect import Connection
from analyzer.postgres.pool import Conflict, execute, fetch_all
from analyzer.store.database import Store, load


class Role(StrEnum):
    """What a user may do, weakest first."""

    VIEWER = "viewer"
    DEVELOPER = "developer"
    DBA = "dba"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user.

    ``session_version`` changes with password, role and disabling: sessions that carry
    an older one are over. ``failed_logins`` counts wrong passwords in a row.
    """

    user_id: int
    name: str
    role: Role
    password_hash: str = field(repr=False)
    disabled: bool
    session_version: int
    failed_logins: int
    last_failed_at: datetime | None
    last_login_at: datetime | None
    created_at: datetime


def add_user(store: Store, name: str, password_hash: str, role: Role) -> int:
    """Add a user and return the id.

    Raises:
        UserError: a user of that name exists (case does not matter), or it is empty.
    """
    if not name.strip():
        raise UserError("a user needs a name")
    try:
        user_id: int = store.value(
            "user_add",
            name=name.strip(),
            password_hash=password_hash,
            role=role.value,
        )
    except Conflict:
        raise UserError(f'there is already a user named "{name.strip()}"') from None
    return user_id


def set_user(
    store: Store,
    user_id: int,
    *,
    password_hash: str | None = None,
    role: Role | None = None,
    disabled: bool | None = None,
) -> bool:
    """Change what is given and end the user's sessions; false where there is none.

    Raises:
        UserError: the last enabled DBA would lose the role or be disabled.
    """
    weakened = bool(disabled) or role not in (None, Role.DBA)
    with store.connection() as connection:
        if weakened:
            _keep_one_dba(connection, user_id)
        parameters = {
            "user_id": user_id,
            "password_hash": password_hash,
            "role": role.value if role else None,
            "disabled": disabled,
        }
        return execute(connection, load("user_set"), parameters) == 1


def remove_user(store: Store, user_id: int) -> bool:
    """Remove a user; false where there is none.

    Raises:
        UserError: it is the last enabled DBA.
    """
    with store.connection() as connection:
        _keep_one_dba(connection, user_id)
        return execute(connection, load("user_remove"), {"user_id": user_id}) == 1


def get_user(store: Store, user_id: int) -> User | None:
    """One user, or none."""
    return _optional(store.one(_Row, "user_list", user_id=user_id, name=None))


def find_user(store: Store, name: str) -> User | None:
    """The user of that name (case does not matter), or none."""
    return _optional(store.one(_Row, "user_list", user_id=None, name=name.strip()))


def list_users(store: Store) -> tuple[User, ...]:
    """All users by name."""
    rows = store.all(_Row, "user_list", user_id=None, name=None)
    return tuple(row.user for row in rows)


def record_login(store: Store, user_id: int, *, succeeded: bool) -> None:
    """Count a wrong password, or clear the count after a right one."""
    store.run("user_record_login", user_id=user_id, succeeded=succeeded)


def _keep_one_dba(connection: Connection, user_id: int) -> None:
    dbas = fetch_all(connection, _Id, load("user_lock_dbas"))
    if [item.user_id for item in dbas] == [user_id]:
        raise UserError(
            "the last DBA cannot be removed, disabled or given another role",
            hint="Make another user a DBA first.",
        )


class _Row:
    def __init__(self, *, role: str, **columns: Any) -> None:
        self.user = User(role=Role(role), **columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Id:
    user_id: int


def _optional(row: _Row | None) -> User | None:
    return row.user if row else None
