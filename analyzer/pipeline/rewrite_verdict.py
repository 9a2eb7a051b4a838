"""How sure it is that a rewrite gives the same; the door to the equivalence checker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

from analyzer.domain.recommendation import Semantics
from analyzer.domain.rewriting import Rewrite, Verdict
from analyzer.planner.snapshot_file import PlannerSnapshot


class Verdicts(Protocol):
    """Something that says on what the equality of two texts rests."""

    def check(self, query: str, item: Rewrite) -> Rewrite:
        """The rewrite with its verdict."""


class _ByRule:
    """The word of the rules themselves: proved under the conditions they name."""

    def check(self, query: str, item: Rewrite) -> Rewrite:
        return replace(item, verdict=by_rule(item))


def by_rule(item: Rewrite) -> Verdict:
    """The verdict that a rewrite's own rules and conditions allow."""
    rules = " + ".join(step.rule for step in item.steps)
    if item.semantics is Semantics.CHANGED:
        return Verdict(
            level="changed", reason=f"{rules} changes what is asked; see the caveats"
        )
    named = "; ".join(c.claim for c in item.conditions) or "no condition"
    return Verdict(level="rule-proved", reason=f"{rules} under: {named}")


@contextmanager
def verdicts(snapshot: PlannerSnapshot) -> Iterator[Verdicts]:
    """A checker for one database, ready until the end of the block."""
    yield _ByRule()
