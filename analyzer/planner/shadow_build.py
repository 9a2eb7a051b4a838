"""Build the database of a shadow: role, extensions, schema, lengths, statistics."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from analyzer.domain.workload import NotSeen
from analyzer.embedded.files import BLOCK_BYTES
from analyzer.errors import TimedOut, Unreachable
from analyzer.indexing.workload_choice import SKIP_SCANS_VERSION_NUM
from analyzer.planner.shadow_cluster import (
    DROP_TIMEOUT_MS,
    ShadowServer,
    drop_leftovers,
)
from analyzer.planner.shadow_ends import Ends, leaves_of_snapshot
from analyzer.planner.shadow_gin import write_expected_gins
from analyzer.planner.shadow_kept import cleaned, keep, taken
from analyzer.planner.shadow_key import shadow_key
from analyzer.planner.shadow_lengths import set_catalog_statistics, set_lengths
from analyzer.planner.shadow_objects import make_extensions, make_schema
from analyzer.planner.shadow_statistics import load_statistics
from analyzer.planner.snapshot_file import Locale, PlannerSnapshot
from analyzer.postgres.connect import Connection, open_session, session
from analyzer.postgres.errors_map import translated
from analyzer.postgres.settings import off_before, planner_settings
from analyzer.postgres.shadow_database import (
    DatabaseLocale,
    ShadowRelation,
    as_search_path,
    can_create_database,
    create_database,
    create_role,
    drop_database,
    forget_cached_pages,
    prepare_database,
    read_shadow_relations,
    set_database_settings,
    set_session,
)
from analyzer.postgres.shadow_extremes import ends_by_column
from analyzer.postgres.skip_scans import prepare_plain_keys, skip_scans_off

STATEMENT_TIMEOUT_MS = 10_000


@dataclass(slots=True, kw_only=True)
class ShadowDatabase:
    """A database that was built, its superuser's session, and what is in it.

    ``made_without`` is what could not be made, ``not_seen`` also what was found later.
    """

    server: ShadowServer
    name: str
    role: str
    admin: Connection
    relations: dict[int, ShadowRelation]
    made_without: tuple[NotSeen, ...]
    not_seen: list[NotSeen] = field(default_factory=list)
    search_path: str = ""
    ends: Ends = field(default_factory=dict)
    key: str = ""
    newest_oid: int = 0

    def keep(self) -> None:
        """Keep the database for the next one who plans from the same snapshot.

        Where it cannot be made as it was built, it is dropped.

        Raises:
            Unreachable, TimedOut: the cluster is gone, or busy.
        """
        with translated():
            is_clean = cleaned(self.admin, self.newest_oid)
        if not is_clean:
            self.close()
            return
        self.admin.close()
        keep(self.server, self.name, self.key, self.made_without)

    def close(self) -> None:
        """Close the session and drop the database."""
        self.admin.close()
        address = self.server.address()
        options = {"statement_timeout_ms": DROP_TIMEOUT_MS}
        # If the cluster is gone, so is the database; what takes too long on a busy disk
        # is dropped by a later build.
        with (
            suppress(Unreachable, TimedOut),
            session(address, read_only=False, **options) as connection,
        ):
            drop_database(connection, self.name, self.role)


def build_database(server: ShadowServer, snapshot: PlannerSnapshot) -> ShadowDatabase:
    """Make a database of a snapshot, ready to plan, or take the one that was kept.

    One object that cannot be made (a missing extension, type or language) is left out
    and listed in ``not_seen``; the rest goes on.

    Raises:
        StoreUnreachable, TargetError: the shadow cluster cannot be used.
        QuerySyntaxError: the snapshot's scripts cannot be read.
    """
    key = shadow_key(snapshot)
    found = taken(server, key)
    if found is not None:
        return _opened(server, snapshot, key, *found)
    name = f"shadow_{secrets.token_hex(6)}"
    not_seen: list[NotSeen] = []
    drop_leftovers(server)
    with session(server.address(), read_only=False) as connection:
        create_role(connection, name)
        not_seen += _create_database(connection, name, snapshot.locale)
    try:
        not_seen += _fill(server, snapshot, name)
        return _opened(server, snapshot, key, name, tuple(not_seen))
    except BaseException:
        with session(server.address(), read_only=False) as connection:
            drop_database(connection, name, name)
        raise


def _create_database(
    connection: Connection, name: str, locale: Locale
) -> Iterator[NotSeen]:
    wanted = DatabaseLocale(
        lc_collate=locale.lc_collate,
        lc_ctype=locale.lc_ctype,
        builtin=locale.name if locale.provider == "b" else "",
    )
    if locale.provider in "cb" and can_create_database(connection, name, name, wanted):
        return
    # Like the watched locale, and unlike C, this one is not told to sort by bytes, so
    # that LIKE uses a plain index here only if it does so there.
    create_database(
        connection, name, name, DatabaseLocale(lc_collate="C.utf8", lc_ctype="C.utf8")
    )
    yield NotSeen(
        what=f"how the locale {locale.name or locale.lc_collate} sorts",
        why="this system does not have it; C.UTF-8 is used, so estimates of ranges of "
        "texts may be off",
    )


def _opened(
    server: ShadowServer,
    snapshot: PlannerSnapshot,
    key: str,
    name: str,
    not_seen: tuple[NotSeen, ...],
) -> ShadowDatabase:
    admin = _admin_session(server, name)
    try:
        with translated():
            set_session(admin, {"search_path": "pg_catalog", **_NO_LIMITS})
            relations = {item.oid: item for item in read_shadow_relations(admin)}
    except BaseException:
        admin.close()
        raise
    return ShadowDatabase(
        server=server,
        name=name,
        role=name,
        admin=admin,
        relations=relations,
        made_without=not_seen,
        not_seen=list(not_seen),
        search_path=as_search_path(snapshot.catalog.search_path),
        ends=ends_by_column(snapshot.extremes),
        key=key,
        newest_oid=max(relations, default=0),
    )


def _admin_session(server: ShadowServer, name: str) -> Connection:
    return open_session(
        server.address(name), read_only=False, statement_timeout_ms=STATEMENT_TIMEOUT_MS
    )


def _fill(server: ShadowServer, snapshot: PlannerSnapshot, name: str) -> list[NotSeen]:
    """Make everything in an empty database; what could not be made."""
    not_seen: list[NotSeen] = []
    admin = _admin_session(server, name)
    try:
        with translated():
            _load(server, snapshot, admin, name, not_seen)
    finally:
        admin.close()
    return not_seen


def _load(
    server: ShadowServer,
    snapshot: PlannerSnapshot,
    admin: Connection,
    name: str,
    not_seen: list[NotSeen],
) -> None:
    set_session(admin, {"search_path": "pg_catalog", **_NO_LIMITS})
    prepare_database(admin, name)
    prepare_plain_keys(admin, name)
    not_seen += make_extensions(admin, snapshot, name)
    address = server.address(name, name)
    limits = {"statement_timeout_ms": STATEMENT_TIMEOUT_MS}
    with session(address, read_only=False, **limits) as owner:
        path = snapshot.schema_search_path
        set_session(owner, {"search_path": path, "check_function_bodies": "off"})
        not_seen += make_schema(owner, admin, snapshot)
        leaves = leaves_of_snapshot(owner, admin, server.data_dir, snapshot)
        relations = {item.oid: item for item in read_shadow_relations(admin)}
        forget_cached_pages(admin)
        set_lengths(server, snapshot, relations, leaves)
        set_catalog_statistics(owner, snapshot, relations, snapshot.from_catalog)
        not_seen += load_statistics(owner, admin, snapshot)
        # Functions that tell items apart are found as the watched server finds them.
        path = as_search_path(snapshot.catalog.search_path)
        set_session(owner, {"search_path": path})
        write_expected_gins(server, owner, snapshot, relations)
        supposed = snapshot.supposed_lengths
        set_catalog_statistics(owner, snapshot, relations, supposed)
        if snapshot.catalog.server_version_num < SKIP_SCANS_VERSION_NUM:
            skip_scans_off(admin)
    not_seen += _settings(admin, name, snapshot)


_NO_LIMITS = {"idle_in_transaction_session_timeout": "0", "lock_timeout": "5000"}


def _settings(
    admin: Connection, name: str, snapshot: PlannerSnapshot
) -> Iterator[NotSeen]:
    settings = {
        **off_before(snapshot.catalog.server_version_num),
        **planner_settings(snapshot.planner_settings),
    }
    failed = set_database_settings(admin, name, settings)
    if failed:
        yield NotSeen(
            what=f"the settings {', '.join(sorted(failed))}",
            why="; ".join(sorted(set(failed.values()))),
        )
    if snapshot.block_size_bytes != BLOCK_BYTES:
        yield NotSeen(
            what=f"the block size of {snapshot.block_size_bytes} bytes",
            why=f"the shadow has blocks of {BLOCK_BYTES}; costs are not comparable",
        )
