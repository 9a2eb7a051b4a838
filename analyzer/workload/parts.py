"""What a workload is collected in before it is finished."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from analyzer.domain.execution import Execution, LogEvent
from analyzer.domain.snapshot import StatementDelta
from analyzer.domain.statement import Fingerprint, Statement
from analyzer.domain.workload import NotSeen


class Source(StrEnum):
    """Where an item of the workload is known from."""

    PG_STAT_STATEMENTS = "pg_stat_statements"
    LOG = "log"
    SUBMITTED = "submitted"


class LeftOut(StrEnum):
    """Why something that ran is no item of the workload."""

    NO_TEXT = "no text"
    UTILITY = "utility"
    UTILITY_IN_LOG = "utility in the log"
    OWN = "our own"
    OTHER_TIME = "other time"


_WORDS: Mapping[LeftOut, tuple[str, str, str]] = {
    LeftOut.NO_TEXT: (
        "statements without a text in pg_stat_statements",
        "the server has lost their text or does not show it",
        "The text comes back when the entry is made anew: pg_stat_statements_reset().",
    ),
    LeftOut.UTILITY: (
        "utility statements",
        "they have no plan, so there is nothing to advise",
        "",
    ),
    LeftOut.UTILITY_IN_LOG: (
        "utility statements in the log",
        "they have no plan, so there is nothing to advise",
        "",
    ),
    LeftOut.OWN: ("our own statements", "they are not part of the workload", ""),
    LeftOut.OTHER_TIME: (
        "statements that only the log has, at another time",
        "they ran outside the window of the counters",
        "Scan the log alone, without a server, to see them.",
    ),
}


@dataclass(slots=True)
class Part:
    """One statement with everything that was found about it.

    ``carried`` are counters of utility statements that run it.
    """

    statement: Statement
    deltas: list[StatementDelta] = field(default_factory=list)
    carried: list[StatementDelta] = field(default_factory=list)
    executions: list[Execution] = field(default_factory=list)
    sources: set[Source] = field(default_factory=set)
    databases: set[str] = field(default_factory=set)
    submitted: str = ""
    canceled: list[LogEvent] = field(default_factory=list)

    @property
    def carried_alone(self) -> list[StatementDelta]:
        """Of utility statements, the counters that stand for what they ran.

        With ``track = all`` it has counters of its own, some with the whole text of the
        utility statement (tried on 18, for CREATE TABLE AS and COPY).
        """
        both = (*self.deltas, *self.carried)
        is_counted = any(not delta.key.toplevel for delta in both)
        return [d for d in self.carried if not (is_counted and d.key.toplevel)]


class Parts:
    """All statements so far, and what was left out of them."""

    def __init__(self) -> None:
        self.by_fingerprint: dict[Fingerprint, Part] = {}
        self.fingerprints: dict[str, Fingerprint] = {}
        self.total_ms = 0.0
        self._left_out: dict[LeftOut, tuple[int, float]] = {}

    def leave_out(self, why: LeftOut, calls: int, exec_ms: float) -> None:
        """Count something that is no item."""
        count, time_ms = self._left_out.get(why, (0, 0.0))
        self._left_out[why] = (count + calls, time_ms + exec_ms)

    def left_out_ms(self, why: LeftOut) -> float:
        """Execution time left out for one reason, in milliseconds."""
        return self._left_out.get(why, (0, 0.0))[1]

    def left_out_as_not_seen(self) -> Iterator[NotSeen]:
        """What was left out, for the user."""
        for why, (count, time_ms) in self._left_out.items():
            what, reason, hint = _WORDS[why]
            yield NotSeen(
                what=f"{what}: {count:,} executions, {time_ms:,.1f} ms",
                why=reason,
                hint=hint,
            )
