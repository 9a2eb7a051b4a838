"""What may be planned or run where: a pure function over facts, and one table.

Anything not allowed is refused, and a statement is judged by every function, operator,
type and relation its names could mean, not by the one the server would choose.
Policy and measurements: safety.md, sections 2.3 to 2.5.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from analyzer.errors import NotAllowedHere, UnknownRelation, UnsafeStatement
from analyzer.postgres.guard_facts import CatalogFacts
from analyzer.postgres.guard_hints import HINTS
from analyzer.postgres.guard_rules import CHECKS, Allowance, Objection, harmless
from analyzer.statements.safety import SafetyFacts


class Place(StrEnum):
    """Whose server it is."""

    WATCHED = "a watched server"
    CLONE = "a clone"
    SHADOW = "the shadow"
    TEST = "a test server of ours"


class Action(StrEnum):
    """What is to be done with the statement."""

    PLAN = "plan"
    RUN = "run"


ALLOWED: dict[tuple[Place, Action], Allowance | None] = {
    (Place.WATCHED, Action.PLAN): Allowance(changes=True, volatile=True),
    (Place.WATCHED, Action.RUN): Allowance(),
    (Place.CLONE, Action.PLAN): Allowance(changes=True, volatile=True),
    (Place.CLONE, Action.RUN): Allowance(user_code=True),
    (Place.SHADOW, Action.PLAN): Allowance(changes=True, volatile=True, user_code=True),
    (Place.SHADOW, Action.RUN): None,
    (Place.TEST, Action.PLAN): Allowance(changes=True, volatile=True, user_code=True),
    (Place.TEST, Action.RUN): Allowance(changes=True, user_code=True),
}
"""The table. Whether a watched server may run anything is its owner's own setting."""


def objections(
    facts: SafetyFacts, catalog: CatalogFacts, allowance: Allowance
) -> tuple[Objection, ...]:
    """Every rule that the statement breaks, each with what breaks it, sorted."""
    allowance = replace(allowance, harmless=harmless(catalog), added=catalog.added)
    found = {item for check in CHECKS for item in check(facts, catalog, allowance)}
    return tuple(sorted(found, key=lambda item: (item.rule, item.what)))


def enforce(
    facts: SafetyFacts, catalog: CatalogFacts, place: Place, action: Action
) -> None:
    """Let the statement pass, or refuse it.

    Raises:
        NotAllowedHere: nothing may be run there.
        UnknownRelation: it names a relation that does not exist.
        UnsafeStatement: it breaks a rule; the detail names the rule and the cause.
    """
    allowance = ALLOWED[place, action]
    if allowance is None:
        raise NotAllowedHere(f"{place.value} cannot {action.value} statements")
    found = objections(facts, catalog, allowance)
    if not found:
        return
    first = found[0]
    if all(item.rule == "unknown relation" for item in found):
        raise UnknownRelation(f'relation "{first.what}" does not exist')
    named = "; ".join(f"rule {item.rule}: {item.what}" for item in found[:5])
    raise UnsafeStatement(
        f"the statement may not be {_DONE[action]} on {place.value}",
        detail=named + ("; and more." if len(found) > 5 else "."),
        hint=HINTS.get(first.rule),
    )


_DONE = {Action.PLAN: "planned", Action.RUN: "run"}
