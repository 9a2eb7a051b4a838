"""How fast a shadow is built, filled with hypothetical indexes, and asked.

    python benchmarks/shadow_speed.py

A database of 100 relations and one of 10,000 (tables and indexes) are made, a snapshot
is taken of each, and a shadow is built from it. Questions are measured in CPU seconds
of our own process and of the shadow's backend together, builds in wall time, with
the processor time of our own process and of the whole server beside it.
"""

from __future__ import annotations

import gc
import itertools
import resource
import sys
import tempfile
import time
from pathlib import Path

from support import verdict

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.domain.target import Address
from analyzer.domain.what_if import WhatIfQuestion
from analyzer.embedded.cluster import SUPERUSER, Cluster, ClusterSpec
from analyzer.planner.shadow import ShadowCluster, ShadowPlanner, build
from analyzer.planner.snapshot import load, save, take_snapshot
from analyzer.postgres.connect import session

BUILD_LIMITS_S = {100: 1.0, 10_000: 10.0}
QUESTIONS_PER_S = 4_000
INDEXES = 6_000
OLTP = "SELECT * FROM t{n} WHERE c1 = $1 ORDER BY c2 DESC LIMIT 10"


def main() -> int:
    gc.set_threshold(100_000, 20, 100)  # as pgproof does (``analyzer/cli/main.py``)
    code = 0
    with tempfile.TemporaryDirectory(prefix="pgproof-bench-") as name:
        Path(name).chmod(0o755)
        with Cluster(ClusterSpec(data_dir=Path(name) / "data")) as watched:
            for relations in BUILD_LIMITS_S:
                path = Path(name) / f"{relations}.snapshot"
                take(watched, relations, path)
                code |= measure(path, relations)
    return code


def take(watched: Cluster, relations: int, path: Path) -> None:
    """A snapshot of a database with a quarter tables, the rest indexes on them."""
    address = Address(
        host=str(watched.socket_dir),
        port=watched.port,
        database="postgres",
        user=SUPERUSER,
    )
    tables = relations // 4
    with session(address, read_only=False, statement_timeout_ms=600_000) as connection:
        connection.execute("SET synchronous_commit = off")
        for start in range(0, tables, 50):
            numbers = range(start, min(start + 50, tables))
            script = "".join(_table(n, 200_000 if n == 0 else 200) for n in numbers)
            connection.execute(script.encode())
        connection.execute("VACUUM ANALYZE")
    started = time.monotonic()
    save(take_snapshot(address), path)
    print(
        f"{relations:,} relations: snapshot {time.monotonic() - started:.2f} s, "
        f"{path.stat().st_size / 1024:,.0f} kB"
    )
    with session(address, read_only=False) as connection:
        connection.execute("SET client_min_messages = error")
        for start in range(0, tables, 50):
            names = ", ".join(f"t{n}" for n in range(start, min(start + 50, tables)))
            connection.execute(f"DROP TABLE {names}".encode())


def _table(n: int, rows: int) -> str:
    columns = ", ".join(f"c{k} int" for k in range(1, 20))
    values = ", ".join(f"(g * {k + 6}) % {50 * k}" for k in range(1, 20))
    return (
        f"CREATE TABLE t{n} (id bigint PRIMARY KEY, {columns});"
        f"INSERT INTO t{n} SELECT g, {values} FROM generate_series(1, {rows}) AS g;"
        f"CREATE INDEX t{n}_a ON t{n} (c3, c4); CREATE INDEX t{n}_b ON t{n} (c5);"
    )


def measure(path: Path, relations: int) -> int:
    with tempfile.TemporaryDirectory(prefix="pgproof-bench-shadow-") as folder:
        Path(folder).chmod(0o755)
        with ShadowCluster(Path(folder)):
            pass  # A cluster is made once for all shadows.
        server_s = children_s()
        with ShadowCluster(Path(folder)) as cluster:
            used_s, started = time.process_time(), time.monotonic()
            with build(cluster, load(path)):
                own_s, built_s = (
                    time.process_time() - used_s,
                    time.monotonic() - started,
                )
        # Both wait for each other, so on a free machine it takes the sum of both.
        server_s = children_s() - server_s
        print(
            f"{relations:,} relations: shadow {built_s:.2f} s (wall), processor time "
            f"{own_s:.2f} s of our own and {server_s:.2f} s of the server, its start "
            "and end included"
        )
        code = verdict(
            built_s <= BUILD_LIMITS_S[relations],
            f"{relations:,} in {BUILD_LIMITS_S[relations]:g} s (wall)",
        )
        if relations == min(BUILD_LIMITS_S):
            with (
                ShadowCluster(Path(folder)) as cluster,
                build(cluster, load(path)) as planner,
            ):
                code |= questions(planner)
                bulk(planner)
    return code


def children_s() -> float:
    """Processor time of servers that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def questions(planner: ShadowPlanner) -> int:
    """An OLTP statement, with one hypothetical index switched on for each question."""
    definition = _index(0, "c1", "c2")
    code = 0
    for title, create in (("alone", ()), ("one index switched", (definition,))):
        asked = [
            WhatIfQuestion(query=OLTP.format(n=0), parameters=("7",), create=create)
        ]
        planner.costs_with(asked)
        for batch in (1, 64):
            used = cpu_s(planner)
            started = time.monotonic()
            for _ in range(6_400 // batch):
                planner.costs_with(asked * batch)
            wall_s = time.monotonic() - started
            used = cpu_s(planner) - used
            print(
                f"{title}, {batch} at a time: {wall_s / 6.4:.3f} ms each, "
                f"CPU of both sides {used / 6.4:.3f} ms, {6_400 / wall_s:,.0f} a second"
            )
        # Client and server work in turns unless many are asked at once, so their CPU
        # time together is what a question takes on a machine that is free.
        code |= verdict(
            6_400 / used >= QUESTIONS_PER_S,
            f"{QUESTIONS_PER_S:,} questions a second of CPU, {title}",
        )
    return code


def bulk(planner: ShadowPlanner) -> None:
    """Thousands of hypothetical indexes at once."""
    columns = [f"c{k}" for k in range(1, 20)]
    keys = list(itertools.islice(itertools.permutations(columns, 3), INDEXES // 24))
    wanted = [_index(n, *names) for n in range(24) for names in keys]
    used, started = cpu_s(planner), time.monotonic()
    failed = planner.make_indexes(wanted)
    print(
        f"{len(wanted):,} indexes on 24 tables: {time.monotonic() - started:.2f} s, "
        f"CPU of both sides {cpu_s(planner) - used:.2f} s, failed {len(failed)}"
    )
    query = OLTP.format(n=1)
    for title, create in (("none", ()), (f"{len(keys)} on its table", wanted[250:500])):
        asked = [WhatIfQuestion(query=query, parameters=("7",), create=tuple(create))]
        planner.costs_with(asked)
        started = time.monotonic()
        for _ in range(200):
            planner.costs_with(asked)
        print(
            f"  a statement with {title} of them on: "
            f"{(time.monotonic() - started) / 0.2:.2f} ms"
        )


def _index(n: int, *names: str) -> IndexDefinition:
    keys = tuple(IndexKey(attribute=name) for name in names)
    return IndexDefinition(relation=RelationName("public", f"t{n}"), keys=keys)


def cpu_s(planner: ShadowPlanner) -> float:
    """CPU seconds of this process and of the shadow's backend that plans."""
    pid = planner.connection.info.backend_pid
    server_ns = int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
    return time.process_time() + server_ns / 1e9


if __name__ == "__main__":
    sys.exit(main())
