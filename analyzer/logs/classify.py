"""Entries to executions, lock waits and events; each run of a statement counted once.

One run leaves up to four messages: parse, bind and execute durations, and a plan of
auto_explain. They are joined by process, text and order:

* Durations of the parse and bind phases belong to the next execute of the same text.
* ``execute fetch from`` goes on with a run that has been counted already.
* A duration alone (log_duration, or a text that log_statement has printed) belongs to
  the text the process logged before. Without one it stays an event: whose time it is
  cannot be told.
* A plan comes before its duration line, except for a SELECT of the extended protocol,
  whose executor ends when the portal closes. A plan without a duration line (only
  auto_explain logs) is an execution of its own, unless it ran inside a function.
* A message that looks like a duration but has a CONTEXT or STATEMENT was written by a
  function (RAISE LOG) and is no execution; the server hides both on the real ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, MutableSequence
from dataclasses import replace
from sys import intern

from analyzer.domain.execution import Execution, LockWait, LogEvent
from analyzer.domain.statement import NO_FINGERPRINT, Fingerprint
from analyzer.logs.auto_explain import LoggedPlan, read_plan
from analyzer.logs.entry import LogEntry
from analyzer.logs.events import EventMaker
from analyzer.logs.messages import (
    Duration,
    holders,
    queue,
    read_duration,
    read_lock,
    read_logged_statement,
    read_parameters,
)
from analyzer.logs.patterns import kind_of
from analyzer.logs.process import (
    MAX_WAITING_PLANS,
    KnownRun,
    Phase,
    ProcessState,
    WaitingPlan,
    WaitingText,
    fits,
    match_plans,
    run_of,
)
from analyzer.statements.prepared import prepared_query

MAX_PROCESSES = 20_000
MAX_KNOWN_TEXTS = 200_000

_READS = re.compile(r"[\s(]*(?:SELECT|WITH|VALUES|TABLE)\b", re.IGNORECASE)
_PORTAL = re.compile(r"(?:unnamed portal|portal \")")


class Classifier:
    """Takes the entries of one server in time order; see the module's text."""

    def __init__(self, fingerprint: Callable[[str], Fingerprint] | None = None) -> None:
        """Start with nothing; ``fingerprint`` is asked once per distinct text."""
        self.executions: MutableSequence[Execution] = []
        self.lock_waits: list[LockWait] = []
        self.events: list[LogEvent] = []
        self.plans_unattached_count = 0
        self._fingerprint = fingerprint
        self._fingerprints: dict[str, Fingerprint] = {}
        self._texts: dict[str, str] = {}
        self._processes: dict[str, ProcessState] = {}
        self._maker = EventMaker()
        self.run_at: Callable[[int], KnownRun] = lambda at: run_of(self.executions[at])
        self.keep_event: Callable[[LogEvent], None] = self.events.append

    def take(self, entry: LogEntry) -> str:
        """Sort in one entry; the kind of event it is, empty if it is none."""
        part = run_part(entry)
        if part is None:
            return self.take_other(entry)
        self.take_part(entry, part)
        return ""

    def take_part(self, entry: LogEntry, part: RunPart) -> None:
        """Sort in an entry that is known to be a part of a run."""
        if not isinstance(part, Duration):
            return self._take_text(entry, *part)
        return self.take_duration(entry, part)

    def finish(self) -> None:
        """Settle what still waits for its other half; the log has ended."""
        for key in list(self._processes):
            self._settle(key)

    def take_duration(self, entry: LogEntry, duration: Duration) -> None:
        """Sort in an entry that is known to be a duration."""
        if duration.verb == "plan":
            self._take_plan(entry, duration)
        elif entry.context:
            self.note(entry, "other")
        elif duration.verb in ("parse", "bind"):
            self._take_phase(entry, duration)
        elif duration.verb == "execute fetch from":
            self._take_fetch(entry, duration)
        elif duration.verb:
            self._complete(entry, duration)
        else:
            self._take_bare_duration(entry, duration.duration_ms)

    def _take_phase(self, entry: LogEntry, duration: Duration) -> None:
        state = self.state_of(entry)
        text = f"{duration.verb}: {duration.text.strip()}"
        phase = Phase(
            # All that a reader in columns keeps of it.
            entry=replace(
                entry,
                message=f"duration: {duration.duration_ms:.3f} ms  {text}",
                detail="",
            ),
            query=duration.text.strip(),
            duration_ms=duration.duration_ms,
        )
        unused = state.parse if duration.verb == "parse" else state.bind
        self._note_unused(duration.verb, unused)
        if duration.verb == "parse":
            state.parse = phase
        else:
            state.bind = phase

    def _take_bare_duration(self, entry: LogEntry, duration_ms: float) -> None:
        state = self.state_of(entry)
        text, state.text = state.text, None
        if text is None:
            phase = Phase(entry=entry, query="", duration_ms=duration_ms)
            state.durations.append(phase)
            if len(state.durations) > 2:
                self.note(state.durations.pop(0).entry, "duration_without_text")
            return
        # The end of the run is this line's time, its names are the text's.
        origin = replace(text.entry.origin, logged_at=entry.origin.logged_at)
        whole = replace(text.entry, origin=origin)
        found = Duration(duration_ms=duration_ms, verb=text.verb, text=text.query)
        if text.verb == "execute fetch from":
            self._take_fetch(whole, found)
        else:
            self._complete(whole, found)

    def _take_text(self, entry: LogEntry, verb: str, query: str) -> None:
        state = self.state_of(entry)
        self._drop_text(state)
        # As a reader in columns keeps it, without the name of the statement.
        kept = replace(entry, message=f"{verb}: {query.strip()}")
        state.text = WaitingText(entry=kept, verb=verb, query=query)
        phases, state.durations = state.durations, []
        if verb != "execute":
            for phase in phases:
                self.note(phase.entry, "duration_without_text")
            return
        # With log_duration the phases of this run came just before, without text.
        text = query.strip()
        if len(phases) > 1:
            self._note_unused("parse", state.parse)
            state.parse = replace(phases[-2], query=text)
        if phases:
            self._note_unused("bind", state.bind)
            state.bind = replace(phases[-1], query=text)

    def _take_fetch(self, entry: LogEntry, duration: Duration) -> None:
        query = duration.text.strip()
        state = self.state_of(entry)
        for position in reversed(state.recent):
            if self.run_at(position).query == query:
                earlier = self.executions[position]
                self.executions[position] = replace(
                    earlier, duration_ms=earlier.duration_ms + duration.duration_ms
                )
                return
        self._complete(entry, duration)

    def _complete(self, entry: LogEntry, duration: Duration) -> None:
        state = self.state_of(entry)
        query = _query_of(entry, duration.text)
        found = match_plans(
            state.plans, query, entry.origin.logged_at, duration.duration_ms
        )
        state.plans = []
        self.plans_unattached_count += found.part_of_it
        for plan in found.on_their_own:
            self._plan_alone(plan)
        self._drop_text(state)
        phases_ms = (0.0, 0.0)
        if duration.verb == "execute":
            phases_ms = self._take_phases(state, query)
        execution = self._execution(entry, query, duration.duration_ms, phases_ms)
        if found.attached is not None:
            execution = _with_plan(execution, found.attached.plan)
        self.executions.append(execution)
        if duration.verb != "statement":
            state.recent.append(len(self.executions) - 1)

    def _take_phases(self, state: ProcessState, query: str) -> tuple[float, float]:
        """Time of the parse and bind phases that led to this execution."""
        parse, bind = state.parse, state.bind
        state.parse = state.bind = None
        for name, phase in (("parse", parse), ("bind", bind)):
            if phase is not None and phase.query != query:
                self.note(phase.entry, f"{name}_without_execution")
        parse_ms = parse.duration_ms if parse and parse.query == query else 0.0
        bind_ms = bind.duration_ms if bind and bind.query == query else 0.0
        return parse_ms, bind_ms

    def _take_plan(self, entry: LogEntry, duration: Duration) -> None:
        plan = read_plan(duration.text)
        if plan is None:
            self.plans_unattached_count += 1
            self.note(entry, "statement_auto_explain")
            return
        plan = replace(plan, query=(prepared_query(plan.query) or plan.query).strip())
        if entry.context and not _PORTAL.match(entry.context):
            # It ran inside a function, whose own execution counts its time.
            self.plans_unattached_count += 1
            return
        state = self.state_of(entry)
        if _READS.match(plan.query) and self._attach(state, plan, duration):
            return
        state.plans.append(
            WaitingPlan(entry=entry, plan=plan, duration_ms=duration.duration_ms)
        )
        if len(state.plans) > MAX_WAITING_PLANS:
            self._plan_alone(state.plans.pop(0))

    def _attach(
        self, state: ProcessState, plan: LoggedPlan, duration: Duration
    ) -> bool:
        for position in reversed(state.recent):
            run = self.run_at(position)
            if (
                run.query == plan.query
                and not run.has_plan
                and fits(duration.duration_ms, run.duration_ms)
            ):
                execution = self.executions[position]
                self.executions[position] = _with_plan(execution, plan)
                return True
        return False

    def _plan_alone(self, waiting: WaitingPlan) -> None:
        execution = self._execution(
            waiting.entry, waiting.plan.query, waiting.duration_ms
        )
        self.executions.append(_with_plan(execution, waiting.plan))

    def _execution(
        self,
        entry: LogEntry,
        query: str,
        duration_ms: float,
        phases_ms: tuple[float, float] = (0.0, 0.0),
    ) -> Execution:
        origin = entry.origin
        detail = entry.detail or entry.context
        # Equal texts are one string in memory, however often they ran.
        query = self._texts.setdefault(query, query)
        return Execution(
            logged_at=origin.logged_at,
            duration_ms=duration_ms,
            query=query,
            parameters=read_parameters(detail) if detail else (),
            session_id=intern(origin.process_key),
            process_id=origin.process_id,
            virtual_transaction_id=origin.virtual_transaction_id,
            transaction_id=origin.transaction_id,
            database=intern(origin.database),
            user=intern(origin.user),
            application_name=intern(origin.application_name),
            remote_host=intern(origin.remote_host),
            queryid=origin.queryid,
            fingerprint=self._fingerprint_of(query),
            parse_duration_ms=phases_ms[0],
            bind_duration_ms=phases_ms[1],
        )

    def _fingerprint_of(self, query: str) -> Fingerprint:
        if self._fingerprint is None:
            return NO_FINGERPRINT
        known = self._fingerprints.get(query)
        if known is None:
            if len(self._fingerprints) > MAX_KNOWN_TEXTS:
                self._fingerprints.clear()
                self._texts.clear()
            known = self._fingerprints[query] = self._fingerprint(query)
        return known

    def take_other(self, entry: LogEntry) -> str:
        """Sort in an entry that is no part of a run; see :meth:`take`."""
        origin = entry.origin
        lock = read_lock(entry.message)
        if lock is not None:
            self.lock_waits.append(
                LockWait(
                    logged_at=origin.logged_at,
                    process_id=lock.process_id,
                    lock_mode=lock.lock_mode,
                    locked_object=lock.locked_object,
                    waited_ms=lock.waited_ms,
                    acquired=lock.acquired,
                    query=entry.statement,
                    holder_process_ids=holders(entry.detail),
                    queue_process_ids=queue(entry.detail),
                    session_id=origin.process_key,
                    database=origin.database,
                    user=origin.user,
                    application_name=origin.application_name,
                )
            )
            return ""
        kind = kind_of(entry.message, entry.severity, origin.sqlstate)
        if kind in ("statement_duration", "statement_auto_explain", "statement_log"):
            kind = "other"
        self.note(entry, kind)
        if entry.severity in ("ERROR", "FATAL", "PANIC"):
            # The statement failed, so no duration follows.
            state = self.known_state(origin.process_key)
            if state is not None:
                state.text = None
        if kind == "connection_disconnected":
            self._settle(origin.process_key)
        return kind

    def note(self, entry: LogEntry, kind: str) -> None:
        """Keep an entry as an event."""
        self.keep_event(self._maker.event(entry, kind))

    def _note_unused(self, verb: str, phase: Phase | None) -> None:
        if phase is not None:
            self.note(phase.entry, f"{verb}_without_execution")

    def _drop_text(self, state: ProcessState) -> None:
        text, state.text = state.text, None
        if text is not None:
            self.note(text.entry, "statement_without_duration")

    def known_state(self, process_key: str) -> ProcessState | None:
        """What is open of a process, or none if it is not known."""
        return self._processes.get(process_key)

    def state_of(self, entry: LogEntry) -> ProcessState:
        """What is open of the process that wrote an entry."""
        key = entry.origin.process_key
        state = self._processes.get(key)
        if state is None:
            if len(self._processes) >= MAX_PROCESSES:
                self._settle(next(iter(self._processes)))
            state = self._processes[key] = ProcessState()
        return state

    def _settle(self, key: str) -> None:
        state = self._processes.pop(key, None)
        if state is None:
            return
        self._drop_text(state)
        for plan in state.plans:
            self._plan_alone(plan)
        for phase in state.durations:
            self.note(phase.entry, "duration_without_text")
        for name, unused in (("parse", state.parse), ("bind", state.bind)):
            if unused is not None:
                self.note(unused.entry, f"{name}_without_execution")


RunPart = Duration | tuple[str, str]
"""The time or the plan of a run, or the verb and the text of a statement."""


def run_part(entry: LogEntry) -> RunPart | None:
    """What an entry tells of the run of a statement; none if it is no part of one."""
    if entry.severity != "LOG" or entry.statement:
        return None
    duration = read_duration(entry.message)
    if duration is not None and duration.verb != "other":
        return duration
    return None if entry.context else read_logged_statement(entry.message)


def _query_of(entry: LogEntry, text: str) -> str:
    # An EXECUTE says in its DETAIL what was prepared.
    return ((entry.detail and prepared_query(entry.detail)) or text).strip()


def _with_plan(execution: Execution, plan: LoggedPlan) -> Execution:
    return replace(
        execution,
        plan=plan.tree,
        plan_text=plan.text,
        parameters=execution.parameters or read_parameters(plan.parameters),
        queryid=execution.queryid or plan.queryid,
    )
