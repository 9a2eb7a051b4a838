"""How long `pgproof demo --once` takes, and whether it finds what is planted.

    python benchmarks/demo_time.py

Claim: under two minutes after the downloads; all faults, no decoys.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

from support import ROOT, verdict

LIMIT_S = 120.0


def main() -> int:
    started = time.monotonic()
    command = [sys.executable, "-m", "analyzer", "demo", "--once", "--format", "json"]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    elapsed_s = time.monotonic() - started
    document = json.loads(done.stdout)
    print(f"demo --once                {elapsed_s:8.1f} s")
    print(f"statements                 {len(document['statements']):8d}")
    print(f"recommendations            {len(document['recommendations']):8d}")
    for item in document["recommendations"]:
        print(f"  {item['advisor']:24} {item['title']}")
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"largest process            {usage.ru_maxrss / 1024:8.0f} MB")
    return verdict(elapsed_s < LIMIT_S, f"under {LIMIT_S:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
