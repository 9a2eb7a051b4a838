"""TPC-H and TPC-DS in an embedded PostgreSQL: ``tpc.py FOLDER [--scale 1] [--serve]``.

Data and queries come from DuckDB's generators, which are installed from PyPI into a
virtual environment below the folder. Strings are ``text``, there are primary keys and
no other index, and everything is vacuumed and analyzed. What exists is kept, so a
second call is quick. With ``--serve`` the cluster stays up until Ctrl-C, and other
benchmarks on the folder use it meanwhile.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import psycopg  # noqa: E402

from analyzer.embedded.cluster import (  # noqa: E402
    SUPERUSER,
    Cluster,
    ClusterSpec,
    socket_of_running,
)

GENERATORS = (
    "duckdb==1.5.5",
    "duckdb-extension-tpch==1.5.5",
    "duckdb-extension-tpcds==1.5.5",
)
NAMES = ("tpch", "tpcds")
LEFT_OUT: Mapping[str, frozenset[int]] = {
    "tpch": frozenset({2, 17, 20}),
    "tpcds": frozenset({4, 6, 9, 10, 11, 32, 35, 41, 95}),
}
"""As in Kossmann et al., VLDB 2020: one of them would be nearly all of the sum."""

SETTINGS = {
    "shared_buffers": "4GB",  # a scan of a quarter of it or less stays in memory
    "work_mem": "64MB",
    "maintenance_work_mem": "512MB",
    "effective_cache_size": "6GB",
    "jit": "off",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "8GB",
    "autovacuum": "off",
}
_TYPES = {"VARCHAR": "text", "DOUBLE": "double precision", "HUGEINT": "numeric"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tpc:
    """A running cluster with the databases, and their queries by number."""

    host: str
    port: int
    folder: Path

    def dsn(self, database: str) -> str:
        return f"host={self.host} port={self.port} user={SUPERUSER} dbname={database}"

    def connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(self.dsn(database), autocommit=True)

    def queries(self, name: str) -> dict[int, str]:
        files = sorted((self.folder / "queries" / name).glob("*.sql"))
        return {int(file.stem): file.read_text() for file in files}


def prepare(folder: Path, names: tuple[str, ...] = NAMES, scale: float = 1.0) -> None:
    """Generate and load what is not there yet."""
    with running(folder) as tpc:
        for name in names:
            if not _is_loaded(tpc, name):
                _generate(folder, name, scale)
                _load(tpc, name)


@contextmanager
def running(folder: Path) -> Iterator[Tpc]:
    """The cluster of a folder, started unless it is up already."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    served = socket_of_running(folder / "data")
    if served is not None:
        yield Tpc(host=str(served), port=5432, folder=folder)
        return
    cluster = Cluster(ClusterSpec(data_dir=folder / "data", settings=SETTINGS))
    cluster.start()
    try:
        yield Tpc(host=str(cluster.socket_dir), port=cluster.port, folder=folder)
    finally:
        cluster.stop()


def _is_loaded(tpc: Tpc, name: str) -> bool:
    with tpc.connect("postgres") as admin:
        row = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return row.fetchone() is not None


def _generate(folder: Path, name: str, scale: float) -> None:
    raw = folder / "raw" / name
    if (raw / "queries").is_dir():
        return
    environment = folder / "generators"
    python = environment / "bin" / "python"
    if not python.exists():
        venv.create(environment, with_pip=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", *GENERATORS], check=True
        )
    print(f"tpc: generating {name} at scale {scale:g}", file=sys.stderr)
    script = Path(__file__).with_name("tpc_generate.py")
    subprocess.run([python, script, name, str(scale), raw], check=True)
    queries = folder / "queries" / name
    queries.mkdir(parents=True, exist_ok=True)
    for file in (raw / "queries").glob("*.sql"):
        (queries / file.name).write_text(file.read_text())


def _load(tpc: Tpc, name: str) -> None:
    raw = tpc.folder / "raw" / name
    tables = json.loads((raw / "tables.json").read_text())
    building = f"{name}_building"
    with tpc.connect("postgres") as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {building}")
        admin.execute(f"CREATE DATABASE {building}")
    with tpc.connect(building) as connection:
        for table, facts in tables.items():
            print(f"tpc: loading {name}.{table}", file=sys.stderr)
            columns = ", ".join(
                f"{column} {_TYPES.get(kind, kind)}"
                for column, kind in facts["columns"]
            )
            with connection.transaction():
                connection.execute(f"CREATE TABLE {table} ({columns})")
                _copy(connection, table, raw / f"{table}.csv")
            connection.execute(
                f"ALTER TABLE {table} ADD PRIMARY KEY ({facts['primary_key']})"
            )
        connection.execute("VACUUM (ANALYZE)")
    with tpc.connect("postgres") as admin:
        admin.execute(f"ALTER DATABASE {building} RENAME TO {name}")


def _copy(connection: psycopg.Connection, table: str, file: Path) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv, FREEZE)") as copy,
        file.open("rb") as source,
    ):
        while chunk := source.read(1 << 20):
            copy.write(chunk)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--only", choices=NAMES)
    parser.add_argument("--serve", action="store_true")
    wanted = parser.parse_args()
    names = (wanted.only,) if wanted.only else NAMES
    prepare(wanted.folder.resolve(), names, wanted.scale)
    if wanted.serve:
        with running(wanted.folder.resolve()) as tpc:
            print(tpc.dsn(names[0]), flush=True)
            try:
                while True:
                    time.sleep(3600)
            except KeyboardInterrupt:
                return


if __name__ == "__main__":
    main()
