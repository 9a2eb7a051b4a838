"""Generated data against real data: ``generated_data.py FOLDER [--scale 0.1] …``.

TPC-H is loaded below FOLDER (see tpc.py). From its statistics alone rows are generated.
Then (a) the plans of the 22 queries are compared, join order and access paths;
(b) 40 indexes are measured on both, with all 22 queries as the workload. The indexes
are chosen by a rule, not by hand: every column that a query restricts or joins, then
pairs of such columns of one table in one query, by the number of queries, keys left
out. With ``--repeat`` they are measured on the real data twice.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from support import verdict
from tpc import Tpc, prepare, running

from analyzer.domain.catalog import Catalog
from analyzer.domain.measurement import Effect, Measurement, ProofVerdict
from analyzer.pipeline.generated_database import (
    GeneratedOptions,
    generated_database,
)
from analyzer.pipeline.proof_places import (
    ProofPlace,
    clone_place,
    generated_place,
)
from analyzer.pipeline.verify import (
    GivenStatement,
    VerifyRequest,
    verify_on,
)
from analyzer.planner.explain import explain
from analyzer.planner.snapshot import take_snapshot
from analyzer.plans.access import access
from analyzer.postgres.connect import parse_dsn
from analyzer.statements.shape import shape
from analyzer.verification.measure import MeasureOptions

INDEXES = 40
SAME_PLANS = 15
SAME_VERDICTS = 36


def candidates(queries: Sequence[str], catalog: Catalog) -> list[str]:
    """CREATE INDEX statements by the rule above."""
    singles: Counter[tuple[str, ...]] = Counter()
    pairs: Counter[tuple[str, ...]] = Counter()
    for query in queries:
        for use in shape(query, catalog).uses:
            names = sorted({p.attribute for p in use.predicates if not p.wrapping})
            singles.update((use.relation.name, name) for name in names)
            pairs.update(
                (use.relation.name, *pair) for pair in itertools.permutations(names, 2)
            )
    keys = {
        (relation.name.name, *key[:1])
        for relation in catalog.relations
        for key in relation.unique_keys
    }
    small = {r.name.name for r in catalog.relations if r.reltuples < 1000}
    ordered = [
        key
        for found in (singles, pairs)
        for key, _ in sorted(found.items(), key=lambda item: (-item[1], item[0]))
        if key[:2] not in keys and key[0] not in small
    ]
    return [
        f"CREATE INDEX ON public.{table} ({', '.join(columns)})"
        for table, *columns in ordered[:INDEXES]
    ]


def measured(
    place: ProofPlace, ddl: str, statements: tuple[GivenStatement, ...], limit_ms: int
) -> Measurement:
    return verify_on(
        place,
        VerifyRequest(
            indexes=(ddl,),
            statements=statements,
            options=MeasureOptions(run_limit_ms=limit_ms, cold=False),
        ),
    )


def gains(found: Measurement) -> bool | None:
    """Whether it pays; none where that is not clear."""
    if found.verdict is ProofVerdict.INCONCLUSIVE:
        return None
    return found.verdict is ProofVerdict.CONFIRMED


def told(found: Measurement) -> str:
    marks = {
        Effect.FASTER: "+",
        Effect.SLOWER: "-",
        Effect.SAME: "=",
        Effect.UNCLEAR: "?",
    }
    items = (f"{s.name}{marks[s.effect]}{s.time_ratio:.2f}" for s in found.statements)
    return f"{found.verdict.value:12} {' '.join(sorted(items))}"


def compare_plans(
    real: ProofPlace, made: ProofPlace, statements: Sequence[GivenStatement]
) -> Iterator[tuple[str, bool, str]]:
    for item in statements:
        plans = [
            access(explain(p.connection, item.query, source="benchmark"))
            for p in (real, made)
        ]
        differs = [f"{a} | {b}" for a, b in itertools.zip_longest(*plans) if a != b]
        yield item.name, not differs, "; ".join(differs[:2])


def run(tpc: Tpc, wanted: argparse.Namespace) -> int:
    address = parse_dsn(tpc.dsn("tpch"))
    statements = tuple(
        GivenStatement(name=f"q{number:02}", query=query)
        for number, query in tpc.queries("tpch").items()
    )
    queries = [item.query for item in statements]
    snapshot = take_snapshot(address)
    with ExitStack() as stack:
        started = time.process_time()
        options = GeneratedOptions(rows=wanted.rows, seed=wanted.seed)
        database = stack.enter_context(generated_database(snapshot, queries, options))
        print(
            f"generated {sum(database.row_counts.values()):,} rows"
            f" ({database.row_ratio:.0%}), {time.process_time() - started:.1f} s"
            " of our processor time"
        )
        made = stack.enter_context(generated_place(database))
        real = stack.enter_context(clone_place(address))
        same = 0
        for name, alike, why in compare_plans(real, made, statements):
            same += alike
            print(f"  {name} {'same plan' if alike else f'other plan: {why}'}")
        failed = verdict(
            same >= SAME_PLANS,
            f"{same} of {len(statements)} plans have the same join order and access"
            f" paths (goal {SAME_PLANS})",
        )
        if wanted.plans_only:
            return failed
        return failed | _indexes((real, made), snapshot.catalog, statements, wanted)


def _indexes(
    places: tuple[ProofPlace, ProofPlace],
    catalog: Catalog,
    statements: tuple[GivenStatement, ...],
    wanted: argparse.Namespace,
) -> int:
    real, made = places
    agree = told_apart = repeated = both_clear = 0
    rows = []
    for ddl in candidates([item.query for item in statements], catalog):
        first = measured(real, ddl, statements, wanted.limit_ms)
        other = measured(made, ddl, statements, wanted.limit_ms)
        print(f"{ddl}\n   real {told(first)}\n   made {told(other)}", flush=True)
        row = {"ddl": ddl, "real": told(first), "made": told(other)}
        if wanted.repeat:
            again = measured(real, ddl, statements, wanted.limit_ms)
            print(f"   real {told(again)}", flush=True)
            row["again"] = told(again)
            if None not in (gains(first), gains(again)):
                both_clear += 1
                repeated += gains(first) == gains(again)
        rows.append(row)
        told_apart += None not in (gains(first), gains(other))
        agree += gains(first) is not None and gains(first) == gains(other)
    if wanted.output:
        wanted.output.write_text(json.dumps(rows, indent=1))
    failed = verdict(
        agree >= SAME_VERDICTS,
        f"{agree} of {len(rows)} verdicts agree, {told_apart} are clear on both"
        f" (goal {SAME_VERDICTS})",
    )
    if wanted.repeat:
        failed |= verdict(
            repeated == both_clear,
            f"{repeated} of {both_clear} verdicts that are clear twice are the same",
        )
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--rows", type=int, default=100_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit-ms", type=int, default=10_000)
    parser.add_argument("--plans-only", action="store_true")
    parser.add_argument("--repeat", action="store_true")
    parser.add_argument("--output", type=Path)
    wanted = parser.parse_args()
    folder = wanted.folder.resolve()
    prepare(folder, ("tpch",), wanted.scale)
    with running(folder) as tpc:
        return run(tpc, wanted)


if __name__ == "__main__":
    sys.exit(main())
