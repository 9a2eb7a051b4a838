"""What one server process has logged so far and what still waits for its other half."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from analyzer.domain.execution import Execution
from analyzer.logs.auto_explain import LoggedPlan
from analyzer.logs.entry import LogEntry

MAX_WAITING_PLANS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPlan:
    """A plan whose execution has not been logged yet."""

    entry: LogEntry
    plan: LoggedPlan
    duration_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingText:
    """A statement of log_statement whose duration has not been logged yet."""

    entry: LogEntry
    verb: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """Duration of a parse or bind phase."""

    entry: LogEntry
    query: str
    duration_ms: float


class KnownRun(NamedTuple):
    """What must be known of an execution to tell whether a plan or fetch is its own."""

    query: str
    duration_ms: float
    has_plan: bool


def run_of(execution: Execution) -> KnownRun:
    """What is looked at of an execution."""
    has_plan = execution.plan is not None or bool(execution.plan_text)
    return KnownRun(execution.query, execution.duration_ms, has_plan)


@dataclass(slots=True)
class ProcessState:
    """The halves that wait, and the last executions (as positions in the list)."""

    parse: Phase | None = None
    bind: Phase | None = None
    text: WaitingText | None = None
    durations: list[Phase] = field(default_factory=list)
    plans: list[WaitingPlan] = field(default_factory=list)
    recent: deque[int] = field(default_factory=lambda: deque(maxlen=8))

    @property
    def is_clean(self) -> bool:
        """Whether nothing waits."""
        return not (
            self.parse or self.bind or self.text or self.durations or self.plans
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMatch:
    """What became of the waiting plans when an execution was logged."""

    attached: WaitingPlan | None = None
    part_of_it: int = 0
    on_their_own: tuple[WaitingPlan, ...] = ()


_NO_PLAN = PlanMatch()


def fits(plan_ms: float, execution_ms: float) -> bool:
    """Whether a plan's duration can lie within an execution's.

    The executor's time is a part of the execution's; both are rounded.
    """
    return plan_ms <= execution_ms * 1.01 + 0.1


def match_plans(
    plans: list[WaitingPlan], query: str, ended_at: datetime, duration_ms: float
) -> PlanMatch:
    """Which of the waiting plans belong to an execution that was just logged.

    A plan with the same text, logged while the execution ran, is its plan; of several
    (a text of several statements) the slowest is kept. A plan with another text within
    that time belongs to a statement inside a function, whose time is part of this
    execution's. Anything earlier was an execution that had no line of its own.
    """
    if not plans:
        return _NO_PLAN
    started_at = ended_at - timedelta(milliseconds=duration_ms)
    same: list[WaitingPlan] = []
    inside = 0
    alone: list[WaitingPlan] = []
    for item in plans:
        at = item.entry.origin.logged_at
        if item.plan.query == query and fits(item.duration_ms, duration_ms):
            (same if at >= started_at - _slack(at, ended_at) else alone).append(item)
        elif at >= started_at and item.plan.query != query:
            inside += 1
        else:
            alone.append(item)
    best = max(same, key=lambda item: item.duration_ms, default=None)
    return PlanMatch(
        attached=best,
        part_of_it=inside + max(len(same) - 1, 0),
        on_their_own=tuple(alone),
    )


def _slack(*times: datetime) -> timedelta:
    # %t prints whole seconds; with milliseconds the two are read a moment apart.
    whole = all(time.microsecond == 0 for time in times)
    return timedelta(seconds=1.1) if whole else timedelta(milliseconds=5)
