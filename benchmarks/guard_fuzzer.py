"""Random statements against the guard alone: what it accepts must change nothing.

What is accepted is run as superuser, in a transaction that may write, and committed:
none of the layers behind the guard helps it. Before and after each batch everything
that could have changed is compared: transaction ids, catalogs, rows, sequences, large
objects, files, statistics, and the session's settings and locks.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from support import verdict

from analyzer.embedded.cluster import Cluster, ClusterSpec, free_port
from tests.support.guard_fuzzer import fuzz

PASSWORD = "of-the-fuzzer"


def main() -> int:
    """Fuzz and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--statements", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="pgproof-fuzzer-"))
    folder.chmod(0o755)
    spec = ClusterSpec(
        data_dir=folder / "18",
        port=free_port(),
        password=PASSWORD,
        settings={"fsync": "off", "autovacuum": "off"},
    )
    try:
        with Cluster(spec) as cluster:
            dsn = (
                f"host=127.0.0.1 port={cluster.port} user=postgres dbname=postgres "
                f"password={PASSWORD}"
            )
            found = fuzz(dsn, asked.statements, asked.seed, Path(folder / "18"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{asked.statements:,} statements, seed {asked.seed}: {found.summary()}")
    for text in found.changing:
        print(f"CHANGES SOMETHING: {text}")
    held = not found.changing and found.counts["accepted"] > 0
    return verdict(held, "no accepted statement changes anything")


if __name__ == "__main__":
    sys.exit(main())
