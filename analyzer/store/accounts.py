"""Accounts by name and password: what a demo or an administrator needs to begin."""

from __future__ import annotations

from analyzer.store import users
from analyzer.store.database import Store
from analyzer.store.passwords import hash_password, verify_password
from analyzer.store.users import Role


def ensure_user(store: Store, name: str, password: str, role: Role) -> int:
    """Make sure that a user can log in with this password and has this role.

    Doing it twice changes nothing; another password or role is set, which ends the
    open sessions of that user.

    Args:
        store: where.
        name: as typed at login; case does not matter.
        password: kept as a salted hash only.
        role: what the user may do.

    Raises:
        UserError: the name is empty, or the last DBA would lose the role.

    Returns:
        The id of the user.
    """
    user = users.find_user(store, name)
    if user is None:
        return users.add_user(store, name, hash_password(password), role)
    fits = verify_password(user.password_hash, password)
    if not fits or user.role is not role or user.disabled:
        users.set_user(
            store,
            user.user_id,
            password_hash=None if fits else hash_password(password),
            role=role,
            disabled=False,
        )
    return user.user_id
