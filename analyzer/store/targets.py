"""Registered targets; passwords go in encrypted and come out for the worker only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from analyzer.domain.target import Address, Permissions, Target
from analyzer.errors import UserError
from analyzer.postgres.pool import Conflict
from analyzer.store.database import Store
from analyzer.store.secrets import SecretBox


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRecord:
    """A target as lists show it; never its password."""

    target_id: int
    name: str
    host: str
    port: int
    database: str
    user: str
    sslmode: str
    has_password: bool
    explain_analyze: bool
    hypopg: bool
    is_clone: bool
    log_paths: Sequence[str]
    created_at: datetime
    last_scan_id: int | None = None
    last_scan_at: datetime | None = None

    @property
    def permissions(self) -> Permissions:
        """What its owner allows there."""
        return Permissions(
            explain_analyze=self.explain_analyze,
            hypopg=self.hypopg,
            is_clone=self.is_clone,
        )


def add_target(store: Store, box: SecretBox, target: Target) -> int:
    """Register a target and return its id.

    Raises:
        UserError: a target of that name exists, or the name is empty.
    """
    _check(target)
    try:
        target_id: int = store.value("target_add", **_parameters(box, target))
    except Conflict:
        raise UserError(
            f'there is already a target named "{target.name}"',
            hint="Choose another name, or remove the old target first.",
        ) from None
    return target_id


def update_target(
    store: Store, box: SecretBox, target: Target, *, keep_password: bool = False
) -> bool:
    """Change a target by its ``target_id``; false where there is none.

    Args:
        store: where.
        box: encrypts the new password.
        target: all its values.
        keep_password: leave the stored password as it is.

    Raises:
        UserError: another target has that name, or the name is empty.
    """
    _check(target)
    parameters = _parameters(box, target)
    try:
        touched = store.run(
            "target_update",
            target_id=target.target_id,
            keep_password=keep_password,
            **parameters,
        )
    except Conflict:
        raise UserError(f'there is already a target named "{target.name}"') from None
    return touched == 1


def remove_target(store: Store, target_id: int) -> bool:
    """Forget a target with all that was stored for it; false where there is none."""
    return store.run("target_remove", target_id=target_id) == 1


def list_targets(store: Store) -> tuple[TargetRecord, ...]:
    """All targets by name."""
    return store.all(TargetRecord, "target_list", target_id=None, name=None)


def get_target(store: Store, target_id: int) -> TargetRecord | None:
    """One target, or none."""
    return store.one(TargetRecord, "target_list", target_id=target_id, name=None)


def find_target(store: Store, name: str) -> TargetRecord | None:
    """The target of that name, or none."""
    return store.one(TargetRecord, "target_list", target_id=None, name=name)


def target_with_password(store: Store, box: SecretBox, target_id: int) -> Target:
    """The target as the worker needs it, its password decrypted.

    Raises:
        UserError: there is no such target.
        ConfigError: the key does not fit.
    """
    record = get_target(store, target_id)
    if record is None:
        raise UserError(f"there is no target {target_id}")
    token = store.value("target_password", target_id=target_id)
    return Target(
        target_id=target_id,
        name=record.name,
        permissions=record.permissions,
        log_paths=tuple(record.log_paths),
        address=Address(
            host=record.host,
            port=record.port,
            database=record.database,
            user=record.user,
            sslmode=record.sslmode,
            password=box.decrypt(token),
        ),
    )


def _check(target: Target) -> None:
    if not target.name.strip():
        raise UserError("a target needs a name")


def _parameters(box: SecretBox, target: Target) -> dict[str, object]:
    address, allowed = target.address, target.permissions
    return {
        "name": target.name.strip(),
        "host": address.host,
        "port": address.port,
        "database": address.database,
        "username": address.user,
        "password": box.encrypt(address.password),
        "sslmode": address.sslmode,
        "explain_analyze": allowed.explain_analyze,
        "hypopg": allowed.hypopg,
        "is_clone": allowed.is_clone,
        "log_paths": list(target.log_paths),
    }
