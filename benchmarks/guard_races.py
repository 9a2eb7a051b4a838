"""Objects that their owner flips while the guard judges a statement that names them.

A second session, of a role that owns what it flips and is no superuser, goes to and fro
between harmless and hostile objects as fast as it can, while statements are run. The
hostile ones raise an error of their own, so that each run of them is seen. Told is how
often that happened, beside what the guard refused and what ran as it should.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from multiprocessing.synchronize import Event
from pathlib import Path

import psycopg
from support import verdict

from analyzer.domain.target import Address
from analyzer.embedded.cluster import Cluster, ClusterSpec, free_port
from analyzer.errors import AnalyzerError
from analyzer.planner.analyze import analyze
from analyzer.postgres.connect import session
from tests.support.flipped_objects import RACES, RAN, ROLES, SETUP, Race

PASSWORD = "of-the-races"
_LONGEST_PAUSE_S = 0.004


def flip(dsn: str, race: Race, seed: int, over: Event) -> None:
    """Go to and fro until it is over; what a lock keeps waiting is tried again."""
    chance = random.Random(seed)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET lock_timeout = '100ms'; SET synchronous_commit = off")
        commands, others = race.hostile, race.harmless
        while not over.is_set():
            try:
                with connection.transaction():
                    for command in commands:
                        connection.execute(command.encode())
                commands, others = others, commands
            except psycopg.Error as error:
                if error.sqlstate in ("42883", "42P01", "42P07", "42723", "42710"):
                    commands, others = others, commands
            time.sleep(chance.uniform(0, _LONGEST_PAUSE_S))


def raced(reader: Address, dsn: str, race: Race, runs: int, seed: int) -> Counter[str]:
    """How the runs of a statement ended while it was flipped beneath them."""
    over = multiprocessing.Event()
    worker = multiprocessing.Process(target=flip, args=(dsn, race, seed, over))
    worker.start()
    ends: Counter[str] = Counter()
    try:
        for _ in range(runs):
            ends[_end_of(reader, race.query)] += 1
    finally:
        over.set()
        worker.join()
        with psycopg.connect(dsn, autocommit=True) as connection:
            for command in race.harmless:
                try:
                    connection.execute(command.encode())
                except psycopg.Error:
                    break  # it already was harmless
    return ends


def _end_of(reader: Address, query: str) -> str:
    try:
        analyze(reader, query)
    except AnalyzerError as error:
        detail = error.detail or ""
        if RAN in detail:
            return "RAN"
        return detail.split(":")[0] if detail.startswith("rule ") else detail
    return "ran as it should"


def main() -> int:
    """Race each of them and say how often what must not run ran."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="pgproof-races-"))
    folder.chmod(0o755)
    spec = ClusterSpec(
        data_dir=folder / "18",
        port=free_port(),
        password=PASSWORD,
        settings={"fsync": "off", "autovacuum": "off"},
    )
    hostile = 0
    try:
        with Cluster(spec) as cluster:
            owner = Address(
                host="127.0.0.1",
                port=cluster.port,
                database="postgres",
                user="postgres",
                password=PASSWORD,
            )
            _set_up(owner)
            dsn = f"host=127.0.0.1 port={cluster.port} dbname=postgres user=flipper"
            dsn += f" password={PASSWORD}"
            reader = replace(owner, user="reader")
            for race in RACES:
                begun = time.monotonic()
                ends = raced(reader, dsn, race, asked.runs, asked.seed)
                hostile += ends["RAN"]
                took_ms = (time.monotonic() - begun) * 1000 / asked.runs
                told = ", ".join(f"{end} {n}" for end, n in ends.most_common())
                print(f"{race.name}: {told}; {took_ms:.0f} ms each", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return verdict(hostile == 0, f"{hostile} runs reached code that was flipped in")


def _set_up(owner: Address) -> None:
    with session(owner, read_only=False) as connection:
        connection.execute(ROLES.format(password=PASSWORD).encode())
        connection.execute(SETUP.encode())


if __name__ == "__main__":
    sys.exit(main())
