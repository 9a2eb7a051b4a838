"""What it saves that shadows are kept, and what snapshots cost on disk.

    python benchmarks/shadow_kept.py FILE…

A shadow of each snapshot file is built in a folder of its own, and taken from there
again. Times go from a snapshot in memory to the first plan, the start of the server
included; processor time is that of this process and of the server. A thousand copies of
the first file are written, listed and read.
"""

from __future__ import annotations

import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

from support import verdict

from analyzer.planner.shadow import ShadowCluster, build
from analyzer.planner.snapshot import PlannerSnapshot, load

FILES = 1000
MAX_FILE_MS = 50.0
TIMES_FASTER = 2.0


def main() -> int:
    paths = [Path(name) for name in sys.argv[1:]]
    if not paths:
        raise SystemExit(__doc__)
    code = 0
    folder = Path(tempfile.mkdtemp(prefix="pgproof-bench-"))
    # The server runs as another user, who has to pass through.
    folder.chmod(0o711)
    try:
        with ShadowCluster(folder / "clusters"):
            pass
        for path in paths:
            snapshot = load(path)
            built, kept = (first_plan(folder, snapshot) for _ in range(2))
            print(f"{path.name}: built {told(built)}, kept {told(kept)}")
            is_faster = built[1] >= TIMES_FASTER * kept[1]
            code |= verdict(is_faster, f"{TIMES_FASTER:g} times less processor time")
        code |= many_files(folder / "many", paths[0])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return code


def first_plan(folder: Path, snapshot: PlannerSnapshot) -> tuple[float, float]:
    """Seconds by the clock and of processor time to a plan."""
    used_s, started = cpu_s(), time.monotonic()
    with (
        ShadowCluster(folder / "clusters") as cluster,
        build(cluster, snapshot) as planner,
    ):
        planner.plan("SELECT 1")
        wall_s = time.monotonic() - started
    return wall_s, cpu_s() - used_s


def cpu_s() -> float:
    """Processor time of this process and of its children that have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + spent.ru_utime + spent.ru_stime


def told(times: tuple[float, float]) -> str:
    return f"{times[0]:.2f} s (wall), {times[1]:.2f} s of processor time"


def many_files(folder: Path, path: Path) -> int:
    folder.mkdir()
    content = path.read_bytes()
    for number in range(FILES):
        (folder / f"{number}.snapshot").write_bytes(content)
    started = time.process_time()
    sizes = [file.stat().st_size for file in folder.iterdir()]
    listed_ms = (time.process_time() - started) * 1000
    started = time.process_time()
    for number in range(50):
        load(folder / f"{number}.snapshot")
    read_ms = (time.process_time() - started) * 1000 / 50
    print(
        f"{FILES:,} files: {sum(sizes) / 1e6:,.1f} MB, listed in {listed_ms:.1f} ms, "
        f"read in {read_ms:.1f} ms each"
    )
    return verdict(listed_ms <= MAX_FILE_MS, f"listed in {MAX_FILE_MS:g} ms")


if __name__ == "__main__":
    sys.exit(main())
