"""A watched database: where it is, and what the user allows there."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a database is and who connects: fields only, never a free DSN.

    ``host`` may be a folder, for a Unix socket, on the command line only. The password
    is left out of every representation. ``hostaddr`` is what the host was resolved to,
    one IP address or more with commas between; empty leaves that to who connects.
    """

    host: str
    port: int
    database: str
    user: str
    password: str = field(default="", repr=False)
    sslmode: str = "prefer"
    hostaddr: str = ""

    def __str__(self) -> str:
        return f"{self.user}@{self.host}:{self.port}/{self.database}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """What the owner of a target allows us to do there.

    ``explain_analyze`` runs guarded SELECTs for real; off for a watched primary.
    ``hypopg`` plans on the target with hypothetical indexes instead of in the shadow.
    ``is_clone`` marks a copy that nobody serves from: EXPLAIN ANALYZE is allowed.
    """

    explain_analyze: bool = False
    hypopg: bool = False
    is_clone: bool = False

    @property
    def may_run(self) -> bool:
        """Whether a guarded SELECT may be executed."""
        return self.explain_analyze or self.is_clone


PLAN_ONLY = Permissions()
"""What is allowed on a watched primary unless its owner says more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A registered database.

    ``log_paths`` are log files of its server that we may read, wildcards allowed; set
    on the command line only, since a path from the web could name any file.
    """

    name: str
    address: Address
    permissions: Permissions = PLAN_ONLY
    log_paths: tuple[str, ...] = ()
    target_id: int | None = None
