"""Which candidates a planner picks when it may choose among all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from analyzer.domain.index import IndexDefinition
from analyzer.indexing.benefit import WorkloadCosts, sort_key
from analyzer.indexing.subjects import Prepared

ROUNDS = 3
HEAVY_SHARE_RATIO = 0.01
"""Of the workload's time: a lighter statement picks once from each class."""


def picks(prepared: Prepared, costs: WorkloadCosts) -> frozenset[IndexDefinition]:
    """The candidates of a statement that its planner uses.

    All are offered at once; what is used is taken away and the planner picks again.
    Then the same among the plain ones without INCLUDE, and among those of one key, so
    that narrow indexes that several statements can share are in the pool too
    (Valentin et al., "DB2 Advisor", ICDE 2000; measured in our study of advisors).
    """
    found: set[IndexDefinition] = set()
    heavy = prepared.subject.item.exec_time_ratio >= HEAVY_SHARE_RATIO
    rounds = ROUNDS if heavy else 1
    for keep in _CLASSES:
        offered = [item for item in prepared.candidates if keep(item)]
        for _ in range(rounds):
            if not offered or costs.exhausted:
                break
            used = costs.under(prepared.subject, offered).used
            if not used:
                break
            found |= used
            offered = [item for item in offered if item not in used]
    return frozenset(found)


def pool(
    statements: Iterable[Prepared], costs: WorkloadCosts
) -> tuple[IndexDefinition, ...]:
    """The picks of all statements, each once, in a stable order."""
    found: set[IndexDefinition] = set()
    for prepared in statements:
        found |= picks(prepared, costs)
    return tuple(sorted(found, key=sort_key))


def _all(_: IndexDefinition) -> bool:
    return True


def _without_include(item: IndexDefinition) -> bool:
    return not item.include


def _single(item: IndexDefinition) -> bool:
    return not item.include and len(item.keys) == 1


_CLASSES: tuple[Callable[[IndexDefinition], bool], ...] = (
    _all,
    _without_include,
    _single,
)
