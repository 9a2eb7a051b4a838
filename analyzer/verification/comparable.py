"""Which statements are compared at all, and why others are not."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.errors import Refusal, UserError
from analyzer.postgres.errors_map import translated
from analyzer.postgres.guard import Action, Place, enforce
from analyzer.postgres.guard_catalog import look_up
from analyzer.postgres.guard_facts import CatalogFacts
from analyzer.postgres.rolled_back import rolled_back
from analyzer.statements.clocks import clocks
from analyzer.statements.safety import SafetyFacts, safety_facts
from analyzer.statements.unstable import row_locks
from analyzer.statements.writing import is_one_write
from analyzer.verification.trial_database import TrialDatabase


def facts_of(text: str) -> SafetyFacts:
    """The facts of a text; one that cannot be read as one statement is bad input."""
    try:
        return safety_facts(text)
    except Refusal as error:
        raise UserError(error.message, detail=error.detail, hint=error.hint) from None


def what_acts(database: TrialDatabase, facts: Sequence[SafetyFacts]) -> str:
    """What acts when the statements write, and is not tried; empty if nothing does."""
    named = {name for f in facts if f.writes for _schema, name, _ in f.relations}
    found = [one for one in database.hidden if one.relation in named]
    if not found:
        return ""
    return (
        f"{found[0].relation} has {found[0].what}, which is not run; a schema without"
        " it lets the statements themselves be compared"
    )


def catalogs_of(
    database: TrialDatabase, facts: Sequence[SafetyFacts]
) -> list[CatalogFacts] | str:
    """What the names of the statements mean; a text if they must not be run."""
    catalogs = []
    unlike = _unlike(facts)
    if unlike:
        return unlike
    with translated(), rolled_back(database.connection):
        for item in facts:
            catalog = look_up(database.connection, item, safety_facts, is_ours=True)
            try:
                enforce(item, catalog, Place.TEST, Action.RUN)
            except Refusal as error:
                return f"{error.message}: {error.detail}"
            called = [(f.name, f.volatility) for f in catalog.functions]
            called += [(o.asked_name, o.function.volatility) for o in catalog.operators]
            volatile = sorted({name for name, kind in called if kind == "v"})
            if volatile:
                names = ", ".join(volatile)
                return (
                    f"volatile functions have no fixed result: {names}; with a constant"
                    " or a parameter in their place the queries can be compared"
                )
            catalogs.append(catalog)
    return catalogs


def _unlike(facts: Sequence[SafetyFacts]) -> str:
    """Why two statements are of kinds that are not compared; empty if they are."""
    for item in facts:
        if item.writes and not is_one_write(item.text):
            return (
                "of statements that write, one by itself is compared: take apart what"
                " writes within a WITH, or several statements"
            )
        if not item.writes and item.kind != "select":
            return "only queries and single writes are compared"
    if len({item.writes for item in facts}) > 1:
        return "one statement writes, the other does not"
    if len({row_locks(item.text) for item in facts}) > 1:
        return (
            "the queries lock rows differently; what they return can be compared"
            " without FOR UPDATE and its like"
        )
    if len({clocks(item.text) for item in facts}) > 1:
        return (
            "the queries read different clocks, so they may agree today only; with a"
            " parameter in place of each they can be compared"
        )
    return ""


def is_fixed(facts: SafetyFacts, catalog: CatalogFacts) -> bool:
    """Whether a query reads no table and always returns the same."""
    named = {name for _schema, name, _ in facts.relations}
    return (
        not facts.writes
        and named <= set(facts.ctes)
        and not facts.parameter_count
        and not clocks(facts.text)
        and all(item.volatility == "i" for item in catalog.functions)
    )
