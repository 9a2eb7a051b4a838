"""What a scan costs the watched server: the share of its own statements.

    python benchmarks/target_load.py

Lets the demo shop work, scans it meanwhile, and compares the time of the scanning
role's statements with everything the server did, both by pg_stat_statements.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

from support import ROOT, running_shop, verdict

from analyzer.demo.load import run_load
from analyzer.postgres.connect import Connection, session

LOAD_S = 30.0
LIMIT_RATIO = 0.05

QUERY = """
    SELECT rolname, count(*), sum(calls), sum(total_exec_time), sum(rows)
    FROM pg_stat_statements AS s JOIN pg_roles AS r ON r.oid = s.userid
    GROUP BY rolname ORDER BY 4 DESC
"""


def main() -> int:
    with running_shop() as shop:
        address = shop.address_of("shop_app")
        load = threading.Thread(target=run_load, args=(address, LOAD_S))
        load.start()
        # The first seconds are the shop's alone, as in real life most are.
        time.sleep(5)
        scanner = shop.address_of("pgproof")
        dsn = f"postgresql://{scanner.user}@127.0.0.1:{scanner.port}/{scanner.database}"
        started = time.monotonic()
        subprocess.run(
            [sys.executable, "-m", "analyzer", "scan", dsn, "--format", "json"],
            cwd=ROOT,
            env={**os.environ, "PGPASSWORD": scanner.password},
            stdout=subprocess.DEVNULL,
            check=False,
        )
        scan_s = time.monotonic() - started
        load.join()
        with session(shop.address_of("postgres")) as connection:
            ratio = show(connection)
    print(f"the scan took              {scan_s:8.1f} s of {LOAD_S:.0f} s")
    return verdict(ratio < LIMIT_RATIO, f"a scan is under {LIMIT_RATIO:.0%}")


def show(connection: Connection) -> float:
    rows = connection.execute(QUERY).fetchall()
    total_ms = sum(float(row[3]) for row in rows) or 1.0
    own_ms = 0.0
    for role, texts, calls, exec_ms, _rows in rows:
        share = float(exec_ms) / total_ms
        counts = f"{texts:5d} texts {int(calls):8d} calls"
        print(f"{role:12} {counts} {exec_ms:10.1f} ms {share:7.2%}")
        if role == "pgproof":
            own_ms = float(exec_ms)
    return own_ms / total_ms


if __name__ == "__main__":
    sys.exit(main())
