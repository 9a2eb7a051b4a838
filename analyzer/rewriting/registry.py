"""All rules, in the order in which a search tries them."""

from __future__ import annotations

from analyzer.rewriting.protocol import Rule
from analyzer.rewriting.rules import keyset_page, not_in, sargable_range

RULES: tuple[Rule, ...] = (
    sargable_range.RULE,
    not_in.RULE,
    keyset_page.RULE,
)


def rule(slug: str) -> Rule | None:
    """The rule of that name, if there is one."""
    return next((item for item in RULES if item.slug == slug), None)
