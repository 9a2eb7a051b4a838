"""Shadows that are kept for the next process that plans from the same snapshot.

A shadow serves one process at a time, since hypothetical indexes change it; when that
is done, they are dropped and the shadow waits in its cluster under the key of its
snapshot (:mod:`analyzer.planner.shadow_key`). A process that is killed leaves its
shadow under the name of one at work, which the next process drops and builds again;
after a crash of the server none is trusted.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict
from pathlib import Path

from analyzer.domain.workload import NotSeen
from analyzer.planner.shadow_cluster import DROP_TIMEOUT_MS, ShadowServer
from analyzer.postgres.connect import Connection, session
from analyzer.postgres.kept_databases import (
    KEPT_PREFIX,
    KeptDatabase,
    drop_indexes,
    forget_crash,
    has_crashed,
    kept_databases,
    rename_database,
)
from analyzer.postgres.shadow_database import drop_database, read_shadow_relations

MAX_KEPT = 6
"""Shadows that wait in one cluster."""

MAX_KEPT_BYTES = 512 * 1024 * 1024
"""Disk that they may take together, holes in their files apart; one may take more."""

KEPT_FOR_S = 7 * 24 * 3600.0
"""Seconds after which one that nobody has asked for is dropped."""

_LIST = "pgproof.kept"

MAX_DROPPED_INDEXES = 300
"""Above so many hypothetical indexes a shadow is built anew sooner than cleaned."""


def taken(server: ShadowServer, key: str) -> tuple[str, tuple[NotSeen, ...]] | None:
    """Take a kept shadow: its new name, and what could not be made when it was built.

    It is called as one at work from now on, and nobody else can take it.

    Args:
        server: running.
        key: of the snapshot.
    """
    with _superuser(server) as connection:
        if has_crashed(connection):
            drop_kept(connection, kept_databases(connection))
            forget_crash(connection)
            return None
        for item in kept_databases(connection):
            name = f"shadow_{secrets.token_hex(6)}"
            is_asked = item.name.startswith(f"{KEPT_PREFIX}{key}_")
            if not is_asked or item.in_use:
                continue
            if rename_database(connection, item.name, name):
                return name, tuple(NotSeen(**one) for one in json.loads(item.note))
    return None


def cleaned(admin: Connection, newest_oid: int) -> bool:
    """Drop the indexes that were made since a shadow was built; False if too many.

    Args:
        admin: the superuser's session in the shadow, which nobody else uses any more.
        newest_oid: of the relations that the shadow was built with.
    """
    made = read_shadow_relations(admin, newer_than=newest_oid)
    if len(made) > MAX_DROPPED_INDEXES:
        return False
    # Parts on partitions go with the index they belong to.
    whole = [(item.schema, item.name) for item in made if item.parent_oid is None]
    drop_indexes(admin, whole)
    return not read_shadow_relations(admin, newer_than=newest_oid)


def keep(
    server: ShadowServer, name: str, key: str, not_seen: Sequence[NotSeen]
) -> None:
    """Keep a clean shadow that nobody is in, and drop those that are stale."""
    note = json.dumps([asdict(item) for item in not_seen])
    waiting = f"{KEPT_PREFIX}{key}_{secrets.token_hex(4)}"
    with _superuser(server) as connection:
        if has_crashed(connection) or not rename_database(
            connection, name, waiting, note
        ):
            drop_database(connection, name, name)
        for item in kept_databases(connection):
            if item.name == waiting:
                _mark_used(server.data_dir, item)
        found = kept_databases(connection)
        stale = list(_stale(server.data_dir, found))
        _tell(server.data_dir, [item for item in found if item not in stale])
        drop_kept(connection, stale)


def holds(data_dir: Path, key: str) -> bool:
    """Whether a cluster that may be at rest is said to keep a shadow of a key."""
    try:
        return key in (data_dir / _LIST).read_text(encoding="utf-8").split()
    except OSError:
        return False


def _tell(data_dir: Path, databases: Sequence[KeptDatabase]) -> None:
    # A hint only: who looks for a shadow then asks the server.
    keys = (item.name.removeprefix(KEPT_PREFIX).split("_")[0] for item in databases)
    with suppress(OSError):
        (data_dir / _LIST).write_text("\n".join(dict.fromkeys(keys)), encoding="utf-8")


def drop_kept(connection: Connection, databases: Sequence[KeptDatabase]) -> None:
    """Drop kept shadows that nobody is in."""
    for item in databases:
        # A database is first called as one at work: if dropping it is cut short, the
        # next process sees that it is nobody's.
        name = f"shadow_{secrets.token_hex(6)}"
        if rename_database(connection, item.name, name):
            drop_database(connection, name, name)


def _stale(data_dir: Path, databases: Sequence[KeptDatabase]) -> Iterator[KeptDatabase]:
    """Those not used for long, and the oldest while there are too many."""
    total_bytes, oldest_s = 0, time.time() - KEPT_FOR_S
    for number, item in enumerate(databases):
        total_bytes += _disk_bytes(data_dir / "base" / str(item.oid))
        if (
            number >= MAX_KEPT
            or item.used_at_s < oldest_s
            or (number > 0 and total_bytes > MAX_KEPT_BYTES)
        ):
            yield item


def _disk_bytes(folder: Path) -> int:
    """What the files of a database take on disk, holes apart."""
    total = 0
    with suppress(FileNotFoundError), os.scandir(folder) as files:
        for file in files:
            with suppress(FileNotFoundError):
                total += file.stat().st_blocks * 512
    return total


def _mark_used(data_dir: Path, item: KeptDatabase) -> None:
    # PostgreSQL writes this file when it makes the database and never again.
    with suppress(FileNotFoundError):
        os.utime(data_dir / "base" / str(item.oid) / "PG_VERSION")


def _superuser(server: ShadowServer) -> AbstractContextManager[Connection]:
    return session(
        server.address(), read_only=False, statement_timeout_ms=DROP_TIMEOUT_MS
    )
