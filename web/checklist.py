"""The first page's checklist: what is fine and what wants attention, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from analyzer.store.flips import PlanFlip
from analyzer.store.jobs import Job, JobState
from analyzer.store.scans import ScanRow
from analyzer.store.targets import TargetRecord
from analyzer.store.workers import Worker
from web.formatting import age, percent

SCAN_OVERDUE = timedelta(hours=36)
WAITING_TOO_LONG = timedelta(minutes=2)
FAILURE_SHOWN = timedelta(hours=24)
LOW_COVERAGE_RATIO = 0.8
HIGH_OWN_LOAD_RATIO = 0.1
FLIP_SHOWN = timedelta(hours=36)
DEARER = 1.2
"""Cheaper plans want no attention, and estimates sway by a tenth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line; ``level`` is good, warn or bad. ``endpoint`` leads to more."""

    level: str
    text: str
    hint: str = ""
    endpoint: str = ""
    args: Mapping[str, int | str] | None = None

    @property
    def mark(self) -> str:
        """A sign besides the colour, for those who do not see colours."""
        return {"good": "✓", "warn": "!", "bad": "✗"}[self.level]

    @property
    def spoken(self) -> str:
        """The same for a screen reader."""
        return {"good": "fine:", "warn": "attention:", "bad": "problem:"}[self.level]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the checklist looks at."""

    now: datetime
    targets: Sequence[TargetRecord]
    latest: Mapping[int, ScanRow]
    jobs: Sequence[Job]
    open_count: int
    workers: Sequence[Worker]
    flips: Sequence[PlanFlip] = ()


def checklist(situation: Situation) -> tuple[Check, ...]:
    """All lines, those that want attention first."""
    lines = [_worker(situation), *_jobs(situation), _advice(situation)]
    lines += _flips(situation)
    for target in situation.targets:
        lines += _target(target, situation.latest.get(target.target_id), situation.now)
    order = {"bad": 0, "warn": 1, "good": 2}
    return tuple(sorted(lines, key=lambda line: order[line.level]))


def _worker(situation: Situation) -> Check:
    up = sum(1 for worker in situation.workers if worker.is_up)
    if up:
        return Check(
            level="good",
            text="The worker is up." if up == 1 else f"{up} workers are up.",
            endpoint="jobs.index",
        )
    seen = situation.workers
    return Check(
        level="bad",
        text=f"No worker has been seen for {age(seen[0].silent_for)}."
        if seen
        else "No worker has been seen yet.",
        hint="Nothing is scanned without one. Is pgproof up running?",
        endpoint="jobs.index",
    )


def _advice(situation: Situation) -> Check:
    number = situation.open_count
    if not number:
        return Check(level="good", text="No open recommendations.")
    plural = "" if number == 1 else "s"
    return Check(
        level="warn",
        text=f"{number} open recommendation{plural} to decide on.",
        endpoint="recommendations.index",
        args={"state": "open"},
    )


def _flips(situation: Situation) -> Iterator[Check]:
    """Plans that became dearer, which is what a slow query often begins with."""
    dearer = [item for item in situation.flips if item.cost_ratio >= DEARER]
    if not dearer:
        return
    first = dearer[0]
    plural = "y has" if len(dearer) == 1 else "ies have"
    yield Check(
        level="warn",
        text=f"{len(dearer)} quer{plural} another plan since yesterday, up to "
        f"{max(item.cost_ratio for item in dearer):,.3g} times dearer.",
        hint=f"First {first.fingerprint} on {first.target_name}: see what changed.",
        endpoint="plans.compare",
        args={"before": first.before_plan_id, "after": first.after_plan_id},
    )


def _jobs(situation: Situation) -> Iterator[Check]:
    now = situation.now
    failed = [
        job
        for job in situation.jobs
        if job.state is JobState.FAILED
        and job.finished_at is not None
        and now - job.finished_at < FAILURE_SHOWN
    ]
    if failed:
        plural = "s" if len(failed) > 1 else ""
        yield Check(
            level="bad",
            text=f"{len(failed)} job{plural} failed in the last 24 hours: "
            f"{failed[0].reason or 'no reason was stored'}",
            hint=failed[0].hint,
            endpoint="jobs.index",
            args={"state": "failed"},
        )
    waiting = [job for job in situation.jobs if job.state is JobState.QUEUED]
    stuck = [job for job in waiting if now - job.enqueued_at > WAITING_TOO_LONG]
    running = any(job.state is JobState.RUNNING for job in situation.jobs)
    if stuck and not running:
        yield Check(
            level="bad",
            text=f"A job has waited for {age(now - stuck[-1].enqueued_at)} "
            "and none is running.",
            hint="Check that the worker runs.",
            endpoint="jobs.index",
            args={"state": "queued"},
        )


def _target(target: TargetRecord, scan: ScanRow | None, now: datetime) -> list[Check]:
    here = {"target_id": target.target_id}
    if scan is None:
        return [
            Check(
                level="warn",
                text=f"{target.name} was never scanned.",
                hint="Open the target and scan it now, or wait for the nightly scan.",
                endpoint="targets.show",
                args=here,
            )
        ]
    since = now - scan.finished_at
    overdue = since > SCAN_OVERDUE
    scanned = Check(
        level="warn" if overdue else "good",
        text=f"{target.name} was scanned {age(since)} ago: "
        f"{scan.statement_count:,} statements, "
        f"{scan.recommendation_count:,} recommendations.",
        hint="The nightly scan is overdue; look at the jobs." if overdue else "",
        endpoint="targets.show",
        args=here,
    )
    return [scanned, *_seen(target, scan)]


def _seen(target: TargetRecord, scan: ScanRow) -> Iterator[Check]:
    here = {"target_id": target.target_id}
    if scan.not_seen_count or scan.did_not_run_count:
        yield Check(
            level="warn",
            text=f"{target.name}: {_hidden(scan)}.",
            hint="The target's page says what, why, and what would change it.",
            endpoint="targets.show",
            args=here,
        )
    else:
        yield Check(level="good", text=f"{target.name}: all sources could be read.")
    if scan.covered_time_ratio < LOW_COVERAGE_RATIO:
        yield Check(
            level="warn",
            text=f"{target.name}: only {percent(scan.covered_time_ratio)} of the "
            "window is accounted for.",
            hint="Scan more often, or raise pg_stat_statements.max.",
            endpoint="targets.show",
            args=here,
        )
    own = scan.own_exec_time_ratio
    if own is not None:
        yield Check(
            level="warn" if own > HIGH_OWN_LOAD_RATIO else "good",
            text=f"{target.name}: pgproof itself took {percent(own)} of the "
            "execution time while it scanned.",
        )


def _hidden(scan: ScanRow) -> str:
    parts = []
    if scan.not_seen_count:
        things = "thing" if scan.not_seen_count == 1 else "things"
        parts.append(f"{scan.not_seen_count} {things} could not be seen")
    if scan.did_not_run_count:
        advisors = "advisor" if scan.did_not_run_count == 1 else "advisors"
        parts.append(f"{scan.did_not_run_count} {advisors} could not run")
    return ", ".join(parts)
