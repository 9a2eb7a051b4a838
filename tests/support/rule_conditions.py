"""What each rewrite of the golden cases rests on, as ``conditions.json`` notes it.

A condition that a rule no longer names is no longer looked up when the rewrite is
checked, nor shown to who applies it; an index it no longer names is not tried. After a
change that is meant, write the file anew:

    python -m tests.support.rule_conditions
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from analyzer.domain.index import IndexDefinition
from analyzer.domain.recommendation import Semantics
from analyzer.domain.rewriting import RewriteStep
from analyzer.rewriting.protocol import subject
from analyzer.rewriting.registry import RULES
from tests.support.rule_cases import FOLDER, rule_cases, schema_catalog

_EXACT = Semantics.UNCHANGED
FILE = FOLDER / "conditions.json"


def read() -> dict[str, list[list[str]]]:
    """The claims of each step of each case that has one, by the case's name."""
    noted: dict[str, list[list[str]]] = json.loads(FILE.read_text("utf-8"))
    return noted


def claims(steps: Sequence[RewriteStep]) -> list[list[str]]:
    """The claims of each step with what would prove them, and the indexes it asks for.

    A step that is exact under conditions alone, or not exact, says so.
    """
    return [
        [
            *(f"{c.claim}{c.ddl and f': {c.ddl}'}" for c in step.conditions),
            *(f"index on {_shown(index)}" for index in step.indexes),
            *((step.semantics.value,) if step.semantics is not _EXACT else ()),
            *step.caveats,
        ]
        for step in steps
    ]


def _shown(index: IndexDefinition) -> str:
    keys = (
        f"{key.attribute} {key.opclass}{' DESC' if key.descending else ''}".strip()
        for key in index.keys
    )
    return f"{index.relation} {index.method} ({', '.join(keys)})"


def current() -> dict[str, list[list[str]]]:
    """What the rules say now."""
    found = {}
    for case in rule_cases():
        given = subject(case.query, case.setting(schema_catalog(case.version)))
        (rule,) = (one for one in RULES if one.slug == case.slug)
        steps = list(rule.steps(given))
        if steps:
            found[case.name] = claims(steps)
    return found


if __name__ == "__main__":
    lines = (f"{json.dumps(k)}: {json.dumps(v)}" for k, v in current().items())
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
