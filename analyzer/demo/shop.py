"""The demo shop: a real PostgreSQL server of our own with data, faults and logs."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from analyzer.demo.sql_files import script
from analyzer.domain.ports import Progress
from analyzer.domain.target import Address
from analyzer.embedded.cluster import SUPERUSER, Cluster, ClusterSpec, free_port
from analyzer.errors import UserError
from analyzer.postgres.connect import Connection, on_database, session

DATABASE = "shop"
APP_ROLE = "shop_app"
SCAN_ROLE = "pgproof"
LOG_LINE_PREFIX = "%m [%p][%b][%v][%x] %q[user=%u,db=%d,app=%a] "
LOG_FORMATS = {"stderr": "shop.log", "csvlog": "shop.csv", "jsonlog": "shop.json"}
LOAD_TIMEOUT_MS = 300_000

SETTINGS: Mapping[str, str] = {
    "shared_preload_libraries": "pg_stat_statements,auto_explain",
    "pg_stat_statements.track": "top",
    "pg_stat_statements.max": "5000",
    "compute_query_id": "on",
    "track_io_timing": "on",
    "shared_buffers": "192MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "max_wal_size": "4GB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "10min",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "on",
    "log_destination": "stderr,csvlog,jsonlog",
    "log_directory": "log",
    "log_filename": "shop.log",
    "log_rotation_age": "0",
    "log_rotation_size": "0",
    "log_line_prefix": LOG_LINE_PREFIX,
    "log_min_duration_statement": "0",
    "log_lock_waits": "on",
    "log_temp_files": "0",
    "deadlock_timeout": "50ms",
    "auto_explain.log_min_duration": "100ms",
    "auto_explain.log_format": "json",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_timing": "off",
}

STEPS: Mapping[str, str] = {
    "schema": "creating tables",
    "data": "inserting a million rows",
    "keys": "building keys and indexes",
    "roles": "creating roles",
    "forget_filling": "resetting counters",
    "vacuum": "collecting statistics",
    "grow_shipments": "growing a table behind the planner's back",
    "open": "opening the shop",
}
"""Scripts in their order, and what each does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopOptions:
    """How the shop is made.

    Attributes:
        scale: share of the full data set, which has about 1.2 million rows.
        settings: lines of postgresql.conf besides :data:`SETTINGS`.
    """

    scale: float = 1.0
    settings: Mapping[str, str] = field(default_factory=dict)


class DemoShop:
    """A shop database on loopback, made anew at each start and deleted at the end."""

    def __init__(self, folder: Path, options: ShopOptions | None = None) -> None:
        self.options = options or ShopOptions()
        self._passwords = {
            role: secrets.token_urlsafe(18) for role in (SUPERUSER, APP_ROLE, SCAN_ROLE)
        }
        self.cluster = Cluster(
            ClusterSpec(
                data_dir=folder,
                port=free_port(),
                password=self._passwords[SUPERUSER],
                settings={**SETTINGS, **self.options.settings},
            )
        )

    def start(self, progress: Progress | None = None) -> Self:
        """Make the cluster, start it and fill it.

        Args:
            progress: told what is being done.

        Raises:
            ConfigError: the folder cannot be written.
            UserError: the folder holds a cluster already.
            StoreUnreachable: the server did not start.
        """
        if (self.cluster.spec.data_dir / "PG_VERSION").exists():
            raise UserError(
                f'the folder "{self.cluster.spec.data_dir}" is not empty',
                hint="Delete it, or let the demo choose a folder.",
            )
        self.cluster.start()
        try:
            self._fill(progress or _nobody)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop the server and delete its data and logs."""
        self.cluster.remove()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def address_of(self, role: str = SCAN_ROLE) -> Address:
        """Where the shop is, for one of its roles, over TCP with a password."""
        return Address(
            host="127.0.0.1",
            port=self.cluster.port,
            database=DATABASE,
            user=role,
            password=self._passwords[role],
        )

    def log_files(self, format: str = "jsonlog") -> tuple[Path, ...]:
        """The server's log in one format: ``stderr``, ``csvlog`` or ``jsonlog``."""
        return (self.cluster.spec.data_dir / "log" / LOG_FORMATS[format],)

    def _fill(self, progress: Progress) -> None:
        admin = self.address_of(SUPERUSER)
        options = {"read_only": False, "statement_timeout_ms": LOAD_TIMEOUT_MS}
        with session(on_database(admin, "postgres"), **options) as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}")
        with session(admin, **options) as connection:
            self._quiet(connection)
            for number, step in enumerate(STEPS):
                progress(STEPS[step], number / len(STEPS))
                connection.execute(script(step).encode())
                if step == "roles":
                    self._set_passwords(connection)
        progress("the shop is open", 1.0)

    def _set_passwords(self, connection: Connection) -> None:
        for role in (APP_ROLE, SCAN_ROLE):
            # Hashed by libpq, so that the server never sees the password.
            connection.pgconn.change_password(
                role.encode(), self._passwords[role].encode()
            )

    def _quiet(self, connection: Connection) -> None:
        # Logs and counters shall hold what the shop does, not how it was filled.
        for name, value in {
            "log_min_duration_statement": "-1",
            "log_temp_files": "-1",
            "auto_explain.log_min_duration": "-1",
            "pg_stat_statements.track": "none",
            "max_parallel_workers_per_gather": "0",
            "shop.scale": str(self.options.scale),
        }.items():
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))


def _nobody(stage: str, done_ratio: float) -> None:
    """Progress for nobody."""
