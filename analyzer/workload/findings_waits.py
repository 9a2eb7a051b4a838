"""Findings about waiting: lock hot spots, deadlocks, idle transactions, cancels."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from analyzer.domain.log_activity import IdleInTransaction
from analyzer.domain.log_findings import LOCK_HOT_SPOT, LogFinding
from analyzer.domain.log_report import Deadlock, ErrorGroup, LoggedLockWait
from analyzer.domain.statement import Fingerprint
from analyzer.statements.fingerprint import fingerprint
from analyzer.workload.canceled import CANCELED_BY
from analyzer.workload.findings_runs import measured

MIN_WAITS = 3
MIN_WAITED_MS = 3_000.0
MIN_IDLE_MS = 5_000.0
MIN_CANCELED = 3

_RELATION = re.compile(r"(?:of )?relation (\d+)(?: of database (\d+))?")


def lock_hot_spots(waits: Sequence[LoggedLockWait]) -> Iterator[LogFinding]:
    """Statements that made others wait for locks, again and again or for long."""
    groups: dict[tuple[Fingerprint | None, str], list[LoggedLockWait]] = defaultdict(
        list
    )
    for wait in waits:
        holder = next((item for item in wait.holders if item.fingerprint), None)
        groups[(holder.fingerprint if holder else None, _place(wait))].append(wait)
    for (holder_name, place), group in groups.items():
        waited_ms = sum(wait.waited_ms for wait in group)
        if len(group) < MIN_WAITS or waited_ms < MIN_WAITED_MS:
            continue
        yield _hot_spot(holder_name, place, group)


def _place(wait: LoggedLockWait) -> str:
    """What is waited for, without the numbers of single rows and transactions."""
    found = _RELATION.search(wait.locked_object)
    if found is not None:
        return f"relation {found[1]}"
    return wait.locked_object.partition(" ")[0]


def _hot_spot(
    holder: Fingerprint | None, place: str, group: Sequence[LoggedLockWait]
) -> LogFinding:
    waited_ms = sum(wait.waited_ms for wait in group)
    longest_ms = max(wait.waited_ms for wait in group)
    waiters = Counter(wait.fingerprint for wait in group if wait.fingerprint)
    modes = ", ".join(sorted({wait.lock_mode for wait in group}))
    idle = sum(
        not h.was_running
        for wait in group
        for h in wait.holders[:1]
        if h.fingerprint is not None
    )
    return LogFinding(
        kind=LOCK_HOT_SPOT,
        title=f"{len(group):,} waits for {modes} on {place}, "
        f"{waited_ms / 1000:,.1f} s together",
        instruction="Shorten the transaction that holds the lock: do its slow work "
        "before the first write, and commit at once after it.",
        evidence=(
            measured("Waits", len(group), "waits"),
            measured("Waited together", waited_ms, "ms"),
            measured("Longest wait", longest_ms, "ms"),
            measured("Waits whose holder was not running a statement", idle, "waits"),
        ),
        fingerprint=next(iter(waiters), None),
        parent=holder,
        caveats=("Waits shorter than deadlock_timeout are not in the log.",),
        lost_ms=waited_ms,
        facts={
            "waits": len(group),
            "waited_ms": waited_ms,
            "longest_ms": longest_ms,
            "place": place,
            "lock_modes": sorted({wait.lock_mode for wait in group}),
            "holder_fingerprint": holder,
        },
        waited_ms=_waited_by_statement(group),
    )


def _waited_by_statement(
    group: Sequence[LoggedLockWait],
) -> dict[Fingerprint, float]:
    """How long each statement of a hot spot waited."""
    waited_ms: dict[Fingerprint, float] = defaultdict(float)
    for wait in group:
        if wait.fingerprint is not None:
            waited_ms[wait.fingerprint] += wait.waited_ms
    return dict(waited_ms)


def deadlock_orders(deadlocks: Iterable[Deadlock]) -> Iterator[LogFinding]:
    """Deadlocks by the statements that met in them, with the order of each side."""
    groups: dict[tuple[str, ...], list[Deadlock]] = defaultdict(list)
    for item in deadlocks:
        key = tuple(sorted(str(fingerprint(m.query)) for m in item.members))
        groups[key].append(item)
    for group in groups.values():
        orders = _orders(group[0])
        opposite = _is_opposite(orders)
        yield LogFinding(
            kind="deadlock_order",
            title=f"{len(group):,} deadlocks of the same {len(orders)} statements",
            instruction=(
                "Both transactions take the same locks in opposite order: let all of "
                "them touch the tables and rows in one order."
                if opposite
                else "Let all transactions touch these tables and rows in one order "
                "(ORDER BY the key before locking), and retry on SQLSTATE 40P01."
            ),
            evidence=(measured("Deadlocks", len(group), "deadlocks"),),
            fingerprint=fingerprint(group[0].members[0].query),
            facts={
                "deadlocks": len(group),
                "opposite_order": opposite,
                "orders": [list(order) for order in orders],
            },
        )


def _orders(item: Deadlock) -> list[tuple[str, ...]]:
    """The statements of each side in the order they ran, the blocked one last."""
    return [(*member.statements, member.query) for member in item.members]


def _is_opposite(orders: Sequence[tuple[str, ...]]) -> bool:
    """Whether two sides ran two statements in opposite order."""
    first, second = orders[0], orders[-1]
    if len(orders) != 2 or first == second:
        return False
    ranks = {query: at for at, query in enumerate(first)}
    shared = [ranks[query] for query in second if query in ranks]
    return len(shared) > 1 and shared != sorted(shared)


def idle_in_transaction(pauses: Sequence[IdleInTransaction]) -> Iterator[LogFinding]:
    """Transactions left open between two statements, by what they had run last."""
    groups: dict[tuple[Fingerprint, Fingerprint], list[IdleInTransaction]] = (
        defaultdict(list)
    )
    for pause in pauses:
        if pause.idle_ms >= MIN_IDLE_MS and (pause.has_written or pause.blocked_count):
            groups[(pause.before, pause.after)].append(pause)
    for (before, _), group in groups.items():
        longest = max(group, key=lambda pause: pause.idle_ms)
        blocked_ms = sum(pause.blocked_ms for pause in group)
        yield LogFinding(
            kind="idle_in_transaction",
            title=f"{len(group):,} transactions kept their locks while idle for up to "
            f"{longest.idle_ms / 1000:,.1f} s",
            instruction="Commit before waiting for a user, another service or a slow "
            "computation; set idle_in_transaction_session_timeout as a net.",
            evidence=(
                measured("Longest pause", longest.idle_ms, "ms"),
                measured("Pauses together", sum(p.idle_ms for p in group), "ms"),
                measured("Others blocked meanwhile", blocked_ms, "ms"),
            ),
            fingerprint=before,
            lost_ms=blocked_ms,
            facts={
                "transactions": len(group),
                "longest_idle_ms": longest.idle_ms,
                "idle_ms": sum(pause.idle_ms for pause in group),
                "blocked_ms": blocked_ms,
                "blocked": sum(pause.blocked_count for pause in group),
                "longest_at": longest.idle_since.isoformat(),
                "process_id": longest.process_id,
                "application": longest.application_name,
            },
        )


_INSTRUCTIONS = {
    "statement_canceled_timeout": (
        "Make the statement faster, or give this job a longer statement_timeout."
    ),
    "statement_canceled_user": (
        "Look at its slowest executions: someone was not willing to wait for them."
    ),
    "lock_timeout": "Shorten the transactions that hold the lock it waits for.",
    "standby_statement_canceled": (
        "Raise max_standby_streaming_delay, or set hot_standby_feedback = on."
    ),
}


def canceled_statements(groups: Iterable[ErrorGroup]) -> Iterator[LogFinding]:
    """Statements that were cancelled again and again, and by what."""
    counts: Counter[tuple[str, Fingerprint]] = Counter()
    for group in groups:
        for name, count in group.by_statement.items():
            counts[(group.kind, name)] += count
    for (kind, name), count in counts.items():
        if count < MIN_CANCELED or kind not in CANCELED_BY:
            continue
        yield LogFinding(
            kind="canceled_statements",
            title=f"Cancelled {count:,} times by {CANCELED_BY[kind]}",
            instruction=_INSTRUCTIONS[kind],
            evidence=(measured("Cancelled", count, "executions"),),
            fingerprint=name,
            facts={"canceled": count, "class": kind},
        )
