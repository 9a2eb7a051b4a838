"""What became of the indexes that a what-if supposes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from analyzer.domain.explanation import AskedIndex, ExplainedCase
from analyzer.domain.index import IndexDefinition
from analyzer.domain.plan import Plan
from analyzer.indexing.definition import ddl


def asked_indexes(
    names: Mapping[IndexDefinition, str],
    sizes: Mapping[IndexDefinition, int],
    cases: Sequence[ExplainedCase],
    why: Callable[[IndexDefinition, Plan], str],
) -> tuple[AskedIndex, ...]:
    """Each index with its size, how many plans use it, and why none does.

    Args:
        names: what each is called in plans.
        sizes: in bytes.
        cases: plans for one or more sets of values.
        why: tells of an index why a plan does not use it.
    """
    found = []
    for definition, name in names.items():
        used = sum(_uses(case.after, definition) for case in cases)
        plan = cases[0].after
        found.append(
            AskedIndex(
                ddl=ddl(definition, name=name),
                definition=definition,
                size_bytes=sizes[definition],
                used=used,
                reason="" if used or plan is None else why(definition, plan),
            )
        )
    return tuple(found)


def _uses(plan: Plan | None, definition: IndexDefinition) -> bool:
    return plan is not None and any(
        plan.hypothetical_indexes.get(name) == definition for name in plan.index_names()
    )
