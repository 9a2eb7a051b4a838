"""How fast logs are read, against pgBadger on the same files in the same run.

    python benchmarks/logs.py [MEGABYTES]

Drives a real server that writes stderr, csvlog and jsonlog at once, until the first has
so many megabytes. Then runs `pgproof logs --format json` and `pgbadger -x json` (Debian
package pgbadger, with libtext-csv-xs-perl and libjson-xs-perl) on each, one after the
other, each in one process. Rates are megabytes per second of processor time, which the
load of the machine hardly moves.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from support import ROOT, verdict

from analyzer.domain.target import Address
from analyzer.embedded.cluster import Cluster, ClusterSpec, free_port
from analyzer.postgres.connect import Connection, session

PREFIX = "%m [%p] %c %v %x %e %q%u@%d/%a "
GOALS = {"stderr": 25.0, "csvlog": 35.0, "jsonlog": 30.0}
SUFFIXES = {"stderr": "log", "csvlog": "csv", "jsonlog": "json"}
PASSWORD = "benchmark-only"
SETTINGS = {
    "logging_collector": "on",
    "log_destination": "stderr,csvlog,jsonlog",
    "log_filename": "server.log",
    "log_rotation_size": "0",
    "log_line_prefix": PREFIX,
    "log_min_duration_statement": "0",
    "log_lock_waits": "on",
    "log_temp_files": "0",
    "log_connections": "on",
    "log_disconnections": "on",
    "compute_query_id": "on",
    "fsync": "off",
    "lc_messages": "C",
    "shared_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "5ms",
    "auto_explain.log_analyze": "off",
}
COLUMNS = ("id", "customer", "status", "note", "made_at")


@dataclass(frozen=True, kw_only=True)
class Run:
    """One program on one file."""

    cpu_s: float
    peak_mb: float
    calls: int


def main() -> int:
    megabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 40.0
    if shutil.which("pgbadger") is None:
        print("pgbadger is not installed: apt-get install pgbadger", file=sys.stderr)
        return 1
    folder = Path(tempfile.mkdtemp(prefix="pgproof-bench-"))
    folder.chmod(0o755)
    try:
        logs = written_logs(folder, megabytes)
        truth = counted(logs["jsonlog"])
        holds = [compared(name, path, truth, folder) for name, path in logs.items()]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    goals = ", ".join(f"{name} {goal:.0f}" for name, goal in GOALS.items())
    return verdict(all(holds), f"exact, and so many times pgBadger's rate: {goals}")


def compared(name: str, path: Path, truth: int, folder: Path) -> bool:
    size_mb = path.stat().st_size / 1e6
    ours = our_run(path, folder)
    theirs = pgbadger_run(name, path, folder)
    ratio = theirs.cpu_s / ours.cpu_s
    print(f"{name}: {size_mb:.0f} MB, {truth:,} executions")
    for program, run in (("pgproof", ours), ("pgbadger", theirs)):
        print(
            f"  {program:9s}{size_mb / run.cpu_s:7.1f} MB/s {run.cpu_s:7.1f} s "
            f"{run.peak_mb:6.0f} MB of memory {run.calls:9,} executions"
        )
    print(f"  ratio    {ratio:7.1f}")
    return ours.calls == truth and ratio >= GOALS[name]


def our_run(path: Path, folder: Path) -> Run:
    target = folder / "pgproof.json"
    command = [sys.executable, "-m", "analyzer", "logs", str(path), "--quiet"]
    usage = usage_of([*command, "--format", "json", "--output", str(target)])
    document = json.loads(target.read_text("utf-8"))
    return Run(
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_mb=usage.ru_maxrss / 1024,
        calls=document["execution_count"],
    )


def pgbadger_run(name: str, path: Path, folder: Path) -> Run:
    target = folder / "pgbadger.json"
    command = [
        "pgbadger",
        "--quiet",
        "--pid-dir",
        str(folder),
        "-f",
        "csv" if name == "csvlog" else name,
        "-x",
        "json",
    ]
    if name == "stderr":
        command += ["--prefix", PREFIX]
    usage = usage_of([*command, "-o", str(target), str(path)])
    document = json.loads(target.read_text("utf-8", "replace"))
    return Run(
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_mb=usage.ru_maxrss / 1024,
        calls=pgbadger_calls(document),
    )


def pgbadger_calls(document: dict[str, object]) -> int:
    found: object = document
    for key in ("overall_stat", "postgres", "queries_number"):
        if not isinstance(found, dict):
            return -1
        found = found.get(key, found)
    return int(found) if isinstance(found, int | str) else -1


def usage_of(command: list[str]) -> os.struct_rusage:  # type: ignore[name-defined]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed with {process.returncode}")
    return usage


def counted(path: Path) -> int:
    """Executions in a json log, by its lines alone."""
    kinds: Counter[str] = Counter()
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            message = json.loads(line).get("message", "")
            if message.startswith("duration: "):
                kinds[message.partition(" ms  ")[2].partition(" ")[0]] += 1
    return kinds["statement:"] + kinds["execute"]


def written_logs(folder: Path, megabytes: float) -> dict[str, Path]:
    spec = ClusterSpec(
        data_dir=folder / "server",
        port=free_port(),
        password=PASSWORD,
        settings=SETTINGS,
    )
    with Cluster(spec) as cluster:
        logs = cluster.spec.data_dir / "log"
        address = Address(
            host="127.0.0.1",
            port=cluster.port,
            database="postgres",
            user="postgres",
            password=PASSWORD,
        )
        with session(address, read_only=False) as connection:
            connection.execute(
                "CREATE TABLE orders AS SELECT n AS id, n % 100 AS customer, "
                "'paid' AS status, repeat('x', 50) AS note, now() AS made_at "
                "FROM generate_series(1, 20000) AS n"
            )
            connection.execute("CREATE INDEX ON orders (id)")
        chance = random.Random(4711)
        while (logs / "server.log").stat().st_size < megabytes * 1e6:
            with session(address, read_only=False) as connection:
                work(connection, chance)
        # A stopped collector has written everything.
    return {
        name: Path(shutil.copy(logs / f"server.{suffix}", folder / f"all.{suffix}"))
        for name, suffix in SUFFIXES.items()
    }


def work(connection: Connection, chance: random.Random) -> None:
    for _ in range(400):
        number = chance.randrange(20_000)
        shape = chance.sample(COLUMNS, chance.randrange(1, 5))
        listed = ", ".join(shape)
        by_id = f"SELECT {listed}\n  FROM orders\n WHERE id = %s -- by id"
        connection.execute(by_id, (number,), prepare=True)
        connection.execute(f"SELECT {listed} FROM orders WHERE id = {number}")
        with connection.transaction():
            for step in range(chance.choice((1, 1, 6))):
                connection.execute(
                    "UPDATE orders SET status = %s WHERE id = %s",
                    ("it's paid", number + step),
                )
    with suppress(psycopg.Error):
        connection.execute("SELECT 1/0")
    connection.execute("SET work_mem = '64kB'")
    connection.execute("SELECT note FROM orders ORDER BY note, id DESC OFFSET 19999")


if __name__ == "__main__":
    sys.exit(main())
