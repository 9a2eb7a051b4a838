"""Who blocked whom: waits of a log put under the processes that held the locks."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from analyzer.domain.log_report import (
    LockHolder,
    LockTree,
    LockTreeWait,
    LoggedLockWait,
)

_SLACK = timedelta(milliseconds=1)
"""Times of lines are cut to a millisecond."""


@dataclass(slots=True)
class _Node:
    """A wait with those that waited for its process at the same time."""

    wait: LoggedLockWait
    ended_at: datetime
    below: list[_Node] = field(default_factory=list)
    is_below: bool = False


def lock_trees(waits: Sequence[LoggedLockWait]) -> tuple[LockTree, ...]:
    """Chains of waits as trees, the most waiting time first.

    A wait hangs below a wait of the process that held its lock, if that one was
    waiting itself when it began or while it lasted; all others hang below the holder.
    A process that waits for one which waits for it is a deadlock, which no tree holds:
    there the earlier wait stays at the top.

    Args:
        waits: of one log, each with its holders.
    """
    nodes = [_Node(wait=wait, ended_at=_ended(wait)) for wait in waits]
    of_process: dict[int, list[_Node]] = defaultdict(list)
    for node in sorted(nodes, key=lambda item: item.wait.started_at):
        of_process[node.wait.process_id].append(node)
    for node in nodes:
        above = _above(node, of_process)
        if above is not None and not _is_under(node, above):
            above.below.append(node)
            node.is_below = True
    roots: dict[tuple[int, str], list[_Node]] = defaultdict(list)
    holders: dict[tuple[int, str], LockHolder] = {}
    for node in nodes:
        if node.is_below:
            continue
        holder = next(iter(node.wait.holders), LockHolder(process_id=0))
        key = (holder.process_id, holder.query)
        holders.setdefault(key, holder)
        roots[key].append(node)
    found = [_tree(holders[key], group) for key, group in roots.items()]
    return tuple(sorted(found, key=lambda tree: (-tree.waited_ms, tree.started_at)))


def _ended(wait: LoggedLockWait) -> datetime:
    return wait.started_at + timedelta(milliseconds=wait.waited_ms)


def _above(node: _Node, of_process: dict[int, list[_Node]]) -> _Node | None:
    """The wait of the holder that overlaps with this one, if it waited.

    A process waits for one lock at a time, so its waits follow one another.
    """
    for holder in node.wait.holders:
        waits = of_process.get(holder.process_id, [])
        at = bisect_right(waits, node.ended_at + _SLACK, key=_started)
        for other in reversed(waits[max(at - 2, 0) : at]):
            if other is not node and node.wait.started_at <= other.ended_at + _SLACK:
                return other
    return None


def _started(node: _Node) -> datetime:
    return node.wait.started_at


def _is_under(node: _Node, other: _Node) -> bool:
    """Whether ``other`` hangs somewhere below ``node`` already."""
    waiting = list(node.below)
    while waiting:
        item = waiting.pop()
        if item is other:
            return True
        waiting += item.below
    return False


def _tree(holder: LockHolder, nodes: Iterable[_Node]) -> LockTree:
    waits = _grown(sorted(nodes, key=lambda item: item.wait.started_at))
    return LockTree(
        holder=holder,
        waits=tuple(waits),
        started_at=min(item.wait.started_at for item in waits),
        waited_ms=sum(item.waited_ms for item in waits),
        process_count=sum(item.process_count for item in waits),
        depth=max(item.depth for item in waits),
    )


def _grown(nodes: Sequence[_Node]) -> list[LockTreeWait]:
    """The nodes with all below them, made from the leaves up.

    Chains can be longer than the interpreter's stack.
    """
    order: list[_Node] = []
    waiting = list(nodes)
    while waiting:
        item = waiting.pop()
        order.append(item)
        waiting += item.below
    made: dict[int, LockTreeWait] = {}
    for item in reversed(order):
        below = sorted(
            (made[id(child)] for child in item.below),
            key=lambda child: child.wait.started_at,
        )
        made[id(item)] = LockTreeWait(
            wait=item.wait,
            below=tuple(below),
            waited_ms=item.wait.waited_ms + sum(child.waited_ms for child in below),
            process_count=1 + sum(child.process_count for child in below),
            depth=1 + max((child.depth for child in below), default=0),
        )
    return [made[id(node)] for node in nodes]
