"""Look-alikes of golden cases, with what their rule says of each.

``look_alikes.json`` holds variants (:mod:`tests.support.query_variants`) of the cases
that a rule rewrites. ``benchmarks/rule_mutants.py --choose`` picks those on which some
mutant of the rule errs; all others would only take time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from analyzer.domain.catalog import Catalog
from analyzer.domain.rewriting import RewriteStep
from analyzer.rewriting.protocol import subject
from analyzer.rewriting.registry import rule
from tests.support.query_variants import variants
from tests.support.rule_cases import FOLDER, RuleCase

FILE = FOLDER / "look_alikes.json"


@dataclass(frozen=True)
class LookAlike:
    """A variant of a case.

    Attributes:
        case: title of the case it comes from.
        change: what is different.
        query: its text.
        fires: texts that its rule makes of it, all conditions proved.
        asks: texts whose conditions are not all proved.
    """

    rule: str
    case: str
    change: str
    query: str
    fires: int
    asks: int


def read(path: Path = FILE) -> list[LookAlike]:
    """The look-alikes of the file."""
    if not path.exists():
        return []
    return [LookAlike(**item) for item in json.loads(path.read_text("utf-8"))]


def write(items: Sequence[LookAlike], path: Path = FILE) -> None:
    """Write the file anew, one look-alike a line."""
    ordered = sorted(items, key=lambda item: (item.rule, item.case, item.query))
    lines = (json.dumps(asdict(item)) for item in ordered)
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def steps_of(case: RuleCase, query: str, catalog: Catalog) -> list[RewriteStep]:
    """What a case's rule makes of another query in the same setting."""
    found = rule(case.slug)
    if found is None:
        raise LookupError(f"no rule {case.slug}")
    return list(found.steps(subject(query, case.setting(catalog))))


def counts(steps: Sequence[RewriteStep]) -> tuple[int, int]:
    """How many steps are proved, and how many are not."""
    proved = sum(all(c.holds for c in step.conditions) for step in steps)
    return proved, len(steps) - proved


def look_alikes(
    case: RuleCase, catalog: Catalog, changes: str = ""
) -> Iterator[LookAlike]:
    """Every look-alike of a case whose change has a word, with what its rule says."""
    for change, query in variants(case.query).items():
        if changes not in change:
            continue
        fires, asks = counts(steps_of(case, query, catalog))
        yield LookAlike(case.slug, case.title, change, query, fires, asks)
