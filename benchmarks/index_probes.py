"""Statements that one index would serve, one by one: ``index_probes.py [NAME …]``.

Makes the database of ``index_probes.sql`` (or ``--file``), asks the advisor about each
statement alone, builds what it says on the server, and compares the server's planner
cost with that of an expert's index. Solved is a cost of at most 1.5 times the expert's,
or within 20; a partial index may be ten times as large as his. Where no index is worth
its place, any answer but none is wrong. The bars are our own.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import psycopg  # noqa: E402

from analyzer.domain.target import Address  # noqa: E402
from analyzer.embedded.cluster import SUPERUSER, Cluster, ClusterSpec  # noqa: E402
from analyzer.pipeline.index_advice import IndexesRequest, advise_with  # noqa: E402
from analyzer.pipeline.index_workload import workload_of_files  # noqa: E402
from analyzer.planner.shadow import ShadowCluster, build  # noqa: E402
from analyzer.planner.snapshot import take_snapshot  # noqa: E402

PROBES = Path(__file__).with_name("index_probes.sql")
MAX_FACTOR = 1.5
NEAR = 20.0
MAX_SIZE_FACTOR = 10.0
GOAL_RATIO = 30 / 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A statement, and the indexes an expert would make; none if none pays.

    ``small`` asks for an index about as small as the expert's, ``whole`` for one on all
    rows.
    """

    name: str
    text: str
    reference: tuple[str, ...]
    small: bool
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """Planner cost of the statement with indexes really built, and their size."""

    cost: float
    size_bytes: int


@dataclass(slots=True)
class Score:
    solved: int = 0
    missed: list[str] = field(default_factory=list)


def probes(file: Path = PROBES) -> tuple[str, list[Probe]]:
    """The script of the database, and the probes."""
    script, *parts = re.split(r"(?m)^-- probe: ", file.read_text())
    return script, [_probe(part) for part in parts]


def _probe(part: str) -> Probe:
    name, *lines = part.strip().splitlines()
    marks = [line for line in lines if line.startswith("--")]
    references = [line[10:] for line in marks if line.startswith("-- index: ")]
    return Probe(
        name=name,
        text="\n".join(line for line in lines if not line.startswith("--")),
        reference=tuple(ddl for all_ in references for ddl in all_.split("; ")),
        small="-- small" in marks,
        whole="-- whole" in marks,
    )


def cost(connection: psycopg.Connection, text: str) -> float:
    generic = ", GENERIC_PLAN" if re.search(r"\$\d", text) else ""
    query = f"EXPLAIN (FORMAT JSON{generic}) {text}"
    # The simple protocol, or $1 would be a parameter of EXPLAIN itself.
    found = connection.execute(query.encode(), prepare=False).fetchone()
    assert found is not None
    return float(found[0][0]["Plan"]["Total Cost"])


def built(connection: psycopg.Connection, ddl: tuple[str, ...], text: str) -> Built:
    """What a statement costs with indexes that are built and taken back."""
    with connection.transaction(force_rollback=True):
        before = _index_bytes(connection)
        for statement in ddl:
            connection.execute(statement.replace(" CONCURRENTLY", "").encode())
        if any("((" in d or re.search(r"\w\(", d) for d in ddl):
            connection.execute("ANALYZE")
        return Built(
            cost=cost(connection, text), size_bytes=_index_bytes(connection) - before
        )


def _index_bytes(connection: psycopg.Connection) -> int:
    found = connection.execute(
        "SELECT sum(pg_relation_size(indexrelid)) FROM pg_stat_user_indexes"
    ).fetchone()
    assert found is not None
    return int(found[0])


def judge(
    connection: psycopg.Connection, probe: Probe, ddl: tuple[str, ...]
) -> tuple[bool, str]:
    ours = built(connection, ddl, probe.text)
    if not probe.reference:
        return not ddl, f"cost {ours.cost:,.0f}, {'; '.join(ddl) or 'silent'}"
    best = built(connection, probe.reference, probe.text)
    now = built(connection, (), probe.text)
    good = ours.cost <= max(best.cost * MAX_FACTOR, best.cost + NEAR)
    if probe.whole:
        good = good and not any(" WHERE " in one for one in ddl)
    if probe.small:
        good = good and ours.size_bytes <= best.size_bytes * MAX_SIZE_FACTOR
    return good, (
        f"{now.cost:,.0f} -> {ours.cost:,.0f} (expert {best.cost:,.0f}), "
        f"{ours.size_bytes / 1024:,.0f} kB (expert {best.size_bytes / 1024:,.0f}): "
        f"{'; '.join(ddl) or 'no index'}"
    )


def run(address: Address, connection: psycopg.Connection, asked: list[Probe]) -> Score:
    score = Score()
    snapshot = take_snapshot(address)
    with (
        ShadowCluster() as cluster,
        build(cluster, snapshot) as planner,
        tempfile.TemporaryDirectory() as folder,
    ):
        file = Path(folder) / "probe.sql"
        for probe in asked:
            file.write_text(probe.text)
            answer = advise_with(
                planner,
                snapshot,
                workload_of_files(file, snapshot.catalog),
                IndexesRequest(workload_path=file, objective="cost"),
                lambda _text, _share: None,
            )
            ddl = tuple(item.ddl for item in answer.indexes)
            good, told = judge(connection, probe, ddl)
            skipped = "".join(f" ({item.reason})" for item in answer.skipped)
            print(f"{'ok ' if good else 'NOT'} {probe.name}: {told}{skipped}")
            if good:
                score.solved += 1
            else:
                score.missed.append(probe.name)
    return score


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these probes")
    parser.add_argument("--file", type=Path, default=PROBES)
    options = parser.parse_args()
    script, known = probes(options.file)
    asked = [p for p in known if not options.names or p.name in options.names]
    with tempfile.TemporaryDirectory(prefix="pgproof-probes-") as folder:
        Path(folder).chmod(0o755)
        spec = ClusterSpec(data_dir=Path(folder) / "data", settings={"fsync": "off"})
        with Cluster(spec) as server:
            dsn = f"host={server.socket_dir} port={server.port} user={SUPERUSER}"
            with psycopg.connect(f"{dsn} dbname=postgres", autocommit=True) as admin:
                admin.execute("CREATE DATABASE probes")
            with psycopg.connect(f"{dsn} dbname=probes", autocommit=True) as made:
                made.execute(script.encode())
                made.execute("VACUUM (ANALYZE)")
                address = Address(
                    host=str(server.socket_dir),
                    port=server.port,
                    database="probes",
                    user=SUPERUSER,
                )
                score = run(address, made, asked)
    total = score.solved + len(score.missed)
    print(f"{score.solved} of {total} solved (goal {GOAL_RATIO:.0%})")
    return 0 if score.solved >= total * GOAL_RATIO else 1


if __name__ == "__main__":
    raise SystemExit(main())
