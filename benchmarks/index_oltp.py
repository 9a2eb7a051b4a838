"""Many small statements: ``index_oltp.py [--tables 200] [--statements 1000]``.

Makes tables of a business (each with a key, two foreign keys, a state, a time, a name,
an amount and a document) and statements over one or two of them, seeded, and asks
``pgproof indexes`` for one set. Told are the time, the processor time and the memory of
the whole process tree, the questions to the planner, and the ratio of costs. The time
by the clock is judged; the processor time tells what a busy machine adds to it.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import psycopg  # noqa: E402

from analyzer.embedded.cluster import SUPERUSER, Cluster, ClusterSpec  # noqa: E402

PGPROOF = Path(sys.executable).with_name("pgproof")
MAX_S = 60.0
MAX_RSS_MB = 1000.0
_ROWS = (2_000, 20_000, 60_000)
_TEMPLATES = (
    "SELECT * FROM {t} WHERE id = {n}",
    "SELECT id, name FROM {t} WHERE parent_id = {k}",
    "SELECT id, amount FROM {t} WHERE parent_id = {k} ORDER BY made_at DESC LIMIT 20",
    "SELECT count(*) FROM {t} WHERE state = 'open'",
    "SELECT id FROM {t} WHERE state = 'open' ORDER BY made_at LIMIT 50",
    "SELECT id FROM {t} WHERE lower(name) = 'name {n}'",
    "SELECT id, name FROM {t} WHERE name LIKE 'name {n}%'",
    "SELECT sum(amount) FROM {t}"
    " WHERE made_at >= '2026-03-01' AND made_at < '2026-03-02'",
    "SELECT id FROM {t} WHERE owner_id = {k} AND state IN ('open', 'held')",
    "SELECT id FROM {t} WHERE document @> '{{\"code\": {n}}}'",
    "SELECT id FROM {t} WHERE amount > 990 ORDER BY amount DESC LIMIT 10",
    "SELECT a.id, b.name FROM {t} a JOIN {u} b ON b.id = a.parent_id"
    " WHERE a.owner_id = {k}",
    "SELECT b.id FROM {t} a JOIN {u} b ON b.owner_id = a.id WHERE a.name = 'name {n}'",
    "SELECT a.id FROM {t} a WHERE a.parent_id = {k} AND EXISTS"
    " (SELECT FROM {u} b WHERE b.owner_id = a.id AND b.state = 'open')",
    "UPDATE {t} SET amount = amount + 1"
    " WHERE owner_id = {k} AND made_at > '2026-05-01'",
    "DELETE FROM {t} WHERE made_at < '2026-01-01 03:00'",
    "INSERT INTO {t} SELECT {n} + 1000000, 1, 1, 'open', now(), 'x', 1, '{{}}'",
)


def make(connection: psycopg.Connection, tables: int) -> None:
    for number in range(tables):
        rows = _ROWS[number % len(_ROWS)]
        connection.execute(
            f"CREATE TABLE t{number} (id int PRIMARY KEY, parent_id int NOT NULL,"
            " owner_id int NOT NULL, state text NOT NULL, made_at timestamp NOT NULL,"
            " name text NOT NULL, amount numeric(10, 2) NOT NULL,"
            " document jsonb NOT NULL)"
        )
        connection.execute(
            f"INSERT INTO t{number} SELECT i, 1 + i::bigint * 7919 % {rows // 20},"
            f" 1 + i::bigint * 104729 % {rows // 4}, CASE WHEN i % 50 = 0 THEN 'open'"
            " WHEN i % 49 = 0 THEN 'held' ELSE 'done' END, timestamp '2026-01-01'"
            f" + i * (interval '180 days' / {rows}), 'name ' || i, i % 1000,"
            " jsonb_build_object('code', i % 700, 'text', md5(i::text))"
            f" FROM generate_series(1, {rows}) i"
        )
    connection.execute("VACUUM (ANALYZE)")


def statements(tables: int, count: int, seed: int) -> Iterator[str]:
    chance = random.Random(seed)
    for _ in range(count):
        text = chance.choice(_TEMPLATES)
        one, other = chance.randrange(tables), chance.randrange(tables)
        yield text.format(
            t=f"t{one}", u=f"t{other}", n=chance.randrange(2000), k=chance.randrange(90)
        )


def tree_rss_mb(pid: int) -> float:
    """Memory of a process and its children that no other process shares."""
    total = 0.0
    waiting = [pid]
    while waiting:
        current = waiting.pop()
        try:
            smaps = Path(f"/proc/{current}/smaps_rollup").read_text()
            children = Path(f"/proc/{current}/task/{current}/children").read_text()
        except OSError:
            continue
        waiting.extend(map(int, children.split()))
        total += sum(
            int(line.split()[1]) / 1024
            for line in smaps.splitlines()
            if line.startswith("Pss:")
        )
    return total


def children_s() -> float:
    """Processor time of what was started here and has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ask(dsn: str, workload: Path) -> tuple[dict[str, object], float, float, float]:
    """The answer, the seconds it took, those of processors, and its most memory."""
    command = [PGPROOF, "indexes", "--target", dsn, "--quiet", "--format", "json"]
    command += ["--workload", workload, "--objective", "cost", "--time-limit", "60"]
    started, used_s = time.monotonic(), children_s()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    most = 0.0

    def watch() -> None:
        nonlocal most
        while process.poll() is None:
            most = max(most, tree_rss_mb(process.pid))
            time.sleep(0.5)

    watcher = threading.Thread(target=watch)
    watcher.start()
    assert process.stdout is not None
    text = process.stdout.read()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"pgproof indexes ended with {process.returncode}")
    took_s = time.monotonic() - started
    return json.loads(text), took_s, children_s() - used_s, most


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=200)
    parser.add_argument("--statements", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pgproof-oltp-") as folder:
        Path(folder).chmod(0o755)
        spec = ClusterSpec(data_dir=Path(folder) / "data", settings={"fsync": "off"})
        with Cluster(spec) as server:
            dsn = (
                f"host={server.socket_dir} port={server.port} user={SUPERUSER}"
                " dbname=postgres"
            )
            with psycopg.connect(dsn, autocommit=True) as connection:
                make(connection, options.tables)
            workload = Path(folder) / "workload.sql"
            texts = statements(options.tables, options.statements, options.seed)
            workload.write_text(";\n".join(texts))
            answer, took_s, used_s, rss_mb = ask(dsn, workload)
    before, after = float(str(answer["cost_before"])), float(str(answer["cost_after"]))
    indexes, queries = answer["indexes"], answer["queries"]
    assert isinstance(indexes, list)
    assert isinstance(queries, list)
    good = took_s <= MAX_S and rss_mb <= MAX_RSS_MB
    print(
        f"{len(queries)} statements over {options.tables} tables: {took_s:.0f} s, "
        f"{used_s:.0f} s of processor time, {rss_mb:.0f} MB, "
        f"{answer['what_if_calls']} what-if calls, "
        f"{len(indexes)} indexes, cost {after / before:.3f}"
        f"{'' if answer['complete'] else ' (ended by a limit)'}: "
        f"{'good' if good else 'NOT GOOD'}"
    )
    for item in indexes[:10]:
        print(f"  {item['ddl']}")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
