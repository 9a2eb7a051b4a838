"""The assumed constants of the time model, measured on generated tables.

``time_constants.py`` fills two tables of a million rows in a cluster of its own, runs
some seventy statements that each do one kind of work, fits the constants to their times
and prints them as ``analyzer/indexing/time_model.py`` has them, with the error of each.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import psycopg  # noqa: E402

from analyzer.domain.catalog import Catalog  # noqa: E402
from analyzer.domain.plan import Plan  # noqa: E402
from analyzer.domain.target import Address  # noqa: E402
from analyzer.embedded.cluster import SUPERUSER, Cluster, ClusterSpec  # noqa: E402
from analyzer.indexing.calibration import fit  # noqa: E402
from analyzer.indexing.plan_work import PARTS, plan_work  # noqa: E402
from analyzer.indexing.surroundings import Surroundings  # noqa: E402
from analyzer.indexing.time_model import ASSUMED, summed, time_us  # noqa: E402
from analyzer.plans.read_json import read_plan  # noqa: E402
from analyzer.postgres.catalog import read_catalog  # noqa: E402
from analyzer.postgres.connect import session  # noqa: E402

RUNS = 3
SETTINGS = {
    "shared_buffers": "1GB",
    "work_mem": "256MB",
    "jit": "off",
    "fsync": "off",
    "autovacuum": "off",
    "max_wal_size": "4GB",
    "max_parallel_workers_per_gather": "0",
}
TABLES = """
CREATE TABLE wide AS SELECT i AS id, (hashint8(i) & 1048575) AS rnd,
  (hashint8(i + 7) & 1023) AS grp, (i / 4) AS quad,
  ((hashint8(i + 3) & 65535) / 100.0)::numeric(12,2) AS price,
  date '2020-01-01' + (i / 1000)::int AS day,
  'name ' || md5(i::text) AS txt, repeat('x', 60) AS pad
  FROM generate_series(1, 1000000) i;
CREATE TABLE narrow AS SELECT i AS id, (hashint8(i + 1) & 1048575) AS rnd,
  (hashint8(i + 5) & 1023) AS grp, ((hashint8(i) & 4095) / 10.0)::numeric(12,2) AS price
  FROM generate_series(1, 1000000) i;
CREATE TABLE small AS SELECT i AS id, (i * 7919) % 1024 AS grp, 'n' || i AS txt
  FROM generate_series(1, 1024) i;
CREATE INDEX wide_id ON wide (id); CREATE INDEX wide_rnd ON wide (rnd);
CREATE INDEX wide_grp ON wide (grp); CREATE INDEX wide_day ON wide (day);
CREATE INDEX wide_quad ON wide (quad);
CREATE INDEX wide_rnd_price ON wide (rnd) INCLUDE (price, day);
CREATE INDEX wide_grp_price ON wide (grp) INCLUDE (price, day, rnd);
CREATE INDEX narrow_id ON narrow (id); CREATE INDEX narrow_rnd ON narrow (rnd);
VACUUM (ANALYZE);
"""
_SCANS = (
    "SELECT count(*) FROM wide",
    "SELECT count(*) FROM narrow",
    "SELECT count(*) FROM wide WHERE rnd < 1000",
    "SELECT count(*) FROM wide WHERE rnd < 1000 AND grp > 100 AND day > '2020-01-05'",
    "SELECT count(*) FROM wide WHERE rnd > 0 AND grp >= 0 AND quad >= 0 AND id > 0",
    "SELECT count(*) FROM narrow WHERE grp IN (1, 2, 3, 4, 5, 6)",
    "SELECT count(*) FROM wide WHERE txt LIKE 'name abc%'",
    "SELECT count(*) FROM narrow WHERE price > 100 AND price < 200",
    "SELECT count(*) FROM narrow WHERE price > 10",
    "SELECT count(*) FROM wide WHERE txt LIKE '%abc%'",
    "SELECT count(*) FROM wide WHERE txt NOT LIKE '%abc%def%'",
    "SELECT count(*) FROM wide WHERE pad LIKE '%y'",
    "SELECT count(*) FROM wide WHERE txt ILIKE '%abc%'",
    "SELECT count(*) FROM wide WHERE pad ILIKE '%xy%'",
    "SELECT count(*) FROM wide WHERE txt ~ 'abc.*def'",
    "SELECT count(*) FROM wide WHERE pad ~ 'xy'",
)
_AGGREGATES = (
    "SELECT sum(grp), min(id), max(rnd) FROM narrow",
    "SELECT sum(price) FROM narrow",
    "SELECT sum(price * 2), avg(price), sum(price + 1) FROM narrow",
    "SELECT grp, count(*) FROM narrow GROUP BY grp",
    "SELECT grp, sum(price), avg(price) FROM narrow GROUP BY grp",
    "SELECT rnd, count(*) FROM narrow GROUP BY rnd",
    "SELECT quad, count(*) FROM wide GROUP BY quad",
    "SELECT txt, count(*) FROM wide WHERE id < 200000 GROUP BY txt",
)
_SORTS = (
    "SELECT * FROM narrow ORDER BY price OFFSET 999999",
    "SELECT * FROM narrow ORDER BY rnd OFFSET 999999",
    "SELECT id, txt FROM wide ORDER BY txt OFFSET 999999",
    "SELECT * FROM narrow ORDER BY rnd LIMIT 100",
    "SELECT id, txt FROM wide WHERE grp < 100 ORDER BY txt, id OFFSET 99999",
    "SELECT * FROM narrow WHERE grp < 300 ORDER BY grp, rnd, id OFFSET 290000",
)
_JOINS = (
    "SELECT count(*) FROM narrow n JOIN small s ON s.id = n.grp",
    "SELECT count(*) FROM narrow n JOIN wide w ON w.id = n.rnd",
    "SELECT count(*) FROM narrow n JOIN wide w ON w.rnd = n.rnd",
    "SELECT count(*) FROM narrow n JOIN narrow m ON m.id = n.rnd WHERE m.grp < 100",
    "SELECT count(*) FROM narrow n JOIN narrow m ON m.rnd = n.id WHERE n.grp < 300",
    "SELECT count(*) FROM wide n JOIN small s ON s.grp = n.grp WHERE s.id < 100",
)
_LOOPS = (
    "SELECT count(*) FROM narrow n JOIN wide w ON w.id = n.rnd WHERE n.grp < 100",
    "SELECT sum(w.grp) FROM narrow n JOIN wide w ON w.id = n.rnd WHERE n.grp < 100",
    "SELECT sum(w.grp) FROM narrow n JOIN wide w ON w.id = n.id WHERE n.grp < 100",
    "SELECT sum(w.price) FROM narrow n JOIN wide w ON w.quad = n.id WHERE n.grp < 50",
    "SELECT sum(w.price) FROM small s JOIN wide w ON w.grp = s.id WHERE s.id < 200",
    "SELECT sum(w.quad) FROM small s JOIN wide w ON w.grp = s.id WHERE s.id < 200",
    "SELECT sum(w.price) FROM narrow n JOIN wide w ON w.rnd = n.id WHERE n.grp < 100",
    "SELECT sum(w.quad) FROM small s JOIN wide w ON w.grp = s.id"
    " WHERE s.id < 200 AND w.price > 600",
)
_INDEX = (
    "SELECT sum(grp) FROM wide WHERE id < 300000",
    "SELECT sum(grp) FROM wide WHERE id BETWEEN 100000 AND 900000",
    "SELECT sum(quad) FROM wide WHERE rnd < 100000",
    "SELECT sum(quad) FROM wide WHERE rnd < 300000",
    "SELECT sum(quad) FROM wide WHERE grp < 50",
    "SELECT sum(price) FROM wide WHERE rnd < 300000",
    "SELECT sum(price) FROM wide WHERE grp < 400",
    "SELECT sum(quad) FROM wide WHERE day < '2020-06-01'",
    "SELECT sum(quad) FROM wide WHERE day < '2020-06-01' AND price > 600",
    "SELECT count(*) FROM wide WHERE id < 700000",
)
_MERGES = (
    "SELECT count(*) FROM narrow n JOIN wide w ON w.id = n.id",
    "SELECT sum(w.grp) FROM narrow n JOIN wide w ON w.id = n.id WHERE w.id < 400000",
)
_PAIRS = (
    "SELECT count(*) FROM small a JOIN small b ON a.id < b.grp",
    "SELECT count(*) FROM small a JOIN small b ON a.id + b.grp = 1000",
)
_PLANS: tuple[tuple[tuple[str, ...], str], ...] = (
    (_SCANS, "enable_indexscan,enable_bitmapscan,enable_indexonlyscan"),
    (_AGGREGATES, "enable_indexscan,enable_bitmapscan,enable_indexonlyscan"),
    (_AGGREGATES[3:6], "enable_hashagg,enable_indexonlyscan,enable_indexscan"),
    (_SORTS, "enable_indexscan,enable_bitmapscan,enable_indexonlyscan"),
    (_JOINS, "enable_nestloop,enable_mergejoin,enable_indexonlyscan,enable_bitmapscan"),
    (_LOOPS, "enable_hashjoin,enable_mergejoin,enable_bitmapscan,enable_memoize"),
    (_LOOPS, "enable_hashjoin,enable_mergejoin,enable_indexscan,enable_indexonlyscan"
     ",enable_memoize"),
    (_LOOPS[3:7], "enable_hashjoin,enable_mergejoin,enable_bitmapscan,enable_memoize"
     ",enable_indexonlyscan"),
    (_INDEX, "enable_seqscan,enable_bitmapscan,enable_indexonlyscan"),
    (_INDEX, "enable_seqscan,enable_bitmapscan,enable_indexscan"),
    (_INDEX, "enable_seqscan,enable_indexscan,enable_indexonlyscan"),
    (_MERGES, "enable_hashjoin,enable_nestloop,enable_bitmapscan"),
    (_PAIRS, "enable_hashjoin,enable_mergejoin"),
)  # fmt: skip


def timed(connection: psycopg.Connection) -> Iterator[tuple[str, Plan]]:
    for statements, off in _PLANS:
        for name in off.split(","):
            connection.execute(f"SET {name} = off")
        for text in statements:
            plans = [explained(connection, text) for _ in range(RUNS)]
            yield text, min(plans, key=lambda plan: plan.execution_time_ms or 0.0)
        connection.execute("RESET ALL")


def explained(connection: psycopg.Connection, text: str) -> Plan:
    before_ms = cpu_ms(connection)
    row = connection.execute(
        f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, VERBOSE, FORMAT JSON) {text}"
    ).fetchone()
    assert row is not None
    plan = read_plan(json.dumps(row[0]), source="generated data")
    # Processor time: others may work on the machine as well.
    return replace(plan, execution_time_ms=cpu_ms(connection) - before_ms)


def cpu_ms(connection: psycopg.Connection) -> float:
    """Processor time the server process has used so far (proc(5), schedstat)."""
    text = Path(f"/proc/{connection.info.backend_pid}/schedstat").read_text()
    return int(text.split()[0]) / 1e6


def measure() -> tuple[Catalog, list[tuple[str, Plan]]]:
    with tempfile.TemporaryDirectory(prefix="pgproof-time-") as folder:
        Path(folder).chmod(0o755)
        spec = ClusterSpec(data_dir=Path(folder) / "data", settings=SETTINGS)
        with Cluster(spec) as cluster:
            address = Address(
                host=str(cluster.socket_dir),
                port=cluster.port,
                database="postgres",
                user=SUPERUSER,
            )
            dsn = f"host={cluster.socket_dir} user={SUPERUSER} dbname=postgres"
            with psycopg.connect(dsn, autocommit=True) as connection:
                for statement in TABLES.split(";"):
                    if statement.strip():
                        connection.execute(statement)
                with session(address) as reader:
                    catalog, _ = read_catalog(reader)
                return catalog, list(timed(connection))


def main() -> None:
    catalog, plans = measure()
    around = Surroundings.of(catalog)
    works = [summed(plan_work(plan, around), 1.0) for _, plan in plans]
    times = [(plan.execution_time_ms or 0.0) * 1000 for _, plan in plans]
    constants, _ = fit(works, times, ASSUMED)
    for _ in range(3):  # the price for leaving the start fades
        constants, _ = fit(works, times, replace(constants))
    for part in PARTS:
        print(f'    "{part}": {constants.us_per_part[part]:.4f},')
    errors = []
    for (text, plan), work, time in zip(plans, works, times, strict=True):
        predicted = time_us(work, constants.us_per_part)
        errors.append(abs(predicted / time - 1))
        print(
            f"{time / 1000:9.1f} ms {predicted / time:6.2f}  {kinds(plan):40.40} {text}"
        )
    print(f"median error {sorted(errors)[len(errors) // 2]:.1%} of {len(errors)} plans")


def kinds(plan: Plan) -> str:
    return "/".join(
        "".join(word[0] for word in node.node_type.split())
        + (node.index_name and f"({node.index_name})")
        for node in plan.root.walk()
    )


if __name__ == "__main__":
    main()
