"""How far `pgproof equivalent` can be trusted, and how long it takes.

    python benchmarks/equivalence.py                    # those of tests/support
    python benchmarks/equivalence.py --pairs FILE.json  # {"pairs": [{id, q1, …}]}
    python benchmarks/equivalence.py --pairs FILE.jsonl # one of them a line
    python benchmarks/equivalence.py --pairs FILE.sql   # as those of tests/support
    python benchmarks/equivalence.py --seeds 0 1 2      # the same with several seeds
    python benchmarks/equivalence.py --mutants 200      # false pairs made of true ones

It prints verdicts by label, each pair whose verdict is not its label's, and processor
time of this process and of the server for each pair. With ``--mutants`` each true pair
has its second query mutated; a mutant that many more databases of other seeds refute
is a false pair, and the question is how many of those the usual check accepts.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from analyzer.domain.equivalence import (
    CheckedSchema,
    CheckOptions,
    Compare,
    Outcome,
    Verdict,
)
from analyzer.errors import AnalyzerError
from analyzer.statements.mutants import mutants
from analyzer.verification.equivalence import EquivalenceChecker
from tests.support.equivalence_pairs import (
    PairWithSchema,
    read_lines,
    read_pairs,
    read_scripts,
)

MANY = 5
"""Databases that a mutant is tried on, times those of the usual check."""


@dataclass(frozen=True)
class Pair:
    name: str
    schema: str
    before: str
    after: str
    label: str
    compare: Compare


def own_pairs() -> list[Pair]:
    schema, pairs = read_pairs()
    return [
        Pair(
            f"{pair.family} {pair.number}",
            schema,
            pair.before,
            pair.after,
            str(pair.is_equivalent),
            Compare.LIST
            if pair.family == "limit and order" and " ORDER BY " in pair.before
            else Compare.BAG,
        )
        for pair in pairs
    ]


def with_schemas(pairs: list[PairWithSchema]) -> list[Pair]:
    return [
        Pair(
            pair.name,
            pair.schema,
            pair.before,
            pair.after,
            str(pair.is_equivalent),
            Compare(pair.compare),
        )
        for pair in pairs
    ]


def check(
    checker: EquivalenceChecker, pair: Pair, options: CheckOptions
) -> Verdict | None:
    try:
        return checker.check(
            CheckedSchema(ddl=pair.schema),
            pair.before,
            pair.after,
            options=replace(options, compare=pair.compare),
        )
    except AnalyzerError as error:
        print(f"  ERROR {pair.name}: {error.message} {error.detail or ''}"[:160])
        return None


def is_as_labelled(pair: Pair, verdict: Verdict) -> bool:
    wanted = {"True": Outcome.EQUIVALENT, "False": Outcome.REFUTED}
    return verdict.outcome is wanted.get(pair.label, verdict.outcome)


def run(checker: EquivalenceChecker, pairs: list[Pair], options: CheckOptions) -> int:
    counts: Counter[tuple[str, str]] = Counter()
    times: list[tuple[float, float]] = []
    found_in: list[int] = []
    wrong = 0
    for pair in pairs:
        begun, wall = processor_s(), time.monotonic()
        verdict = check(checker, pair, options)
        times.append((processor_s() - begun, time.monotonic() - wall))
        if verdict is None:
            counts[pair.label, "error"] += 1
            continue
        counts[pair.label, f"{verdict.outcome} {verdict.level}".strip()] += 1
        if pair.label == "False":
            found_in.append(verdict.coverage.databases)
        if not is_as_labelled(pair, verdict):
            print(f"  {pair.label:7} {verdict.outcome:10} {pair.name}", end=" ")
            print(verdict.reason[:100])
        wrong += pair.label == "False" and verdict.is_accepted
        wrong += pair.label == "True" and verdict.outcome is Outcome.REFUTED
    print(f"seed {options.seed}, {options.databases} databases:")
    for (label, outcome), number in sorted(counts.items()):
        print(f"  {label:8} {outcome:26} {number:5}")
    if found_in:
        print(
            "  databases tried on false pairs:"
            f" median {statistics.median(found_in):.0f}, 95%"
            f" {sorted(found_in)[int(len(found_in) * 0.95)]}, most {max(found_in)}"
        )
    report_times(times)
    return wrong


def report_times(times: list[tuple[float, float]]) -> None:
    for name, values in zip(
        ("processor", "wall"), zip(*times, strict=True), strict=True
    ):
        ordered = sorted(values)
        print(
            f"  {name} s per pair: median {statistics.median(ordered):.2f},"
            f" 95% {ordered[int(len(ordered) * 0.95)]:.2f}, max {ordered[-1]:.2f}"
        )


def processor_s() -> float:
    """Of this process and of the servers it started, which are its children."""
    ticks = sum(map(_ticks, _descendants(os.getpid())))
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _descendants(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in task.read_text().split()]
        except OSError:
            continue  # it has ended since
        for child in children:
            found += [child, *_descendants(child)]
    return found


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return sum(map(int, fields[11:15]))


def false_mutants(
    checker: EquivalenceChecker, pairs: list[Pair], options: CheckOptions, limit: int
) -> int:
    """How many mutants that are not equivalent the usual check accepts."""
    many = replace(
        options, databases=options.databases * MANY, seed=options.seed + 1_000
    )
    made = [
        replace(pair, after=mutated.text, name=f"{pair.name}: {mutated.description}")
        for pair in pairs
        if pair.label == "True"
        for mutated in mutants(pair.after, 4)
    ]
    step = max(1, len(made) // limit)
    counts: Counter[str] = Counter()
    for pair in made[::step]:
        usual = check(checker, pair, options)
        if usual is None:
            continue
        if not usual.is_accepted:
            counts[f"not accepted ({usual.outcome})"] += 1
            continue
        harder = check(checker, pair, many)
        if harder is not None and harder.outcome is Outcome.REFUTED:
            counts["ACCEPTED, THOUGH FALSE"] += 1
            print(f"  accepted, though false: {pair.name}")
            print(f"    {pair.before}\n    {pair.after}")
        else:
            counts[f"accepted; {many.databases} more databases agree"] += 1
    for outcome, number in sorted(counts.items()):
        print(f"  {outcome:44} {number:5}")
    return counts["ACCEPTED, THOUGH FALSE"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, nargs="+")
    parser.add_argument("--databases", type=int, default=1_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--mutants", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.pairs and arguments.pairs[0].suffix == ".sql":
        pairs = with_schemas(read_scripts(arguments.pairs))
    elif arguments.pairs:
        pairs = with_schemas([p for path in arguments.pairs for p in read_lines(path)])
    else:
        pairs = own_pairs() + with_schemas(read_lines() + read_scripts())
    wrong = 0
    with EquivalenceChecker() as checker:
        for seed in arguments.seeds:
            options = CheckOptions(databases=arguments.databases, seed=seed)
            if arguments.mutants:
                wrong += false_mutants(checker, pairs, options, arguments.mutants)
            else:
                wrong += run(checker, pairs, options)
    print("HOLDS" if not wrong else f"DOES NOT HOLD: {wrong} wrong verdicts")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
