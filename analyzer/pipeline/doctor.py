"""What can be seen on a server, what cannot, and what exactly changes that."""

from __future__ import annotations

from analyzer.domain.doctor import Check, CheckStatus, DoctorReport
from analyzer.domain.target import Address
from analyzer.pipeline.doctor_checks import checks
from analyzer.postgres.connect import session
from analyzer.postgres.doctor_facts import read_doctor_facts

__all__ = ["Check", "CheckStatus", "DoctorReport", "examine"]


def examine(address: Address) -> DoctorReport:
    """Look at a server as its watcher would see it.

    Args:
        address: where to; nothing is changed there.

    Raises:
        TargetError: by its branches: not a PostgreSQL server, silent, wrong password,
            a version that is too old.
    """
    with session(address) as connection:
        facts = read_doctor_facts(connection)
    found = facts.capabilities
    return DoctorReport(
        address=str(address),
        server_version=found.server_version,
        server_version_num=found.server_version_num,
        server_id=facts.server_id,
        database=found.database,
        role=found.role,
        is_superuser=found.is_superuser,
        is_replica=found.is_replica,
        started_at=facts.started_at,
        size_bytes=facts.size_bytes,
        checks=checks(facts),
    )
