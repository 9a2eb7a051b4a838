"""What can be seen on a server, and the exact statement that changes what cannot."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CheckStatus(StrEnum):
    """How much of something is there."""

    OK = "ok"
    LIMITED = "limited"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: short, for example ``pg_stat_statements``.
        status: whether it is as it should be.
        finding: what was found, as a sentence.
        meaning: what pgproof can or cannot do with it; empty where all is well.
        hint: the SQL or the step that changes it; empty where nothing is to do.
    """

    name: str
    status: CheckStatus
    finding: str
    meaning: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorReport:
    """Facts of a server and all checks, in the order they are best mended.

    Attributes:
        address: ``user@host:port/database``, never with a password.
        server_version: as the server prints it.
        server_version_num: for example 180006.
        server_id: the cluster's system identifier, empty where it may not be seen.
        database: its name.
        role: the role we are connected as.
        is_superuser: of that role.
        is_replica: whether the server is a standby.
        started_at: the server's start, ISO 8601, empty where it may not be seen.
        size_bytes: of the database.
        checks: what was looked at.
    """

    address: str
    server_version: str
    server_version_num: int
    server_id: str
    database: str
    role: str
    is_superuser: bool
    is_replica: bool
    started_at: str = ""
    size_bytes: int | None = None
    checks: tuple[Check, ...] = ()
