"""``python -m worker`` with kinds of jobs that only tests know."""

from __future__ import annotations

import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from analyzer.domain.scan import ScanResult
from analyzer.errors import QuerySyntaxError
from analyzer.pipeline import jobs
from analyzer.store.jobs import Job
from tests.support.scan_results import item, result
from worker.__main__ import main


def sleep(job: Job, context: jobs.JobContext) -> ScanResult | None:
    """Take a while, tell about it, and come to a result of its own window."""
    number = int(job.payload["number"])
    _note(context.home, f"start {number}")
    for step in range(10):
        context.progress("sleeping", step / 10)
        time.sleep(float(job.payload["seconds"]) / 10)
    _note(context.home, f"end {number}")
    found = result([item(number)], hour=number)
    now = datetime.now(UTC)
    if job.target_id is None:
        return None
    return cast(ScanResult, _at(found, now - timedelta(seconds=1), now))


def die(job: Job, context: jobs.JobContext) -> None:
    """Kill the process that runs it."""
    _note(context.home, "die")
    context.progress("dying", 0.5)
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(job: Job, context: jobs.JobContext) -> None:
    """Fail for a reason that will not pass."""
    raise QuerySyntaxError("the query does not parse", hint="Look at position 7.")


def _at(found: Any, started_at: datetime, finished_at: datetime) -> Any:
    from dataclasses import replace

    return replace(found, started_at=started_at, finished_at=finished_at)


def _note(home: Path, line: str) -> None:
    with (home / "notes").open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")


if __name__ == "__main__":
    cast(dict[str, jobs.UseCase], jobs.USE_CASES).update(
        sleep=sleep, die=die, refuse=refuse
    )
    sys.exit(main(sys.argv[1:]))
