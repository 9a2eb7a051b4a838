"""Damaged pieces of real logs against the log reader: no crash, hang or difference.

    python benchmarks/fuzz_logs.py [--minutes N] [--seed S] [--found FOLDER] [LOG …]

Takes pieces of the sample logs (and of the logs named), writes them in a random format,
prefix and relay, damages most of them, and reads each message by message, in columns,
and in columns of small windows. What any of the three does differently, and what
crashes, takes a minute or takes hundreds of megabytes, is made smaller and kept in
FOLDER. A piece is written there before it is read, so that one which kills the process
is kept too.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import resource
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from support import ROOT, verdict

from tests.support.damaged_logs import (
    MAX_GROWTH_BYTES,
    Piece,
    Source,
    TooLong,
    difference,
    pieces,
    smaller,
    source_of,
)

SAMPLES = ("shop.log.gz", "shop.csv.gz", "shop.json.gz")
SMALLER_S = 60.0
MAX_DATA_BYTES = 3 << 30


@dataclass(kw_only=True)
class Run:
    """What was done so far."""

    folder: Path
    found: Path
    count: int = 0
    slowest_s: float = 0.0
    largest_growth_mb: float = 0.0
    bad: dict[str, int] = field(default_factory=dict)


def main() -> int:
    """Fuzz and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("logs", nargs="*", type=Path, metavar="LOG")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--found", type=Path, default=Path("found-by-fuzzing"))
    asked = parser.parse_args()
    asked.found.mkdir(exist_ok=True, parents=True)
    # What wants more fails, and is noted, before it harms others.
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_DATA_BYTES, MAX_DATA_BYTES))
    chance = random.Random(asked.seed)
    sources = [*map(source, SAMPLES), *map(given, asked.logs), bouncer()]
    until = time.monotonic() + asked.minutes * 60
    with tempfile.TemporaryDirectory() as folder:
        run = Run(folder=Path(folder), found=asked.found)
        for piece in pieces(sources, chance):
            tried(piece, run)
            if time.monotonic() > until:
                break
    print(f"{run.count:,} pieces, seed {asked.seed}, {asked.minutes:.0f} minutes")
    print(f"slowest {run.slowest_s:.1f} s, most memory {run.largest_growth_mb:.0f} MB")
    for text, count in sorted(run.bad.items(), key=lambda item: -item[1]):
        print(f"{count:6d} {text}")
    return verdict(not run.bad, "no damaged log is read in two ways, crashes or hangs")


def source(name: str) -> Source:
    return source_of(
        gzip.decompress((ROOT / "sample_logs" / name).read_bytes()).decode()
    )


def given(path: Path) -> Source:
    with path.open("rb") as file:
        data = file.read(8 << 20)
    return source_of(data.decode("utf-8", "replace"))


def bouncer() -> Source:
    path = ROOT / "tests/golden/logs/pgbouncer.log"
    return source_of(path.read_text("utf-8"))


def tried(piece: Piece, run: Run) -> None:
    run.count += 1
    kept(piece, run.found / "now", "was being read")
    begun = time.monotonic()
    before = peak_mb(reset=True)
    wrong = wrong_with(piece, run)
    growth = peak_mb() - before
    run.slowest_s = max(run.slowest_s, time.monotonic() - begun)
    run.largest_growth_mb = max(run.largest_growth_mb, growth)
    if not wrong and growth > MAX_GROWTH_BYTES >> 20:
        wrong = f"memory: {growth:.0f} MB"
    if wrong:
        note(piece, wrong, run)


def note(piece: Piece, wrong: str, run: Run) -> None:
    kind = wrong[:60]
    run.bad[kind] = run.bad.get(kind, 0) + 1
    until = time.monotonic() + SMALLER_S

    def is_bad(other: Piece) -> bool:
        told = time.monotonic() < until and wrong_with(other, run)
        return bool(told) and told[:20] == wrong[:20]

    piece = smaller(piece, is_bad)
    name = hashlib.sha256(piece.data).hexdigest()[:12]
    kept(piece, run.found / name, wrong_with(piece, run) or wrong)
    print(f"{time.strftime('%H:%M:%S')} {name} {piece.form}: {wrong[:300]}", flush=True)


def wrong_with(piece: Piece, run: Run) -> str:
    try:
        return difference(piece, run.folder)
    except TooLong:
        return "hangs"
    except Exception:
        lines = traceback.format_exc().splitlines()
        return f"crash: {lines[-1][:80]} at {' '.join(lines[-3:-1])[-160:]}"


def kept(piece: Piece, path: Path, wrong: str) -> None:
    path.with_suffix(".log").write_bytes(piece.data)
    known = {"prefix": piece.prefix, "window_bytes": piece.window_bytes,
             "form": piece.form, "wrong": wrong}  # fmt: skip
    path.with_suffix(".json").write_text(json.dumps(known, indent=1))


def peak_mb(*, reset: bool = False) -> float:
    """The most memory this process has had since it was asked to count anew."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    sys.exit(main())
