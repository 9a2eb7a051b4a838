"""What each ``$n`` of a statement stands for: a value of a column, a bound, a count."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from analyzer.domain.index import RelationName
from analyzer.statements.facts import Predicate, PredicateKind, StatementShape

_PARAMETER = re.compile(r"\$(\d{1,5})(?!\w)")
_BETWEEN = re.compile(
    r"\s*\$(\d{1,5})(?!\w).*?\sand\s+\$(\d{1,5})(?!\w)[\w:\s]*", re.I | re.S
)
_ONLY_A_PARAMETER = re.compile(r"\(?\s*\$\d{1,5}(?:\s*::[\w\s.\"\[\]]+)?\s*\)?")


class Use(StrEnum):
    """How a parameter is used."""

    VALUE = "value"
    LOWER = "lower bound"
    UPPER = "upper bound"
    PATTERN = "pattern"
    LIMIT = "limit"
    OFFSET = "offset"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What one parameter stands for.

    Attributes:
        use: how it is used.
        relation: of the column it is compared with, none where there is none.
        attribute: that column.
        function: what stands around the column, as ``lower``; empty for nothing.
        is_paired: the column has a bound on its other side too.
    """

    use: Use
    relation: RelationName | None = None
    attribute: str = ""
    function: str = ""
    is_paired: bool = False


def roles(shape: StatementShape) -> dict[int, Role]:
    """The role of each parameter that is compared with a column, or counts rows.

    A parameter within a larger expression (``now() - $1``) has no role: the column's
    values say nothing about it.
    """
    found: dict[int, Role] = {}
    for use in shape.uses:
        bounds: dict[str, set[Use]] = {}
        own: dict[int, Role] = {}
        for predicate in use.predicates:
            for number, role in _of_predicate(predicate, use.relation):
                own.setdefault(number, role)
                bounds.setdefault(role.attribute, set()).add(role.use)
        for number, role in own.items():
            paired = {Use.LOWER, Use.UPPER} <= bounds[role.attribute]
            found.setdefault(number, replace(role, is_paired=paired))
    for level in shape.levels:
        if level.limit.parameter:
            found[level.limit.parameter] = Role(use=Use.LIMIT)
        if level.offset.parameter:
            found[level.offset.parameter] = Role(use=Use.OFFSET)
    return found


def _of_predicate(
    predicate: Predicate, relation: RelationName
) -> list[tuple[int, Role]]:
    base = Role(
        use=Use.VALUE,
        relation=relation,
        attribute=predicate.attribute,
        function=predicate.wrapping.function if predicate.wrapping else "",
    )
    text = predicate.other.text
    if predicate.operator in ("between", "not between"):
        match = _BETWEEN.fullmatch(text)
        if match is None:
            return []
        lower, upper = replace(base, use=Use.LOWER), replace(base, use=Use.UPPER)
        return [(int(match[1]), lower), (int(match[2]), upper)]
    if predicate.kind is PredicateKind.IN_LIST and not predicate.other.parameter:
        return [(int(number), base) for number in _listed(text)]
    if not predicate.other.parameter:
        return []
    return [(predicate.other.parameter, replace(base, use=_use(predicate)))]


def _listed(text: str) -> list[str]:
    inner = re.sub(r"/\*.*?\*/", "", text, flags=re.S).strip()
    parts = inner.removeprefix("(").removesuffix(")").split(",")
    return [
        _PARAMETER.findall(part)[0]
        for part in parts
        if _ONLY_A_PARAMETER.fullmatch(part.strip())
    ]


def _use(predicate: Predicate) -> Use:
    if predicate.kind in (PredicateKind.EQUALITY, PredicateKind.IN_LIST):
        return Use.VALUE
    if predicate.kind is PredicateKind.RANGE:
        return Use.LOWER if predicate.operator.startswith(">") else Use.UPPER
    if predicate.kind in (PredicateKind.PATTERN, PredicateKind.PREFIX):
        return Use.PATTERN
    if predicate.kind is PredicateKind.NOT_EQUAL or predicate.operator in ("=", "<>"):
        return Use.VALUE
    return Use.OTHER
