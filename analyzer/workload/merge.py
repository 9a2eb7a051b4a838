"""Counters, executions and submitted texts as one workload, keyed by fingerprint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from analyzer.domain.execution import OWN_APPLICATION, Execution, LogContents
from analyzer.domain.snapshot import (
    DeltaCertainty,
    Snapshot,
    SnapshotDelta,
    StatementCounters,
    StatementDelta,
)
from analyzer.domain.statement import (
    NO_FINGERPRINT,
    Fingerprint,
    Statement,
    StatementKind,
)
from analyzer.domain.workload import ParameterSet, Window, Workload, WorkloadItem
from analyzer.errors import AnalyzerError
from analyzer.statements.carried import carried_query
from analyzer.statements.describe import describe
from analyzer.statements.fingerprint import fingerprint
from analyzer.statements.prepared import prepared_query
from analyzer.statements.redact import strip_comments
from analyzer.workload.canceled import canceled
from analyzer.workload.counters import total
from analyzer.workload.delta import weakest
from analyzer.workload.duration_sketch import sketches_by_slot
from analyzer.workload.parts import LeftOut, Part, Parts, Source
from analyzer.workload.percentiles import latency
from analyzer.workload.rank import rank
from analyzer.workload.samples import (
    canceled_values,
    parameter_sets,
    submitted_values,
    written_constants,
)
from analyzer.workload.tails import CountedCalls, contradict, covers, tail_latency
from analyzer.workload.unseen import (
    not_seen_at_the_edges,
    not_seen_of_delta,
    not_seen_of_logs,
)

OWN_MARKER = "/* pgproof */"

_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadInputs:
    """What a workload is made of; at least one of delta, logs and submitted.

    Attributes:
        server_id: system identifier, or ``snapshot`` for files alone.
        database: whose statements count; empty means all.
        window: the span asked for; none is that of the delta, else of the log.
        delta: differences of pg_stat_statements.
        snapshot: the later one, for texts and names.
        query_texts: texts by queryid that were read earlier.
        logs: what was read from log files.
        submitted: texts a user gave.
        log_threshold_ms: the server logged every execution from this duration on.
    """

    server_id: str
    database: str = ""
    window: Window | None = None
    delta: SnapshotDelta | None = None
    snapshot: Snapshot | None = None
    query_texts: Mapping[int, str] = field(default_factory=dict)
    logs: LogContents | None = None
    submitted: tuple[str, ...] = ()
    log_threshold_ms: float | None = None


def build_workload(inputs: WorkloadInputs) -> Workload:
    """Join everything by fingerprint and rank it by execution time.

    Counters come from pg_stat_statements where it has the statement, else from the log.
    Percentiles and parameters come from the log. Utility statements and our own are
    left out and counted in ``not_seen``; so is what has no text.
    """
    parts = Parts()
    _add_counters(parts, inputs)
    _add_executions(parts, inputs)
    for query in inputs.submitted:
        part = _part(parts, query)
        part.submitted = _without_comments(query)
        part.sources.add(Source.SUBMITTED)
    window = _log_window(inputs)
    for event in canceled(inputs.logs, inputs.database, window):
        part = _part(parts, event.query)
        if part.statement.kind is not StatementKind.UTILITY:
            part.canceled.append(event)
            part.sources.add(Source.LOG)
    total_ms = parts.total_ms
    tails = _tails(parts, inputs)
    items = [
        _item(part, _Logged(part, window, tails.get(name)), total_ms)
        for name, part in parts.by_fingerprint.items()
        if part.sources
    ]
    return Workload(
        server_id=inputs.server_id,
        database=inputs.database,
        window=inputs.window or _window(inputs),
        items=rank(items),
        covered_time_ratio=_covered_ratio(parts, total_ms),
        not_seen=(
            *parts.left_out_as_not_seen(),
            *not_seen_of_delta(inputs.delta),
            *not_seen_of_logs(inputs.logs),
            *not_seen_at_the_edges(inputs.logs, window),
        ),
    )


def _add_counters(parts: Parts, inputs: WorkloadInputs) -> None:
    if inputs.delta is None:
        return
    snapshot = inputs.snapshot
    texts = {**inputs.query_texts, **(snapshot.query_texts if snapshot else {})}
    names = snapshot.database_names if snapshot else {}
    # One without a name was dropped, or no name was ever read.
    unnamed = () if inputs.database in names.values() else ("",)
    for delta in inputs.delta.deltas:
        database = names.get(delta.key.dbid, "")
        if inputs.database and database not in (inputs.database, *unnamed):
            continue
        text = texts.get(delta.key.queryid)
        exec_ms = delta.counters.total_exec_time_ms
        if delta.key.toplevel:
            parts.total_ms += exec_ms
        if text is None:
            parts.leave_out(LeftOut.NO_TEXT, delta.counters.calls, exec_ms)
        elif OWN_MARKER in text:
            parts.leave_out(LeftOut.OWN, delta.counters.calls, exec_ms)
        else:
            _count(parts, delta, text, database)
    for part in parts.by_fingerprint.values():
        part.deltas += part.carried_alone


def _count(parts: Parts, delta: StatementDelta, text: str, database: str) -> None:
    part = _part(parts, text)
    if part.statement.kind is StatementKind.UTILITY:
        counters = delta.counters
        parts.leave_out(LeftOut.UTILITY, counters.calls, counters.total_exec_time_ms)
        return
    (part.deltas if carried_query(text) is None else part.carried).append(delta)
    part.sources.add(Source.PG_STAT_STATEMENTS)
    part.databases.add(database)


def _add_executions(parts: Parts, inputs: WorkloadInputs) -> None:
    window = _log_window(inputs)
    for execution in inputs.logs.executions if inputs.logs else ():
        if inputs.database and execution.database not in ("", inputs.database):
            continue
        if (
            execution.application_name == OWN_APPLICATION
            or OWN_MARKER in execution.query[:200]
        ):
            parts.leave_out(LeftOut.OWN, 1, execution.duration_ms)
            continue
        part = _part(parts, execution.query, execution.fingerprint)
        if part.statement.kind is StatementKind.UTILITY:
            parts.leave_out(LeftOut.UTILITY_IN_LOG, 1, execution.duration_ms)
        elif part.deltas or window is None or _within(window, execution.logged_at):
            part.executions.append(_as_its_own(execution, part.statement))
            part.sources.add(Source.LOG)
            part.databases.add(execution.database)
        else:
            parts.leave_out(LeftOut.OTHER_TIME, 1, execution.duration_ms)
    for part in parts.by_fingerprint.values():
        if not part.deltas:
            parts.total_ms += sum(item.duration_ms for item in part.executions)


def _as_its_own(execution: Execution, statement: Statement) -> Execution:
    """The execution; that of a utility statement with the text of what it ran."""
    if execution.fingerprint == statement.fingerprint:
        return execution
    inner = carried_query(execution.query)
    return execution if inner is None else replace(execution, query=inner)


def _log_window(inputs: WorkloadInputs) -> Window | None:
    """Statements that only a log tells of count if they ran in this window."""
    window = inputs.window or (_window(inputs) if inputs.delta else None)
    return window if window is not None and window.duration_s > 0 else None


def _within(window: Window, moment: datetime) -> bool:
    return window.started_at <= moment < window.ended_at


def _part(parts: Parts, query: str, known: Fingerprint = NO_FINGERPRINT) -> Part:
    name = known or parts.fingerprints.get(query)
    if not name:
        name = fingerprint(prepared_query(query) or query)
        parts.fingerprints[query] = name
    part = parts.by_fingerprint.get(name)
    if part is None:
        statement = replace(_described(query), fingerprint=name)
        part = parts.by_fingerprint[name] = Part(statement=statement)
    if part.statement.kind is StatementKind.UTILITY:
        inner = carried_query(query)
        return part if inner is None else _part(parts, inner)
    return part


def _described(query: str) -> Statement:
    return describe(prepared_query(query) or query)


def _without_comments(query: str) -> str:
    """The text that is planned for a submitted one; empty if it is no statement."""
    try:
        return strip_comments(prepared_query(query) or carried_query(query) or query)
    except AnalyzerError:
        return ""


def _tails(parts: Parts, inputs: WorkloadInputs) -> dict[Fingerprint, _Tail]:
    """What is known of statements whose log has only what was over a threshold."""
    window, threshold_ms = _log_window(inputs), inputs.log_threshold_ms
    if (
        inputs.delta is None
        or inputs.logs is None
        or window is None
        or threshold_ms is None
        or not covers(inputs.logs, window)
    ):
        return {}
    found = {}
    for name, part in parts.by_fingerprint.items():
        # A call inside a function has no line of its own in the log.
        at_top = [delta for delta in part.deltas if delta.key.toplevel]
        if not at_top or any(d.certainty is not DeltaCertainty.EXACT for d in at_top):
            continue
        counters = total(delta.counters for delta in at_top)
        found[name] = _Tail(
            counted=CountedCalls(
                calls=counters.calls, total_ms=counters.total_exec_time_ms
            ),
            threshold_ms=threshold_ms,
        )
    return found


@dataclass(frozen=True, slots=True)
class _Tail:
    """Calls of a statement in the window of a log, and from when on it has them all."""

    counted: CountedCalls
    threshold_ms: float


class _Logged:
    """What the log says of one statement in the window."""

    def __init__(self, part: Part, window: Window | None, tail: _Tail | None) -> None:
        executions = [
            item
            for item in part.executions
            if window is None or _within(window, item.logged_at)
        ]
        durations = [item.duration_ms for item in executions]
        self.sketches = sketches_by_slot(
            [item.logged_at for item in executions], durations
        )
        self.latency = self.logged_from_ms = None
        if tail and not contradict(durations, tail.counted, tail.threshold_ms):
            self.latency = tail_latency(durations, tail.counted, tail.threshold_ms)
            self.logged_from_ms = tail.threshold_ms
        calls = sum(delta.counters.calls for delta in part.deltas)
        if durations and (self.latency is None or len(durations) == calls):
            self.latency = latency(durations, _source(len(durations), calls))


def _source(logged: int, calls: int) -> str:
    if calls in (0, logged):
        return "log: every execution"
    return f"log: {logged:,} of {calls:,} executions"


def _item(part: Part, logged: _Logged, total_ms: float) -> WorkloadItem:
    counters = (
        total(delta.counters for delta in part.deltas)
        if part.deltas
        else _counters_of(part.executions)
    )
    statement, sets = _values(part)
    return WorkloadItem(
        statement=statement,
        counters=counters,
        exec_time_ratio=counters.total_exec_time_ms / total_ms if total_ms else 0.0,
        queryids=_queryids(part),
        latency=logged.latency,
        sketches=logged.sketches,
        logged_from_ms=logged.logged_from_ms,
        submitted=part.submitted,
        logged=_logged_text(part),
        parameter_sets=sets,
        written=written_constants(statement, part.executions),
        certainty=weakest(delta.certainty for delta in part.deltas),
        sources=tuple(source for source in Source if source in part.sources),
        databases=tuple(sorted(filter(None, part.databases))),
        canceled_count=len(part.canceled),
        is_nested=any(not delta.key.toplevel for delta in part.deltas),
    )


def _values(part: Part) -> tuple[Statement, tuple[ParameterSet, ...]]:
    """The statement as its values fit it, and sets of them."""
    statement, sets = part.statement, parameter_sets(part.statement, part.executions)
    if not sets and part.executions:
        # pg_stat_statements may have squashed a list that the log shows in full.
        middle = sorted(part.executions, key=lambda e: e.duration_ms)
        logged = _described(middle[len(middle) // 2].query)
        sets = parameter_sets(logged, part.executions)
        if sets:
            statement = replace(logged, fingerprint=statement.fingerprint)
    if not sets and part.submitted:
        sets = submitted_values(statement, part.submitted)
    if not sets and part.canceled:
        sets = canceled_values(statement, part.canceled[-1].query)
    return statement, sets


def _logged_text(part: Part) -> str:
    """Of an execution with its constants in the text, or of one that was cancelled."""
    finished, ended = part.executions, part.canceled
    found = finished[0].query if finished else ended[0].query if ended else ""
    return "" if found == part.statement.normalized_query else _without_comments(found)


def _queryids(part: Part) -> tuple[int, ...]:
    found = {delta.key.queryid for delta in part.deltas}
    found |= {item.queryid for item in part.executions if item.queryid}
    return tuple(sorted(found))


def _counters_of(executions: Sequence[Execution]) -> StatementCounters:
    if not executions:
        return StatementCounters()
    durations = [item.duration_ms for item in executions]
    mean = sum(durations) / len(durations)
    variance = sum((value - mean) ** 2 for value in durations) / len(durations)
    return StatementCounters(
        calls=len(durations),
        total_exec_time_ms=sum(durations),
        min_exec_time_ms=min(durations),
        max_exec_time_ms=max(durations),
        mean_exec_time_ms=mean,
        stddev_exec_time_ms=variance**0.5,
    )


def _window(inputs: WorkloadInputs) -> Window:
    if inputs.delta is not None:
        return Window(
            started_at=inputs.delta.started_at, ended_at=inputs.delta.ended_at
        )
    executions = inputs.logs.executions if inputs.logs else ()
    if not executions:
        return Window(started_at=_NO_TIME, ended_at=_NO_TIME)
    first = min(e.logged_at - timedelta(milliseconds=e.duration_ms) for e in executions)
    last = max(e.logged_at for e in executions)
    return Window(started_at=first, ended_at=last + timedelta(milliseconds=1))


def _covered_ratio(parts: Parts, total_ms: float) -> float:
    missing = parts.left_out_ms(LeftOut.NO_TEXT)
    return max(1.0 - missing / total_ms, 0.0) if total_ms else 1.0
