"""Plans that use an index to read a large part of a table."""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.domain.index import RelationName
from analyzer.domain.plan import Plan

BROAD_RATIO = 0.2


def is_broad(plan: Plan, rows: Mapping[RelationName, float]) -> bool:
    """Whether a hypothetical index would be read for a fifth of a table or more.

    Such a plan uses the index as a narrow copy of the table (an index-only scan) or
    touches most pages anyway (a bitmap). Its gain hangs on a visibility map that is
    current and on a constant of the cost model, so it must be large to be believed. A
    LIMIT ends a scan early, whatever its node expects.
    """
    nodes = tuple(plan.root.walk())
    if any(node.node_type == "Limit" for node in nodes):
        return False
    for node in nodes:
        asked = plan.hypothetical_indexes.get(node.index_name)
        if asked is None:
            continue
        total = rows.get(asked.relation, 0.0)
        if total > 0 and node.plan_rows >= BROAD_RATIO * total:
            return True
    return False
