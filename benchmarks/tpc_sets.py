"""A set of indexes asked for as a user would, really built, and looked at."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
from index_oltp import tree_rss_mb
from tpc import Tpc

PGPROOF = Path(sys.executable).with_name("pgproof")
Costs = Mapping[int, float]
Clocks = tuple[float, float]
"""Milliseconds of processor time and by the clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An answer of ``pgproof indexes``, and what it took to get it.

    Processor time is that of pgproof itself and of the two shadows that plan for it.
    These work side by side while pgproof waits, so where both cores are idle it takes
    ``path_s`` in all; on a busy machine wall time says nothing.
    """

    answer: dict[str, Any]
    wall_s: float
    cpu_s: float
    path_s: float
    memory_mb: float
    load: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def ask(tpc: Tpc, name: str, queries: Mapping[int, str], *options: str) -> Asked:
    """Ask for a set: by the snapshot of the database, unless a target is given."""
    place = () if "--target" in options else ("--snapshot", snapshot(tpc, name))
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as out:
        for number, text in queries.items():
            (Path(folder) / f"{number:02}.sql").write_text(text)
        command = [PGPROOF, "indexes", *place, "--workload", folder, "--quiet"]
        command += ["--format", "json", *options]
        started, load = time.monotonic(), os.getloadavg()[0]
        process = subprocess.Popen(command, stdout=out)
        seen = Seen()
        watcher = threading.Thread(target=_watch, args=(process.pid, seen))
        watcher.start()
        _, status, used = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - started
        watcher.join()
        if process.returncode is None:
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"pgproof indexes ended with {process.returncode}")
        out.seek(0)
        text = out.read().decode()
    cpu_s = used.ru_utime + used.ru_stime
    return Asked(
        answer=json.loads(text),
        wall_s=wall_s,
        cpu_s=cpu_s,
        path_s=seen.own_s + max(cpu_s - seen.own_s, 0.0) / 2,
        memory_mb=seen.memory_mb,
        load=load,
    )


@dataclass(slots=True, kw_only=True)
class Seen:
    """Of a process: the memory it and its children had at most, its own time."""

    memory_mb: float = 0.0
    own_s: float = 0.0


def _watch(pid: int, seen: Seen) -> None:
    while found := tree_rss_mb(pid):
        seen.memory_mb = max(seen.memory_mb, found)
        with suppress(OSError):
            stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks = int(stat[11]) + int(stat[12])
            seen.own_s = max(seen.own_s, ticks / os.sysconf("SC_CLK_TCK"))
        time.sleep(0.5)


def snapshot(tpc: Tpc, name: str) -> Path:
    """The snapshot of a database, taken once."""
    file = tpc.folder / f"{name}.snapshot"
    if not file.exists():
        subprocess.run([PGPROOF, "snapshot", tpc.dsn(name), "-o", file], check=True)
    return file


def costs(connection: psycopg.Connection, queries: Mapping[int, str]) -> Costs:
    found = {}
    for number, text in queries.items():
        row = connection.execute(f"EXPLAIN (FORMAT JSON) {text}".encode()).fetchone()
        assert row is not None
        found[number] = float(row[0][0]["Plan"]["Total Cost"])
    return found


def copy(tpc: Tpc, name: str) -> str:
    """A fresh copy of a database, in which indexes may be built."""
    target = f"{name}_with_indexes"
    with tpc.connect("postgres") as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)".encode())
        text = f"CREATE DATABASE {target} TEMPLATE {name} STRATEGY file_copy"
        admin.execute(text.encode())
    return target


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltIndex:
    ddl: str
    size_bytes: int
    expected_bytes: int


def build(
    connection: psycopg.Connection, answer: Mapping[str, Any]
) -> list[BuiltIndex]:
    """Build what an answer proposes, with the sizes that it really takes."""
    built = []
    for index in answer["indexes"]:
        ddl = index["ddl"].replace(" CONCURRENTLY", "")
        connection.execute(ddl.encode())
        row = connection.execute(
            "SELECT pg_relation_size(max(indexrelid::oid::bigint)::oid) FROM pg_index"
        ).fetchone()
        assert row is not None
        built.append(
            BuiltIndex(
                ddl=ddl, size_bytes=int(row[0]), expected_bytes=index["size_bytes"]
            )
        )
    # Statistics stay as they were but for expressions: another sample moves costs.
    found = connection.execute(
        "SELECT FROM pg_index JOIN pg_class c ON c.oid = indrelid"
        " WHERE indexprs IS NOT NULL AND relnamespace = 'public'::regnamespace"
    ).fetchall()
    if found:
        connection.execute("VACUUM (ANALYZE)")
    return built


def led_by_others(connection: psycopg.Connection) -> list[str]:
    """B-trees whose key leads another one's; keys that constraints need apart."""
    rows = connection.execute(
        "SELECT indexrelid::regclass::text, indrelid || coalesce(indpred::text, ''),"
        " indkey::int[], indclass::oid[], indoption::int[], indisunique"
        " FROM pg_index i JOIN pg_class c ON c.oid = indexrelid WHERE relam = 403"
        " AND relnamespace = 'public'::regnamespace AND 0 <> ALL (indkey)"
    ).fetchall()
    keys = [
        # INCLUDE columns have no operator class.
        (name, place, tuple(zip(columns, classes, options, strict=False)), is_unique)
        for name, place, columns, classes, options, is_unique in rows
    ]
    return [
        f"{name} by {other}"
        for name, place, key, is_unique in keys
        for other, its_place, wide, _ in keys
        if name != other
        and not is_unique
        and place == its_place
        and wide[: len(key)] == key
    ]


def geometric_mean(before: Costs, after: Costs) -> float:
    logs = [math.log(after[n] / before[n]) for n in before]
    return math.exp(sum(logs) / len(logs))


def drop_built(connection: psycopg.Connection) -> None:
    """Drop every index that no constraint needs."""
    rows = connection.execute(
        "SELECT indexrelid::regclass::text FROM pg_index i"
        " JOIN pg_class c ON c.oid = indexrelid"
        " WHERE relnamespace = 'public'::regnamespace AND NOT indisunique"
    ).fetchall()
    if rows:
        names = ", ".join(name for (name,) in rows)
        connection.execute(f"DROP INDEX {names}".encode())


def run_ms(connection: psycopg.Connection, text: str) -> Clocks:
    """Processor time of the backend, and wall time, of one run."""
    path = Path(f"/proc/{connection.info.backend_pid}/schedstat")
    started, before = time.monotonic(), int(path.read_text().split()[0])
    connection.execute(text.encode())
    cpu_ms = (int(path.read_text().split()[0]) - before) / 1e6
    return cpu_ms, (time.monotonic() - started) * 1e3
