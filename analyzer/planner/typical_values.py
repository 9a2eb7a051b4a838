"""One value for a parameter, from what the statistics say about its column."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from analyzer.planner.parameter_roles import Role, Use
from analyzer.postgres.parameter_facts import ColumnValues, ParameterType

MAX_VALUE_CHARS = 1_000
"""Longer values are of no use as an example and make plans unreadable."""
_ARRAY_LENGTH = 5
_LIMIT, _RARE_LIMIT = "20", "100"


class Likelihood(StrEnum):
    """How often a value like this comes; in the order the sets are given."""

    TYPICAL = "typical"
    FREQUENT = "frequent"
    RARE = "rare"


_ONE_SIDED = {
    Likelihood.TYPICAL: 1 / 3,
    Likelihood.FREQUENT: 1 / 2,
    Likelihood.RARE: 1 / 20,
}
"""Share of the values that one bound lets pass. A third is what the planner assumes of
an unknown bound (DEFAULT_INEQ_SEL in selfuncs.h)."""
_TWO_SIDED = {
    Likelihood.TYPICAL: 1 / 50,
    Likelihood.FREQUENT: 1 / 5,
    Likelihood.RARE: 1 / 200,
}
"""The same for two bounds. The planner assumes 0.005 (DEFAULT_RANGE_INEQ_SEL)."""

_DEFAULTS = {
    "bool": "true",
    "int2": "1",
    "int4": "1",
    "int8": "1",
    "float4": "1",
    "float8": "1",
    "numeric": "1",
    "money": "1",
    "oid": "1",
    "date": "2020-01-01",
    "timestamp": "2020-01-01 00:00:00",
    "timestamptz": "2020-01-01 00:00:00+00",
    "time": "12:00:00",
    "timetz": "12:00:00+00",
    "interval": "1 day",
    "uuid": "00000000-0000-0000-0000-000000000001",
    "json": "{}",
    "jsonb": "{}",
    "bytea": "\\x61",
    "inet": "10.0.0.1",
    "cidr": "10.0.0.0/8",
    "macaddr": "08:00:2b:01:02:03",
    "bit": "1",
    "varbit": "1",
    "tsquery": "a",
    "tsvector": "a",
    "jsonpath": "$",
    "point": "(0,0)",
    "box": "(1,1),(0,0)",
    "int4range": "[1,2)",
    "int8range": "[1,2)",
    "numrange": "[1,2)",
    "daterange": "[2020-01-01,2020-01-02)",
    "tsrange": "[2020-01-01,2020-01-02)",
    "tstzrange": "[2020-01-01,2020-01-02)",
    "regclass": "pg_class",
    "xml": "<a/>",
    "hstore": "",
}
_TEXT_LIKE = frozenset(
    {"text", "varchar", "bpchar", "name", "citext", "char", "unknown"}
)


def default_value(kind: ParameterType) -> str | None:
    """A value that fits the type and says nothing else; none where we know none.

    >>> default_value(ParameterType(name="int4", is_array=True))
    '{1}'
    """
    single = _default_of_element(kind)
    if single is None or not kind.is_array:
        return single
    return array_literal((single,))


def value(
    role: Role,
    kind: ParameterType,
    known: ColumnValues | None,
    likelihood: Likelihood,
) -> str | None:
    """A value for a parameter with this role and type, as likely as asked for.

    Args:
        role: what it stands for.
        kind: its type; an array gets several values of its column.
        known: statistics of its column, none where there are none.
        likelihood: how often such a value comes.
    """
    if role.use is Use.LIMIT:
        return _RARE_LIMIT if likelihood is Likelihood.RARE else _LIMIT
    if role.use is Use.OFFSET:
        return "0"
    if known is None or not is_drawn(role, kind):
        return default_value(kind)
    if kind.is_array:
        several = _several(known, likelihood)
        return array_literal(several) if several else default_value(kind)
    found = _single(role, known, likelihood)
    if found is None or len(found) > MAX_VALUE_CHARS:
        return default_value(kind)
    return _through(role.function, found)


def array_literal(values: Sequence[str]) -> str:
    r"""Values as the text of an array, each quoted.

    >>> array_literal(['a', 'b"c\\'])
    '{"a","b\\"c\\\\"}'
    """
    return "{" + ",".join(_array_item(text) for text in values) + "}"


def _array_item(text: str) -> str:
    if text.isascii() and text.isdigit():
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def is_drawn(role: Role, kind: ParameterType) -> bool:
    """Whether values of the role's column are values of the parameter.

    Under a function or cast they are not, but for the case of letters.
    """
    if role.relation is None or role.use is Use.OTHER:
        return False
    if role.function in ("lower", "upper"):
        return kind.name in _TEXT_LIKE
    return not role.function


def _through(function: str, found: str) -> str:
    if function == "lower":
        return found.lower()
    return found.upper() if function == "upper" else found


def _single(role: Role, known: ColumnValues, likelihood: Likelihood) -> str | None:
    if role.use is Use.VALUE:
        return _equal(known, likelihood)
    if role.use is Use.PATTERN:
        example = _equal(known, likelihood)
        # Whether the application anchors its pattern is unknown; an anchored one would
        # promise an index that may not help.
        return None if example is None else f"%{_escaped(example[1:4])}%"
    ordered = _ordered(known)
    if not ordered:
        return None
    return ordered[_position(role, likelihood, len(ordered))]


def _position(role: Role, likelihood: Likelihood, count: int) -> int:
    """Which of so many ascending values the bound is."""
    if role.is_paired:
        half = _TWO_SIDED[likelihood] / 2
        at = 0.5 - half if role.use is Use.LOWER else 0.5 + half
        position = round(at * (count - 1))
        # Two bounds that fall on one value would let nothing pass.
        if role.use is Use.UPPER:
            position = max(position, round((0.5 - half) * (count - 1)) + 1)
        return min(position, count - 1)
    share = _ONE_SIDED[likelihood]
    at = 1 - share if role.use is Use.LOWER else share
    return round(at * (count - 1))


def _equal(known: ColumnValues, likelihood: Likelihood) -> str | None:
    common, bounds = known.common, known.bounds
    if likelihood is Likelihood.FREQUENT:
        return next(iter(common), None) or _middle(bounds)
    if likelihood is Likelihood.RARE:
        return _middle(bounds) if bounds else next(reversed(common), None)
    # The value of a row picked at random: by its share a common one, or another.
    reached = 0.0
    for text, frequency in zip(common, known.frequencies, strict=False):
        reached += frequency
        if reached >= 0.5:
            return text
    return _middle(bounds) if bounds else next(reversed(common), None)


def _several(known: ColumnValues, likelihood: Likelihood) -> tuple[str, ...]:
    ordered = known.bounds
    if likelihood is Likelihood.FREQUENT or not ordered:
        picked = known.common or ordered
        return tuple(v for v in picked if len(v) <= MAX_VALUE_CHARS)[:_ARRAY_LENGTH]
    step = max(len(ordered) // (_ARRAY_LENGTH + 1), 1)
    offset = 0 if likelihood is Likelihood.RARE else step // 2
    picked = tuple(dict.fromkeys(ordered[step + offset :: step]))
    return tuple(v for v in picked if len(v) <= MAX_VALUE_CHARS)[:_ARRAY_LENGTH]


def _ordered(known: ColumnValues) -> Sequence[str]:
    if len(known.bounds) > 1:
        return known.bounds
    try:
        return sorted(known.common, key=float)
    except ValueError:
        # ISO dates and times sort as text do; for other text the order is a guess.
        return sorted(known.common)


def _middle(values: Sequence[str]) -> str | None:
    return values[len(values) // 2] if values else None


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _default_of_element(kind: ParameterType) -> str | None:
    if kind.kind == "e":
        return kind.first_label
    if kind.name in _TEXT_LIKE:
        return "a"
    return _DEFAULTS.get(kind.name)
