"""What ran in a window: statements with their counters, latencies and samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from analyzer.domain.snapshot import DeltaCertainty, StatementCounters
from analyzer.domain.statement import Fingerprint, Statement

if TYPE_CHECKING:
    from analyzer.domain.durations import SketchedSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A span of time; the start is included, the end is not. Both aware, UTC."""

    started_at: datetime
    ended_at: datetime

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return (self.ended_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Percentiles of logged durations by nearest rank.

    ``source`` says what they stand on, for example ``log: every execution``
    or ``log: 120 of 3,400 executions``; exact only where all were logged.
    """

    sample_count: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    total_ms: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineStep:
    """What one statement did in one step of time; the start is included, in UTC."""

    started_at: datetime
    latency: Latency


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterSet:
    """Values for ``$1`` … of a statement, and where they come from.

    ``label`` is ``log``, ``frequent``, ``typical`` or ``rare``; ``source`` is a
    sentence for the user. Values are text; None is NULL.
    """

    values: tuple[str | None, ...]
    label: str
    source: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadItem:
    """One statement of a workload.

    Attributes:
        statement: identity and text.
        queryids: the server's ids that share the fingerprint.
        counters: differences over the window, summed over those ids.
        exec_time_ratio: share of the window's execution time, 0 to 1.
        latency: from the log; none where only counters are known.
        parameter_sets: samples from the log, for planning; never stored unredacted.
        written: constants that the application writes alike in every logged execution,
            by the number of the parameter that the statement has in their place.
        certainty: the weakest of the deltas that were summed.
        sources: ``pg_stat_statements``, ``log``, ``submitted``.
        databases: names of the databases it ran in.
        timeline: its logged executions in equal steps of time; steps in which it did
            not run are left out.
        sketches: its logged executions within the window, by slots of time.
        logged_from_ms: every call of the window that took at least so long is in the
            log; none where that is not known.
        submitted: the text that a user gave, with its constants; never stored.
        logged: the text of a logged execution, with its constants; never stored.
        canceled_count: executions that were ended before they were done, which no
            counter and no duration tells of.
        is_nested: a function ran it, so that its names may be those of variables.
    """

    statement: Statement
    counters: StatementCounters
    exec_time_ratio: float
    queryids: tuple[int, ...] = ()
    latency: Latency | None = None
    parameter_sets: tuple[ParameterSet, ...] = ()
    written: Mapping[int, str] = field(default_factory=dict)
    certainty: DeltaCertainty = DeltaCertainty.EXACT
    sources: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    timeline: tuple[TimelineStep, ...] = ()
    sketches: tuple[SketchedSpan, ...] = ()
    logged_from_ms: float | None = None
    submitted: str = field(default="", repr=False)
    logged: str = field(default="", repr=False)
    canceled_count: int = 0
    is_nested: bool = False

    @property
    def planned_query(self) -> str:
        """The text to plan or run with the values of a parameter set.

        A submitted text stands for itself: a parameter in the place of a constant has
        no type, and ``generate_series($1, $2)`` means nothing. It has the first of the
        parameters of the normalized query, or none; the other values are not needed.
        """
        return self.submitted or self.statement.normalized_query

    @property
    def never_done(self) -> bool:
        """Whether every execution that was seen was cancelled."""
        return self.canceled_count > 0 and self.counters.calls == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSeen:
    """Something we could not see: what, why, and what would change it."""

    what: str
    why: str
    hint: str = ""


MAX_NAMES_SHOWN = 5


def some_of(names: Sequence[str]) -> str:
    """The first five names, and how many more there are, for a sentence.

    >>> some_of(["a", "b"]), some_of(list("abcdefg"))
    ('a, b', 'a, b, c, d, e and 2 more')
    """
    shown, rest = ", ".join(names[:MAX_NAMES_SHOWN]), len(names) - MAX_NAMES_SHOWN
    return f"{shown} and {rest} more" if rest > 0 else shown


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRun:
    """One fingerprint repeated in one session and transaction: the shape of N+1.

    Attributes:
        fingerprint: the repeated statement.
        parent: the statement just before the run whose rows may have fed it.
        run_count: number of such runs seen.
        call_count: executions in all runs together.
        total_ms: their duration together.
        longest: calls in the longest run.
        distinct_parameter_ratio: share of calls in a run with values of their own.
        session_count: sessions in which it was seen.
    """

    fingerprint: Fingerprint
    parent: Fingerprint | None
    run_count: int
    call_count: int
    total_ms: float
    longest: int
    distinct_parameter_ratio: float
    session_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """All statements of one database in one window, ranked by execution time."""

    server_id: str
    database: str
    window: Window
    items: tuple[WorkloadItem, ...]
    covered_time_ratio: float = 1.0
    not_seen: tuple[NotSeen, ...] = ()
    by_fingerprint: Mapping[Fingerprint, WorkloadItem] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Index the items by fingerprint."""
        index = {item.statement.fingerprint: item for item in self.items}
        object.__setattr__(self, "by_fingerprint", index)

    @property
    def texts(self) -> dict[Fingerprint, str]:
        """The normalized query of each statement."""
        return {
            name: item.statement.normalized_query
            for name, item in self.by_fingerprint.items()
        }
