"""Put results together without looking for copies that cannot be there.

Rule: UNION sorts or hashes all rows to drop copies. Where the branches are disjoint and
    none has copies of its own, UNION ALL gives the same.
Evidence: planner costs of both texts.
Semantics: the same rows, by the key and the differing constants named: of columns that
    both give, or of another column of the rows whose key both give.
Silent when: a branch may hold copies, the branches may meet, or it is one of several
    set operations.
Source: PostgreSQL manual, "Combining Queries"; rewrites.md I1.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.rewriting import Condition, Fact
from analyzer.rewriting.block import Block, Use
from analyzer.rewriting.literals import kind_of, listed
from analyzer.rewriting.proofs import key_of
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.rules.distinct_on_key import selected
from analyzer.rewriting.selects import conditions, equality, is_plain
from analyzer.rewriting.uniqueness import is_unique
from analyzer.statements.parse import Node, walk
from analyzer.statements.sides import constant_of, without_casts


def find(given: Subject) -> Iterator[Found]:
    """One for each UNION of two plain branches."""
    for _kind, fields in walk(given.tree):
        if fields.get("op") != "SETOP_UNION":
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
        if _differ(left, right):
            return (
                f"column {number} is {_told(left)} in one, {_told(right)} in the other"
            )
    return _by_key(given, one, two)


def _by_key(given: Subject, one: Block, two: Block) -> str:
    """Why no row of a table whose key both branches give can be in both of them."""
    places = [dict(_given_columns(given, block)) for block in (one, two)]
    fixed = [_fixed(given, block) for block in (one, two)]
    for source in one.sources:
        for other in two.sources:
            relation = source.relation
            if relation is None or relation is not other.relation:
                continue
            key = key_of(source)
            shown = [
                [place.get((item, name)) for name in key]
                for place, item in zip(places, (source, other), strict=True)
            ]
            if not key or None in shown[0] or shown[0] != shown[1]:
                continue
            for (owner, name), value in fixed[0].items():
                rival = fixed[1].get((other, name))
                if owner is source and _differ(value, rival):
                    return (
                        f"both give the key ({', '.join(key)}) of {relation.name}: "
                        f"{name} is {_told(value)} in one, {_told(rival)} in the other"
                    )
    return ""


def _given_columns(given: Subject, block: Block) -> Iterator[tuple[Use, int]]:
    """The own columns a branch gives bare, with their places from 1."""
    for place, (_, value) in enumerate(given.blocks.outputs(block) or [], 1):
        use = given.blocks.column(value, block)
        if use is not None:
            yield use, place


_Values = tuple[str, frozenset[str]]
"""Constants of one kind, of which a column is one."""


def _differ(one: _Values | None, two: _Values | None) -> bool:
    return bool(one and two and one[0] == two[0] and not one[1] & two[1])


def _told(values: _Values | None) -> str:
    return " or ".join(sorted(values[1])) if values else ""


def _outputs(given: Subject, block: Block) -> list[_Values | None]:
    """The constants each column is one of, by itself or by a condition of WHERE."""
    fixed = _fixed(given, block)
    found: list[_Values | None] = []
    for _, value in given.blocks.outputs(block) or []:
        use = given.blocks.column(value, block)
        found.append(fixed.get(use) if use is not None else _constant(value))
    return found


def _fixed(given: Subject, block: Block) -> dict[Use, _Values]:
    found = {}
    for item in conditions(block):
        for one, values in _listed(item):
            use = given.blocks.column(one, block)
            if use and values and (values[0] == "ival" or kind_of(use) in _TEXTS):
                found[use] = values
    return found


def _listed(item: Node) -> Iterator[tuple[Node, _Values | None]]:
    """What ``x = 1`` and ``x IN (1, 2)`` say of x."""
    sides = equality(item)
    for one, two in (sides, sides[::-1]) if sides else ():
        yield one, _constant(two)
    found = listed(item)
    if found is not None:
        known = [_constant(node) for node in found[1]]
        kinds = {value[0] if value else "" for value in known}
        if len(kinds) == 1 and "" not in kinds:
            texts = frozenset().union(*(value[1] for value in known if value))
            yield found[0], (kinds.pop(), texts)


def _constant(node: Node) -> _Values | None:
    """A constant as its kind and text, which tell two of one kind apart."""
    inner, cast = without_casts(node)
    constant = inner.get("A_Const", {})
    if cast or not {"ival", "sval"} & set(constant):
        return None
    kind = "ival" if "ival" in constant else "sval"
    return kind, frozenset({str(constant_of(constant))})


_TEXTS = ("text", "character varying")
"""Types of which no two spellings are one value."""

RULE = Rule(slug="disjoint_union", doc=__doc__, find=find, leaves_out=True)
