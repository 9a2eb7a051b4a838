"""Put results together without looking for copies that cannot be there.

Rule: UNION sorts or hashes all rows to drop copies. Where the branches are disjoint and
    none has copies of its own, UNION ALL gives the same.
Evidence: planner costs of both texts.
Semantics: the same rows, by the key and the differing constants named.
Silent when: a branch may hold copies, the branches may meet, or it is one of several
    set operations.
Source: PostgreSQL manual, "Combining Queries"; rewrites.md I1.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.rewriting import Condition, Fact
from analyzer.rewriting.block import Block, Use
from analyzer.rewriting.literals import kind_of
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.rules.distinct_on_key import selected
from analyzer.rewriting.selects import conditions, equality, is_plain, is_unique
from analyzer.statements.parse import Node, walk
from analyzer.statements.sides import constant_of, without_casts


def find(given: Subject) -> Iterator[Found]:
    """One for each UNION of two plain branches."""
    for _kind, fields in walk(given.tree):
        if fields.get("op") != "SETOP_UNION" or fields.get("all"):
            continue
        arms = [given.blocks.of(fields[side]) for side in ("larg", "rarg")]
        one, two = arms
        if one is None or two is None:
            continue
        if not is_plain(one) or not is_plain(two):
            continue
        reasons = [
            is_unique(block, given.blocks, selected(given, block))
            for block in (one, two)
        ]
        why = _disjoint(given, one, two)
        if all(reasons) and why:
            yield Found(
                what="UNION as UNION ALL",
                pairs=((fields, {**fields, "all": True}),),
                conditions=(
                    Condition(
                        fact=Fact.VALUES, claim="the branches are disjoint", proof=why
                    ),
                    *(
                        Condition(
                            fact=Fact.UNIQUE,
                            claim=f"branch {number} has no copies",
                            proof="; ".join(found),
                        )
                        for number, found in enumerate(reasons, 1)
                    ),
                ),
            )


def _disjoint(given: Subject, one: Block, two: Block) -> str:
    """Why no row of one branch can equal one of the other."""
    first, second = (_outputs(given, block) for block in (one, two))
    for number, (left, right) in enumerate(zip(first, second, strict=False), 1):
        if left and right and left[0] == right[0] and left[1] != right[1]:
            return f"column {number} is {left[1]} in one and {right[1]} in the other"
    return ""


def _outputs(given: Subject, block: Block) -> list[tuple[str, str] | None]:
    """The constant each column is, by itself or by an equality of WHERE."""
    fixed = _fixed(given, block)
    found: list[tuple[str, str] | None] = []
    for _, value in given.blocks.outputs(block) or []:
        use = given.blocks.column(value, block)
        found.append(fixed.get(use) if use is not None else _constant(value))
    return found


def _fixed(given: Subject, block: Block) -> dict[Use, tuple[str, str]]:
    found = {}
    for item in conditions(block):
        sides = equality(item)
        for one, two in (sides, sides[::-1]) if sides else ():
            use, value = given.blocks.column(one, block), _constant(two)
            is_number = value is not None and value[0] == "ival"
            if use and value and (is_number or kind_of(use) in _TEXTS):
                found[use] = value
    return found


def _constant(node: Node) -> tuple[str, str] | None:
    """A constant as its kind and text, which tell two of one kind apart."""
    inner, cast = without_casts(node)
    constant = inner.get("A_Const", {})
    if cast or not {"ival", "sval"} & set(constant):
        return None
    return "ival" if "ival" in constant else "sval", str(constant_of(constant))


_TEXTS = ("text", "character varying")
"""Types of which no two spellings are one value."""

RULE = Rule(slug="disjoint_union", doc=__doc__, find=find, leaves_out=True)
