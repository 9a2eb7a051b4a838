"""How fast logs are read, against pgBadger on the same files in the same run.

    python benchmarks/logs.py [MEGABYTES] [--distinct N] [--copies N] [--keep FOLDER]

Drives a real server that writes stderr, csvlog and jsonlog at once, until the first has
so many megabytes, and counts what is in them without our readers. Then runs `pgproof
logs --format json` and `pgbadger -x json` (Debian package pgbadger, with
libtext-csv-xs-perl and libjson-xs-perl; installed if it can be) on each, one after the
other, each in one process. Rates are megabytes per second of processor time, which the
load of the machine hardly moves. At last the plain log is read several times as long,
compressed, and by two processes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support import ROOT, verdict

from logs_truth import Truth, counted, differences  # isort: skip
from logs_workload import PREFIX, SUFFIXES, Load, copies, written_logs  # isort: skip

GOALS = {"stderr": 25.0, "csvlog": 35.0, "jsonlog": 30.0}
MAX_MEMORY_MB = 400
MAX_COMPRESSED_RATIO = 1.3
PACKAGES = ("pgbadger", "libtext-csv-xs-perl", "libjson-xs-perl")


@dataclass(frozen=True, kw_only=True)
class Run:
    """One program on one file."""

    size_mb: float
    cpu_s: float
    wall_s: float
    peak_mb: float
    calls: int
    document: dict[str, Any]

    @property
    def rate(self) -> float:
        """Megabytes per second of processor time."""
        return self.size_mb / self.cpu_s


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("megabytes", type=float, nargs="?", default=40.0)
    parser.add_argument("--distinct", type=int, default=60)
    parser.add_argument("--copies", type=int, default=4)
    parser.add_argument("--keep", type=Path, help="use the logs of a run before")
    parser.add_argument("--ours", action="store_true", help="leave pgBadger out")
    options = parser.parse_args()
    if not options.ours:
        install()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="pgproof-bench-"))
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    try:
        holds = measured(folder, options)
    finally:
        if options.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    goals = ", ".join(f"{name} {goal:.0f}" for name, goal in GOALS.items())
    return verdict(
        holds, f"exact, the same from all formats, and times pgBadger's rate: {goals}"
    )


def install() -> None:
    if shutil.which("pgbadger") is not None:
        return
    command = ["apt-get", "install", "--yes", "--quiet", *PACKAGES]
    if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:
        raise SystemExit(f"pgbadger is missing: {' '.join(command)}")


def measured(folder: Path, options: argparse.Namespace) -> bool:
    logs = {name: folder / f"all.{suffix}" for name, suffix in SUFFIXES.items()}
    if not all(path.exists() for path in logs.values()):
        load = Load(megabytes=options.megabytes, distinct=options.distinct)
        logs = written_logs(folder, load)
    truth = counted(logs["jsonlog"])
    print(f"{truth.executions:,} executions of {len(truth.durations_us):,} statements")
    documents = []
    holds = True
    for name, path in logs.items():
        ours = our_run(path, folder)
        documents.append(ours.document)
        holds &= is_true(ours, truth)
        holds &= ours.peak_mb < MAX_MEMORY_MB
        if options.ours:
            print(shown(name, ours))
            continue
        theirs = pgbadger_run(name, path, folder)
        ratio = ours.rate / theirs.rate
        holds &= ratio >= GOALS[name]
        print(shown(name, ours), shown("  pgbadger", theirs), sep="\n")
        print(f"  ratio   {ratio:7.1f}")
    told = [{**item, "files": []} for item in documents]
    if told[1:] != told[:-1]:
        print("  the three formats give different answers: ", end="")
        print(sorted({key for one in told for key in one if one[key] != told[0][key]}))
        holds = False
    holds &= longer(logs["stderr"], truth, options.copies, folder)
    holds &= compressed(logs["stderr"], folder)
    in_parallel(logs, folder)
    return holds


def is_true(run: Run, truth: Truth, count: int = 1) -> bool:
    found = differences(run.document, truth, count)
    for text in found[:5]:
        print(f"  WRONG: {text}")
    return not found


def shown(name: str, run: Run) -> str:
    return (
        f"{name:10s}{run.rate:7.1f} MB/s {run.size_mb:6.0f} MB {run.cpu_s:7.2f} s "
        f"{run.peak_mb:5.0f} MB of memory {run.calls:9,} executions"
    )


def longer(path: Path, truth: Truth, count: int, folder: Path) -> bool:
    """The same log several times: time and memory against those of one."""
    target = folder / "longer.log"
    # By a process of its own: what a parent had in memory counts as its child's peak.
    copying = multiprocessing.get_context("fork").Process(
        target=copies, args=(path, count, target)
    )
    copying.start()
    copying.join()
    once, often = our_run(path, folder), our_run(target, folder)
    target.unlink()
    growth = (often.cpu_s - once.cpu_s) / (count - 1) / once.cpu_s if count > 1 else 1.0
    print(shown(f"{count} times", often))
    print(f"  each more costs {growth:.2f} of the first")
    true = is_true(often, truth, count)
    return true and growth <= 1.1 and often.peak_mb < MAX_MEMORY_MB


def compressed(path: Path, folder: Path) -> bool:
    target = folder / "all.log.gz"
    with path.open("rb") as plain, gzip.open(target, "wb", 6) as file:
        shutil.copyfileobj(plain, file)
    once, packed = our_run(path, folder), our_run(target, folder)
    ratio = packed.cpu_s / once.cpu_s
    print(f"gzip      {ratio:7.2f} of the time of plain")
    return ratio <= MAX_COMPRESSED_RATIO


def in_parallel(logs: dict[str, Path], folder: Path) -> None:
    """Two processes against one, by the clock; says little on a busy machine."""
    for name, path in logs.items():
        ratios = []
        for _ in range(2):
            one, two = our_run(path, folder), our_run(path, folder, "--jobs", "2")
            ratios.append(one.wall_s / two.wall_s)
        load = os.getloadavg()[0]
        print(
            f"{name}: two processes {max(ratios):.2f} times as fast (load {load:.1f})"
        )


def our_run(path: Path, folder: Path, *more: str) -> Run:
    target = folder / "pgproof.json"
    command = [sys.executable, "-m", "analyzer", "logs", str(path), "--quiet", *more]
    if path.suffix in (".log", ".gz"):
        # As pgBadger is told it, which cannot find it out.
        command += ["--prefix", PREFIX]
    command += ["--format", "json", "--output", str(target)]
    run = run_of(command, path, target)
    return Run(**{**run, "calls": run["document"]["execution_count"]})


def pgbadger_run(name: str, path: Path, folder: Path) -> Run:
    target = folder / "pgbadger.json"
    kind = "csv" if name == "csvlog" else name
    command = [
        "pgbadger",
        "--quiet",
        "--pid-dir",
        str(folder),
        "-f",
        kind,
        "-x",
        "json",
    ]
    if name == "stderr":
        command += ["--prefix", PREFIX]
    run = run_of([*command, "-o", str(target), str(path)], path, target)
    return Run(**{**run, "calls": pgbadger_calls(run["document"])})


def run_of(command: list[str], path: Path, target: Path) -> dict[str, Any]:
    begun = time.monotonic()
    # A program that is installed has its modules compiled.
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env=kept)
    _pid, status, usage = os.wait4(process.pid, 0)
    wall_s = time.monotonic() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed with {process.returncode}")
    document = json.loads(target.read_text("utf-8", "replace"))
    target.unlink()
    return {
        # Of a compressed file the size on disk; only its time is looked at.
        "size_mb": path.stat().st_size / 1e6,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "wall_s": wall_s,
        "peak_mb": usage.ru_maxrss / 1024,
        "document": document,
    }


def pgbadger_calls(document: dict[str, Any]) -> int:
    found: object = document
    for key in ("overall_stat", "postgres", "queries_number"):
        if not isinstance(found, dict):
            return -1
        found = found.get(key, found)
    return int(found) if isinstance(found, int | str) else -1


if __name__ == "__main__":
    sys.exit(main())
