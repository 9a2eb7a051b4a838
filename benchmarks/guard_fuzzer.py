"""Random statements against the guard alone: what it accepts must change nothing.

What is accepted is run as superuser (``--reader``: as a role that may only read), in a
transaction that may write, and committed: none of the layers behind the guard helps it.
Before and after each batch everything that could have changed is compared: transaction
ids, catalogs, rows, sequences, large objects, files, statistics, and the session's
settings and locks.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from support import verdict

from analyzer.domain.target import Address
from analyzer.embedded.cluster import Cluster, ClusterSpec, free_port
from analyzer.postgres.connect import session
from tests.support.guard_fuzzer import fuzz
from tests.support.older_servers import running

PASSWORD = "of-the-fuzzer"


def main() -> int:
    """Fuzz and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--statements", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reader", action="store_true", help="run as a reader")
    parser.add_argument("--on-15", action="store_true", help="on a PostgreSQL 15")
    asked = parser.parse_args()
    with ExitStack() as stack:
        server, data_dir = (_on_15 if asked.on_15 else _on_18)(stack)
        dsn = f"host={server.host} port={server.port} dbname={server.database} "
        if server.password:
            dsn += f"password={server.password} "
        with session(server, read_only=False) as connection:
            connection.execute(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
            connection.execute("GRANT pg_read_all_data TO reader")
        reader = dsn + "user=reader" if asked.reader else ""
        owner = dsn + f"user={server.user}"
        found = fuzz(owner, asked.statements, asked.seed, data_dir, reader)
    print(f"{asked.statements:,} statements, seed {asked.seed}: {found.summary()}")
    for text in found.changing:
        print(f"CHANGES SOMETHING: {text}")
    held = not found.changing and found.counts["accepted"] > 0
    return verdict(held, "no accepted statement changes anything")


def _on_18(stack: ExitStack) -> tuple[Address, Path]:
    folder = Path(tempfile.mkdtemp(prefix="pgproof-fuzzer-"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    spec = ClusterSpec(
        data_dir=folder / "18",
        port=free_port(),
        password=PASSWORD,
        settings={"fsync": "off", "autovacuum": "off"},
    )
    cluster = stack.enter_context(Cluster(spec))
    return (
        Address(
            host="127.0.0.1",
            port=cluster.port,
            database="postgres",
            user="postgres",
            password=PASSWORD,
        ),
        spec.data_dir,
    )


def _on_15(stack: ExitStack) -> tuple[Address, Path]:
    address = stack.enter_context(running(15))
    with session(address) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    return address, Path(row[0])


if __name__ == "__main__":
    sys.exit(main())
