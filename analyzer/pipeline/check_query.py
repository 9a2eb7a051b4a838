"""Checks a submitted text as far as that needs no server, before a job is made."""

from __future__ import annotations

from analyzer.errors import UnsafeStatement
from analyzer.planner.parse_process import parse_apart
from analyzer.statements.safety import SafetyFacts

_PLANNABLE = frozenset({"select", "insert", "update", "delete", "merge"})


def check_query(query: str) -> SafetyFacts:
    """Let a text pass that is one statement which a planner could be asked about.

    It is parsed in a child process, so a text that crashes the parser does no harm.
    The guard asks again with the catalog of the server before anything is sent there.

    Args:
        query: as it was pasted.

    Raises:
        QuerySyntaxError: it does not parse; ``position`` counts characters from 1.
        UserError: no statement, several statements, or a text over the limits.
        UnsafeStatement: it is refused everywhere; the detail names the rule.
    """
    facts = parse_apart(query)
    if facts.kind not in _PLANNABLE:
        raise UnsafeStatement(
            "only SELECT, INSERT, UPDATE, DELETE and MERGE can be planned",
            detail=f"rule statement: it is a {facts.kind} statement.",
            hint="Submit the statement that is slow, without EXPLAIN before it.",
        )
    if facts.violations:
        named = "; ".join(f"rule {rule}: {what}" for rule, what in facts.violations[:5])
        raise UnsafeStatement("the statement is refused", detail=f"{named}.")
    return facts
