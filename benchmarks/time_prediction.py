"""Times predicted for a set of indexes before it is built, against those with it.

    python benchmarks/time_prediction.py FOLDER [--database tpcds] [--queries 3 7 …]

Takes a database of ``tpc.py`` and the copy of it that ``indexes.py`` built its last set
on. Each query runs twice on both sides, serial, with EXPLAIN (ANALYZE, TIMING OFF), and
the faster run counts, by the processor time of its backend. The constants are
calibrated to the runs without the indexes alone, as ``pgproof indexes --analyze`` does
it, and predict the others from plans that were not run. What was run is kept in
FOLDER/results; ``--again`` runs it anew.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from tpc import LEFT_OUT, NAMES, Tpc, running
from tpc_sets import snapshot

from analyzer.domain.plan import Plan
from analyzer.indexing.calibration import TimedPlan, calibrate
from analyzer.indexing.known_rows import known_rows
from analyzer.indexing.surroundings import Surroundings
from analyzer.indexing.time_model import TimeModel, anchor
from analyzer.planner.snapshot import load
from analyzer.plans.read_json import read_plan

RUNS = 2
TIMEOUT = "40s"
MAX_ERROR = 0.20
SERIAL = "SET max_parallel_workers_per_gather = 0"
Kept = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A query on one side: the plan as expected, the one that was run, and its time."""

    planned: Plan
    ran: Plan
    cpu_ms: float

    @classmethod
    def read(cls, kept: Kept) -> Side:
        best = min(kept["runs"], key=lambda run: float(run["cpu"]))
        return cls(
            planned=_plan(kept["est"]),
            ran=_plan(best["plan"]),
            cpu_ms=float(best["cpu"]),
        )


def _plan(document: Any) -> Plan:
    return read_plan(json.dumps(document), source="server")


def collected(
    tpc: Tpc, database: str, queries: Mapping[int, str]
) -> Iterator[tuple[int, Kept]]:
    """Each query planned and run; those that take too long are left out."""
    with tpc.connect(database) as connection:
        connection.execute(SERIAL)
        connection.execute(f"SET statement_timeout = '{TIMEOUT}'".encode())
        for number, text in queries.items():
            planned = _explained(connection, "VERBOSE", text)
            try:
                runs = [_run(connection, text) for _ in range(RUNS)]
            except psycopg.errors.QueryCanceled:
                print(f"q{number:02} takes longer than {TIMEOUT}", file=sys.stderr)
                continue
            yield number, {"est": planned, "runs": runs}


def _run(connection: psycopg.Connection, text: str) -> Kept:
    clock = Path(f"/proc/{connection.info.backend_pid}/schedstat")
    before = int(clock.read_text().split()[0])
    plan = _explained(connection, "ANALYZE, BUFFERS, TIMING OFF, VERBOSE", text)
    return {"cpu": (int(clock.read_text().split()[0]) - before) / 1e6, "plan": plan}


def _explained(connection: psycopg.Connection, options: str, text: str) -> Any:
    query = f"EXPLAIN ({options}, FORMAT JSON) {text}"
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def kept_runs(tpc: Tpc, name: str, wanted: argparse.Namespace) -> Kept:
    """What was run on both sides, now or by an earlier call."""
    file = tpc.folder / "results" / f"{name}-runs.json"
    if file.exists() and not wanted.again:
        return dict(json.loads(file.read_text()))
    # The copy may hold another set than it did.
    (tpc.folder / f"{name}_with_indexes.snapshot").unlink(missing_ok=True)
    queries = {
        n: text
        for n, text in tpc.queries(name).items()
        if n not in LEFT_OUT[name] and (not wanted.queries or n in wanted.queries)
    }
    found = {
        "before": dict(collected(tpc, name, queries)),
        "after": dict(collected(tpc, f"{name}_with_indexes", queries)),
    }
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(found))
    return dict(json.loads(file.read_text()))


def judge(tpc: Tpc, name: str, runs: Kept) -> bool:
    """Print each query and the sums; whether their prediction holds."""
    around = Surroundings.of(load(snapshot(tpc, name)).catalog)
    built = Surroundings.of(load(snapshot(tpc, f"{name}_with_indexes")).catalog)
    before = {n: Side.read(kept) for n, kept in runs["before"].items()}
    after = {n: Side.read(runs["after"][n]) for n in before if n in runs["after"]}
    timed = [TimedPlan(plan=before[n].ran, time_ms=before[n].cpu_ms) for n in after]
    found = calibrate(timed, around, source=f"{len(timed)} plans")
    model = TimeModel(around=around, constants=found.constants)
    with_set = TimeModel(around=built, constants=found.constants)
    predicted = {}
    for number, side in after.items():
        as_is = before[number]
        known = known_rows(as_is.ran)
        tied = anchor(
            model, as_is.planned, mean_ms=as_is.cpu_ms, measured=as_is.ran, known=known
        )
        predicted[number] = tied.predicted_ms(
            with_set.predicted_ms(side.planned, known)
        )
        print(
            f"  q{number:>02} {as_is.cpu_ms:7.0f} -> {side.cpu_ms:7.0f} ms, predicted "
            f"{predicted[number]:7.0f} ({predicted[number] / side.cpu_ms:.2f})"
        )
    return _told(name, before, after, predicted)


def _told(
    name: str,
    before: Mapping[str, Side],
    after: Mapping[str, Side],
    predicted: Mapping[str, float],
) -> bool:
    sums = [sum(sides[n].cpu_ms for n in after) for sides in (before, after)]
    total = sum(predicted.values())
    error = total / sums[1] - 1.0
    factors = [
        max(predicted[n] / after[n].cpu_ms, after[n].cpu_ms / predicted[n])
        for n in after
        if predicted[n] > 0
    ]
    print(
        f"{name}, {len(after)} queries: processor time {sums[0] / 1e3:.1f} -> "
        f"{sums[1] / 1e3:.1f} s, predicted {total / 1e3:.1f} s ({error:+.0%}); half of "
        f"the queries within {statistics.median(factors):.2f} times, "
        f"{sum(factor > 2 for factor in factors)} off by more than twice"
    )
    return abs(error) <= MAX_ERROR


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--database", choices=NAMES, action="append")
    parser.add_argument("--queries", type=int, nargs="+")
    parser.add_argument("--again", action="store_true", help="run what is kept anew")
    wanted = parser.parse_args()
    with running(wanted.folder.resolve()) as tpc:
        good = [
            judge(tpc, name, kept_runs(tpc, name, wanted))
            for name in wanted.database or NAMES
        ]
    print("holds" if all(good) else "DOES NOT HOLD")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
